import { settleOutput } from "./documents/document.ts";

/** What a program printed against what its document says it prints. */

export type Comparison =
	| { readonly isSame: true }
	/** Of the expected output, counting from 0; its number of lines where too much was printed. */
	| { readonly isSame: false; readonly line: number };

export function compareExactly(expected: string, printed: string): Comparison {
	const [a, b] = [linesOf(expected), linesOf(printed)];
	const line = a.findIndex((text, at) => text !== b[at]);
	if (line >= 0) return { isSame: false, line };
	return a.length === b.length ? { isSame: true } : { isSame: false, line: a.length };
}

/**
 * In a pattern `…` stands for any text within a line, `{{…}}` holds a regular expression, and a line that is nothing but `…` or `...`
 * stands for any lines, none among them.
 */
export function compareWithPattern(pattern: string, printed: string): Comparison {
	const wanted = linesOf(pattern).map(linePattern);
	const lines = linesOf(printed);
	let furthest = 0;
	let states = new Set(withSkips(wanted, 0));
	for (const line of lines) {
		const next = new Set<number>();
		for (const state of states) {
			const matcher = wanted[state];
			if (matcher === "anyLines") next.add(state);
			else if (matcher?.test(line)) next.add(state + 1);
		}
		states = new Set([...next].flatMap((state) => withSkips(wanted, state)));
		furthest = Math.max(furthest, ...states);
		if (states.size === 0) break;
	}
	return states.has(wanted.length) ? { isSame: true } : { isSame: false, line: furthest };
}

/** The first expression that cannot be read, or null. */
export function findPatternProblem(pattern: string): string | null {
	for (const [, source = ""] of pattern.matchAll(/\{\{(.*?)\}\}/g)) {
		try {
			new RegExp(source, "u");
		} catch (error) {
			return error instanceof Error ? error.message : String(error);
		}
	}
	return null;
}

type LinePattern = RegExp | "anyLines";

/** A place in front of "any lines" is also one behind it. */
function withSkips(wanted: readonly LinePattern[], state: number): number[] {
	return wanted[state] === "anyLines" ? [state, ...withSkips(wanted, state + 1)] : [state];
}

function linePattern(line: string): LinePattern {
	if (/^\s*(?:…|\.\.\.)\s*$/.test(line)) return "anyLines";
	const parts = line.split(/(\{\{.*?\}\}|…)/).map((part) => {
		if (part === "…") return ".*";
		const source = /^\{\{(.*)\}\}$/.exec(part)?.[1];
		return source === undefined ? part.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&") : `(?:${source})`;
	});
	return new RegExp(`^${parts.join("")}$`, "u");
}

const linesOf = (text: string): string[] => {
	const settled = settleOutput(text);
	return settled === "" ? [] : settled.split("\n");
};
