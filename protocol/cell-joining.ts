/**
 * One program of the blocks of a session. Those above run first in the same program; where the language has a statement that prints,
 * a mark is printed before the last block, so that only what that block printed is shown and compared. Where a program is declarations around
 * one main function there is no such place: the codes stand one after the other, and the whole output is the block's.
 */

/** Record separators, which no document's program prints by itself. */
const mark = "\u001esandglass\u001e";

/** Prints the mark and a line end to standard output, then to standard error, and leaves no name behind. */
const markStatements: readonly (readonly [names: readonly string[], statement: string])[] = [
	[
		["python", "py", "python3"],
		'[print("\\x1esandglass\\x1e", file=it, flush=True) for it in (__import__("sys").stdout, __import__("sys").stderr)]',
	],
	[
		["javascript", "js", "mjs", "cjs", "node", "typescript", "ts", "mts", "cts"],
		'console.log("\\x1esandglass\\x1e"); console.error?.("\\x1esandglass\\x1e");',
	],
	[["ruby", "rb"], '[$stdout, $stderr].each { |it| it.puts "\\x1esandglass\\x1e"; it.flush }'],
	[["bash", "sh", "shell"], "printf '\\036sandglass\\036\\n'; printf '\\036sandglass\\036\\n' >&2"],
];

export interface JoinedCode {
	readonly code: string;
	/** The output of the last block begins behind a mark (`cutAtMark`); false: all output is its own. */
	readonly isMarked: boolean;
}

/** `above`: whole codes in the order in which they run. */
export function joinCells(language: string, above: readonly string[], own: string): JoinedCode {
	if (above.length === 0) return { code: own, isMarked: false };
	const statement = markStatements.find(([names]) => names.includes(language.toLowerCase()))?.[1];
	const parts = statement === undefined ? [...above, own] : [...above, statement, own];
	return { code: parts.map((part) => part.replace(/\n*$/, "\n")).join(""), isMarked: statement !== undefined };
}

/**
 * What was printed behind the mark, in a finished output of one stream or of a terminal (which holds two marks, one for each stream).
 * Null: the mark is not there, because a block above ended the program.
 */
export function cutAtMark(output: string): string | null {
	const cutter = new MarkCutter();
	const own = cutter.push(output) + cutter.end();
	return cutter.hasMark ? own : null;
}

/** The same, bit by bit: one for each stream, or one for a terminal. */
export class MarkCutter {
	#state: "above" | "between" | "own" = "above";
	#held = "";

	get hasMark(): boolean {
		return this.#state !== "above";
	}

	/** The part of the text that is the last block's own. */
	push(text: string): string {
		if (this.#state === "own") return text;
		this.#held += text;
		for (;;) {
			const at = this.#state === "above" ? this.#held.indexOf(mark) : this.#held.startsWith(mark) ? 0 : -1;
			if (at < 0) break;
			const end = /^(?:\r*\n|(?=[^\r]))/.exec(this.#held.slice(at + mark.length));
			if (end === null) {
				// The line end is still on its way.
				this.#held = this.#held.slice(at);
				return "";
			}
			this.#held = this.#held.slice(at + mark.length + end[0].length);
			this.#state = "between";
		}
		if (this.#state === "above") {
			this.#held = this.#held.slice(-mark.length);
			return "";
		}
		if (mark.startsWith(this.#held)) return "";
		this.#state = "own";
		return this.end();
	}

	/** What was held back because a second mark could have begun with it. */
	end(): string {
		const rest = this.hasMark ? this.#held : "";
		this.#held = "";
		return rest;
	}
}
