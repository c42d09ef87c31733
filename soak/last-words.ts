import type { StepReport } from "../protocol/outcome.ts";

const lastLength = 120;

/** What a program used and printed at last, as a line. */
export function describeLast(report: StepReport | null, printed: string): string {
	const used =
		report === null ? "no program" : `${Math.round(report.cpuMs)} ms of CPU, ${(report.peakMemoryBytes / 1_048_576).toFixed(0)} MiB`;
	return `${used}, ${printed === "" ? "printed nothing" : `at last ${JSON.stringify(printed.slice(-lastLength))}`}`;
}
