import { structuredPatch } from "diff";
import type { Finding } from "../findings.ts";
import { printable } from "./printable.ts";

/** What differs, as lines for a person: `-` what the document says, `+` what was printed, with the line numbers of the document. */

const contextLines = 2;
const maxLines = 60;
const maxColumns = 400;

export interface DriftLine {
	readonly sign: "-" | "+" | " ";
	/** Of the document; null: it does not say this. */
	readonly line: number | null;
	readonly text: string;
}

/** Empty where nothing was compared. Long ones are cut. */
export function driftLines({ verdict, line }: Finding): DriftLine[] {
	if (verdict?.kind !== "failed") return [];
	const { drift, printed } = verdict;
	if (drift === null || drift.isPattern) {
		const said = drift === null ? [] : split(drift.expected).map((text): DriftLine => ({ sign: "-", line: null, text: shorten(text) }));
		return cut([...said, ...split(printed).map((text): DriftLine => ({ sign: "+", line: null, text: shorten(text) }))]);
	}
	const { hunks } = structuredPatch("", "", asFile(drift.expected), asFile(drift.printed), "", "", { context: contextLines });
	const first = firstDifference(drift.expected, drift.printed);
	const found: DriftLine[] = [];
	for (const hunk of hunks) {
		// The finding's line is that of the first difference.
		let at = line - first + Math.max(hunk.oldStart - 1, 0);
		for (const text of hunk.lines) {
			const sign = text.startsWith("-") ? "-" : text.startsWith("+") ? "+" : " ";
			if (text.startsWith("\\")) continue;
			found.push({ sign, line: sign === "+" ? null : at, text: shorten(text.slice(1)) });
			if (sign !== "+") at++;
		}
	}
	return cut(found);
}

const asFile = (text: string): string => (text === "" ? "" : `${text}\n`);

const split = (text: string): string[] => (text === "" ? [] : text.split("\n"));

function firstDifference(expected: string, printed: string): number {
	const [a, b] = [split(expected), split(printed)];
	const at = a.findIndex((text, index) => text !== b[index]);
	return at < 0 ? a.length : at;
}

function shorten(text: string): string {
	const shown = printable(text);
	return shown.length > maxColumns ? `${shown.slice(0, maxColumns)}…` : shown;
}

function cut(lines: DriftLine[]): DriftLine[] {
	if (lines.length <= maxLines) return lines;
	return [...lines.slice(0, maxLines), { sign: " ", line: null, text: `… and ${lines.length - maxLines} lines more` }];
}

/** Each line begins with a bar, so that no CI takes a program's line for a command of its own. */
export function formatDrift(finding: Finding, paint: (sign: DriftLine["sign"], text: string) => string = (_, text) => text): string[] {
	const lines = driftLines(finding);
	const width = Math.max(...lines.map(({ line }) => String(line ?? "").length), 0);
	return lines.map(({ sign, line, text }) => `| ${String(line ?? "").padStart(width)} ${paint(sign, `${sign} ${text}`)}`);
}
