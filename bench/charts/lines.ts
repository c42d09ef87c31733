import { formatFigure } from "../results.ts";
import type { LineChart, Panel } from "./chart.ts";
import { drawing, roundUp, tag, text } from "./svg.ts";

/** Panels side by side, two in a row, each with its own ordinate from zero; the abscissa counts in powers, so that 1 and 1,000 both have room. */

const width = 860;
const panelWidth = width / 2;
const panelHeight = 230;
const top = 48;
const plot = { left: 62, right: 18, top: 34, bottom: 44 } as const;

function drawPanel(panel: Panel, across: string, left: number, above: number): string {
	const points = panel.series.flatMap((series) => series.points);
	const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
	const [first = 1, last = 1] = [xs[0], xs.at(-1)];
	const highest = roundUp(Math.max(...points.map(([, y]) => y), panel.limit?.value ?? 0, Number.MIN_VALUE));
	const plotWidth = panelWidth - plot.left - plot.right;
	const plotHeight = panelHeight - plot.top - plot.bottom;
	const atX = (x: number): number =>
		left + plot.left + (last === first ? plotWidth / 2 : (Math.log(x / first) / Math.log(last / first)) * plotWidth);
	const atY = (y: number): number => above + plot.top + plotHeight * (1 - y / highest);
	const horizontal = (y: number): string => `M${left + plot.left} ${atY(y).toFixed(1)}h${plotWidth}`;
	let lastLabelAt = Number.NEGATIVE_INFINITY;
	const ticks = xs.flatMap((x) => {
		const isRoom = atX(x) - lastLabelAt >= 34;
		if (isRoom) lastLabelAt = atX(x);
		return isRoom ? [text(atX(x), above + panelHeight - plot.bottom + 17, "muted", x.toLocaleString("en"), "middle")] : [];
	});
	return [
		text(left + 16, above + 18, "", `${panel.title}, ${panel.unit}`),
		...[0, 0.5, 1].flatMap((share) => [
			tag("path", { class: share === 0 ? "axis" : "grid", d: horizontal(share * highest) }),
			text(left + plot.left - 8, atY(share * highest) + 4, "muted", share === 0 ? "0" : formatFigure(share * highest), "end"),
		]),
		...ticks,
		text(left + plot.left + plotWidth / 2, above + panelHeight - 9, "muted", across, "middle"),
		...(panel.limit === undefined
			? []
			: [
					tag("path", { class: "limit", d: horizontal(panel.limit.value) }),
					text(left + plot.left + 4, atY(panel.limit.value) + 14, "muted", panel.limit.label),
				]),
		...panel.series.flatMap(({ label, points: line }, at) => [
			tag("polyline", { class: `line${at}`, points: line.map(([x, y]) => `${atX(x).toFixed(1)},${atY(y).toFixed(1)}`).join(" ") }),
			...line.map(([x, y]) => tag("circle", { class: `dot${at}`, cx: atX(x), cy: atY(y), r: 3 })),
			...(panel.series.length === 1
				? []
				: [
						tag("path", { class: `line${at}`, d: `M${left + panelWidth - plot.right - 118} ${above + plot.top + 8 + at * 16}h22` }),
						text(left + panelWidth - plot.right - 90, above + plot.top + 12 + at * 16, "muted", label),
					]),
		]),
	].join("\n");
}

const describe = ({ title, unit, series }: Panel, across: string): string =>
	series
		.map(
			({ label, points }) =>
				`${title}${series.length === 1 ? "" : `, ${label}`}: ${points.map(([x, y]) => `${formatFigure(y)} ${unit} at ${x} ${across}`).join(", ")}`,
		)
		.join("; ");

export function drawLines({ title, across, panels }: LineChart): string {
	const height = top + Math.ceil(panels.length / 2) * panelHeight + 8;
	return drawing(width, height, title, `${panels.map((panel) => describe(panel, across)).join(". ")}.`, [
		text(16, 24, "title", title),
		...panels.map((panel, at) => drawPanel(panel, across, (at % 2) * panelWidth, top + Math.floor(at / 2) * panelHeight)),
	]);
}
