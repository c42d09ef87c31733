import { diffArrays } from "diff";

/** Where the outputs of several versions differ, line by line, from the first one's. */

export interface ComparedLine {
	readonly text: string;
	readonly isDifferent: boolean;
}

/** What would show of it on paper: no escape sequences, and of a line that was written over only the last form. */
export function plainLines(output: string): string[] {
	const text = output
		// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with one
		.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, "")
		.replace(/\r+\n/g, "\n");
	const lines = text.split("\n").map((line) => line.slice(line.lastIndexOf("\r") + 1));
	while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
	return lines;
}

/** Lines beyond this are compared by their place alone: finding the shortest difference of long outputs takes long. */
const maxDiffedLines = 2_000;

/** A line of the first is different when some other output has not got it; a line of another, when the first has not. */
export function compareOutputs(outputs: readonly string[]): ComparedLine[][] {
	const [first = [], ...others] = outputs.map(plainLines);
	const isFirstDifferent = first.map(() => false);
	const compared = others.map((lines) => {
		if (first.length > maxDiffedLines || lines.length > maxDiffedLines) {
			for (const at of first.keys()) if (first[at] !== lines[at]) isFirstDifferent[at] = true;
			return lines.map((text, at) => ({ text, isDifferent: text !== first[at] }));
		}
		const result: ComparedLine[] = [];
		let at = 0;
		for (const { value, added, removed } of diffArrays([...first], lines)) {
			if (removed) for (const _ of value) isFirstDifferent[at++] = true;
			else {
				if (!added) at += value.length;
				for (const text of value) result.push({ text, isDifferent: added });
			}
		}
		return result;
	});
	return [first.map((text, at) => ({ text, isDifferent: isFirstDifferent[at] ?? false })), ...compared];
}
