import { type Finding, summarise } from "../findings.ts";
import { formatDrift } from "./drift.ts";
import { printableLine } from "./printable.ts";

/** For a person at a terminal, or a log. */

export interface TextStyle {
	readonly hasColours: boolean;
}

const marks: Readonly<Record<Finding["status"], string>> = {
	passed: "ok",
	failed: "FAILED",
	updated: "updated",
	skipped: "skipped",
	notRun: "NOT RUN",
};
const colours = { failed: 31, notRun: 33, updated: 36, skipped: 2, passed: 32, "-": 31, "+": 32, " ": 2 } as const;

export function formatText(findings: readonly Finding[], { hasColours }: TextStyle): string {
	const paint = (colour: keyof typeof colours, text: string): string => (hasColours ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text);
	const lines: string[] = [];
	for (const finding of findings) {
		if (finding.status === "passed") continue;
		const place = `${printableLine(finding.file)}:${finding.line}`;
		lines.push(
			`${paint(finding.status, marks[finding.status])} ${place} ${printableLine(finding.title)}: ${printableLine(finding.reason, 1_000)}`,
		);
		if (finding.status === "failed") lines.push(...formatDrift(finding, paint).map((line) => `  ${line}`), "");
	}
	const worst = (["notRun", "failed"] as const).find((status) => findings.some((it) => it.status === status)) ?? "passed";
	lines.push(paint(worst, `${findings.length} blocks: ${summarise(findings)}.`));
	return `${lines.join("\n")}\n`;
}
