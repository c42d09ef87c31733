import type { Chart } from "./charts/chart.ts";
import { type Goal, type GoalReading, goals, verdictOf } from "./goals.ts";
import type { Machine } from "./machine.ts";
import type { Ratios } from "./ratios.ts";
import { ratioOf, type Summary } from "./statistics.ts";

/** What a run of the bench found, as it is written to JSON and as it is told. */

/** One line of a table. A figure that is one number (bytes of script, sandboxes a second) has a summary of one sample. */
export interface Row {
	readonly name: string;
	readonly unit: "ms" | "MiB" | "KiB" | "KB" | "per s" | "sessions";
	readonly summary: Summary;
	/** The row of the same section that this one is compared with, by name. */
	readonly rival?: string;
}

export interface Section {
	readonly title: string;
	/** How it was measured, in a sentence or two. */
	readonly note: string;
	readonly rows: readonly Row[];
}

export interface Target {
	readonly name: string;
	readonly value: number;
	readonly atMost: number;
	readonly unit: "×" | "ms" | "s" | "KB";
}

export interface Results {
	readonly measuredAt: string;
	readonly isQuick: boolean;
	readonly machine: Machine;
	/** What made the sandboxes of the container tier. */
	readonly driver: string;
	readonly goals: readonly GoalReading[];
	readonly sections: readonly Section[];
	readonly targets: readonly Target[];
	/** What a change is held to by `--ci`. */
	readonly ratios: Ratios;
	readonly charts: readonly Chart[];
}

export const isMet = (target: Target): boolean => target.value <= target.atMost;

/** Three digits are what a machine of this kind can tell apart. */
export function formatFigure(value: number): string {
	if (value >= 100) return value.toFixed(0);
	return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Beside the rival that the row names; empty where it names none. */
function ratioText(row: Row, rows: readonly Row[]): string {
	const rival = rows.find((other) => other.name === row.rival);
	if (rival === undefined) return "";
	const { median, p95 } = ratioOf(row.summary, rival.summary);
	return `${formatFigure(median)} × / ${formatFigure(p95)} ×`;
}

const columns = ["", "unit", "p50", "p95", "lowest–highest round", "takes", "p50 / p95 against the rival", "rival"] as const;

function cellsOf(row: Row, rows: readonly Row[]): string[] {
	const { median, p95, lowestRoundMedian, highestRoundMedian, count } = row.summary;
	const isSingle = count === 1;
	return [
		row.name,
		row.unit,
		formatFigure(median),
		isSingle ? "" : formatFigure(p95),
		isSingle ? "" : `${formatFigure(lowestRoundMedian)}–${formatFigure(highestRoundMedian)}`,
		String(count),
		ratioText(row, rows),
		row.rival ?? "",
	];
}

const targetColumns = ["target", "measured", "at most", ""] as const;

function targetCells(target: Target): string[] {
	return [
		target.name,
		`${formatFigure(target.value)} ${target.unit}`,
		`${formatFigure(target.atMost)} ${target.unit}`,
		isMet(target) ? "met" : "MISSED",
	];
}

const goalColumns = ["goal", "must", "aim", "measured", ""] as const;

function goalCells(goal: Goal, readings: readonly GoalReading[]): string[] {
	const reading = readings.find(({ id }) => id === goal.id);
	const sign = goal.bound === "at most" ? "≤" : "≥";
	const verdict = verdictOf(goal, reading?.value);
	return [
		goal.name,
		`${sign} ${goal.must} ${goal.unit}`,
		goal.aim === null ? "" : `${sign} ${goal.aim} ${goal.unit}`,
		reading === undefined ? "" : `${formatFigure(reading.value)} ${goal.unit}`,
		reading?.note === undefined ? verdict : `${verdict} (${reading.note})`,
	];
}

export function plainTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
	const all = [header, ...lines];
	const widths = header.map((_, at) => Math.max(...all.map((line) => line[at]?.length ?? 0)));
	return all
		.map((line) =>
			line
				.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
				.join("  ")
				.trimEnd(),
		)
		.join("\n");
}

function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
	const join = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
	return [join(header), `|${header.map(() => "---").join("|")}|`, ...lines.map(join)].join("\n");
}

/** For the terminal, a section at a time. */
export function formatSection(section: Section): string {
	return `\n${section.title}\n${plainTable(
		columns,
		section.rows.map((row) => cellsOf(row, section.rows)),
	)}\n`;
}

export function formatTargets(targets: readonly Target[]): string {
	return `\nFurther targets\n${plainTable(targetColumns, targets.map(targetCells))}\n`;
}

export function formatGoals(readings: readonly GoalReading[]): string {
	return `\nGoals\n${plainTable(
		goalColumns,
		goals.map((goal) => goalCells(goal, readings)),
	)}\n`;
}

/** @param chartFile where a chart's drawing is, beside the page */
export function toMarkdown(results: Results, chartFile: (chart: Chart) => string): string {
	const { machine, driver } = results;
	const sections = results.sections.map(
		({ title, note, rows }) =>
			`## ${title}\n\n${note}\n\n${markdownTable(
				columns,
				rows.map((row) => cellsOf(row, rows)),
			)}\n`,
	);
	return [
		"# What was measured",
		"",
		`Made by \`npm run bench${results.isQuick ? " -- --quick" : ""}\` on ${results.measuredAt.slice(0, 10)}.`,
		"",
		`${machine.processor}, ${machine.cores} cores, ${machine.memoryMiB} MiB; ${machine.system}, kernel ${machine.kernel}, cgroup ${machine.cgroup}; ${machine.engine}, ${machine.storageDriver}, ${machine.runtime}; Node ${machine.node}; ${machine.chromium}. Sandboxes of the container tier by the driver ${driver}. Load before: ${machine.loadBefore}.`,
		"",
		"## Goals",
		"",
		markdownTable(
			goalColumns,
			goals.map((goal) => goalCells(goal, results.goals)),
		),
		"",
		...(results.charts.length === 0 ? [] : ["## Charts", ""]),
		...results.charts.flatMap((chart) => [`![${chart.title}](${chartFile(chart)})`, ""]),
		...(results.targets.length === 0 ? [] : ["## Further targets", "", markdownTable(targetColumns, results.targets.map(targetCells)), ""]),
		...sections,
	].join("\n");
}
