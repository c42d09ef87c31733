/** What a document holds that `check` cares about, whatever it is written in. Lines count from 1, offsets are UTF-16 units of `source`. */

export interface Edit {
	readonly start: number;
	readonly end: number;
	readonly text: string;
}

/** The output that stands under a block. */
export interface ExpectedOutput {
	/** Of its first line of text. */
	readonly line: number;
	readonly text: string;
	readonly isPattern: boolean;
	/** What makes it say `text`; null: it cannot be rewritten where it stands. */
	rewrite(text: string): readonly Edit[] | null;
}

export interface CodeBlock {
	/** Of its opening. */
	readonly line: number;
	/** As written, in lower case. */
	readonly language: string;
	readonly code: string;
	readonly attributes: ReadonlyMap<string, string>;
	/** Options as a block of JSON beside it. */
	readonly json: { readonly line: number; readonly text: string } | null;
	/** What is wrong with how it is written; null: nothing. */
	readonly problem: string | null;
	readonly output: ExpectedOutput | null;
	/** What puts an output under it; null: it cannot be put there. */
	addOutput(text: string): readonly Edit[] | null;
}

/** What `before`, `after` and `files` can name. */
export interface NamedText {
	readonly text: string;
	/** Where it says one. */
	readonly fileName: string | undefined;
}

export interface SourceDocument {
	/** Relative to where the check runs, with forward slashes. */
	readonly file: string;
	/** Without a byte order mark. */
	readonly source: string;
	/** The blocks that opted in, in the order of the document. */
	readonly blocks: readonly CodeBlock[];
	/** By id. */
	readonly texts: ReadonlyMap<string, NamedText>;
	/** What is wrong with the document itself. */
	readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** How `line` is found for many offsets of one source. */
export function lineCounter(source: string): (offset: number) => number {
	const starts = [0, ...Array.from(source.matchAll(/\r\n?|\n/g), (it) => it.index + it[0].length)];
	return (offset) => {
		let low = 0;
		let high = starts.length;
		while (high - low > 1) {
			const middle = (low + high) >> 1;
			if ((starts[middle] ?? 0) <= offset) low = middle;
			else high = middle;
		}
		return low + 1;
	};
}

/** Line ends as `\n`, and none at the end; blanks at the end of a line do not count in an output. */
export function settleOutput(text: string): string {
	return text
		.replace(/\r\n?/g, "\n")
		.replace(/[ \t]+$/gm, "")
		.replace(/\n+$/, "");
}
