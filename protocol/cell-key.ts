/** What names a block by what would run, so that a recording (recordings.ts) is found again, and never under edited code. Without a library: embed.js carries it. */

export interface Cell {
	/** As the document writes it, in lower case. */
	readonly language: string;
	readonly version?: string | undefined;
	/** The program as it runs: what is hidden before and after included. A file that the document does not name has the name "". */
	readonly files: readonly { readonly name: string; readonly content: string }[];
	readonly arguments?: readonly string[] | undefined;
	readonly stdin?: string | undefined;
	/** Keys of the cells that run before it in the same session, in their order. */
	readonly after?: readonly string[] | undefined;
}

/** Line ends and blanks at a line's end are what mark-up tools change; they do not count, nor does white space at the end of a file. */
function settled(text: string): string {
	return text
		.replace(/\r\n?/g, "\n")
		.replace(/[ \t]+$/gm, "")
		.trimEnd();
}

/** 32 hexadecimal digits of SHA-256. Needs a secure context in a browser (https, or localhost). */
export async function cellKey(cell: Cell): Promise<string> {
	const { language, version = "", files, arguments: words = [], stdin = "", after = [] } = cell;
	const told = JSON.stringify([
		language,
		version,
		files.map(({ name, content }) => [name, settled(content)]),
		words,
		settled(stdin),
		after,
	]);
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(told));
	return Array.from(new Uint8Array(digest).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
