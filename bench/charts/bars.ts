import { formatFigure } from "../results.ts";
import type { BarChart } from "./chart.ts";
import { drawing, tag, text } from "./svg.ts";

/** Bars from left to right, one a row: what is ours in colour, rivals in grey, and each ratio in words. */

const width = 860;
const labelWidth = 330;
const barWidth = 300;
const rowHeight = 28;
const top = 52;

export function drawBars({ title, unit, ratiosTo, bars }: BarChart): string {
	const largest = Math.max(...bars.flatMap(({ value, spread }) => [value, spread?.[1] ?? 0]));
	const scale = (value: number): number => (value / largest) * barWidth;
	const rows = bars.map(({ label, value, spread, isOurs, note }, at) => {
		const y = top + at * rowHeight;
		const middle = y + 9;
		const x = labelWidth;
		const end = x + Math.max(scale(value), scale(spread?.[1] ?? 0));
		return [
			text(labelWidth - 10, y + 14, "", label, "end"),
			tag("rect", { class: isOurs ? "ours" : "rival", x, y, width: Math.max(1, scale(value)), height: 18, rx: 2 }),
			spread === undefined
				? ""
				: tag("path", { class: "spread", d: `M${(x + scale(spread[0])).toFixed(1)} ${middle}H${(x + scale(spread[1])).toFixed(1)}` }),
			text(end + 8, y + 14, "", `${formatFigure(value)} ${unit}${note === "" ? "" : `  ·  ${note}`}`),
		].join("");
	});
	const hasSpread = bars.some(({ spread }) => spread !== undefined);
	const legend = `Median in ${unit}${hasSpread ? "; the thin line reaches from the lowest to the highest median of a round" : ""}. In colour: Sandglass${bars.some(({ note }) => note !== "") ? `; × is to ${ratiosTo ?? "the bar above"}` : ""}.`;
	const described = bars.map(({ label, value, note }) => `${label}: ${formatFigure(value)} ${unit}${note === "" ? "" : `, ${note}`}`);
	return drawing(width, top + bars.length * rowHeight + 14, title, `${legend} ${described.join("; ")}.`, [
		text(16, 24, "title", title),
		text(16, 42, "muted", legend),
		...rows,
	]);
}
