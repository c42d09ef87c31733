/**
 * What a runnable block of a document says, and which blocks belong together: the same rules for embed.js, the frame and `sandglass check`.
 * Pure and without a library, because embed.js carries it. cell-joining.ts makes one program of several blocks, cell-key.ts names a block.
 */

/** The opt-in: a word of a fence's info string, and `data-sandglass` in HTML. */
export const optInWord = "sandglass";

/** The session of a block that says `session` without a name. */
export const unnamedSession = "page";

export interface FenceInfo {
	/** As written, in lower case; empty where there is none. */
	readonly language: string;
	readonly isOptedIn: boolean;
	/** `name=value`; a bare word has the value "". Names in lower case, without `data-`. */
	readonly attributes: ReadonlyMap<string, string>;
	/** For the author; null: nothing is wrong. */
	readonly problem: string | null;
}

/**
 * Reads a fence's info string in the forms that documentation tools have: `python sandglass version=3.13 stdin="Ada\n"`,
 * mdBook's `python,sandglass`, and attributes in braces, `{.python .sandglass version=3.13}`. Ranges of lines in braces are another's.
 */
export function parseFenceInfo(info: string): FenceInfo {
	const attributes = new Map<string, string>();
	let language = "";
	let problem: string | null = null;
	const bare = info.replace(/\{[\d\s,-]*\}/g, " ").replace(/^(\s*[^\s={"']+)/, (word) => word.replaceAll(",", " "));
	const words = bare.match(/[^\s={}"']+(=("[^"]*"|'[^']*'|[^\s}]*))?|["'].*/g) ?? [];
	for (const [at, word] of words.entries()) {
		const equals = word.indexOf("=");
		const name = (equals < 0 ? word : word.slice(0, equals)).toLowerCase();
		const value = equals < 0 ? "" : word.slice(equals + 1);
		if (/^["']/.test(word) || (/^["']/.test(value) && (value.length < 2 || value.at(-1) !== value[0])))
			problem ??= `A quote is not closed: ${word}`;
		else if (at === 0 && equals < 0) language = name.replace(/^\./, "");
		else attributes.set(name.replace(/^(\.|data-)/, ""), value.replace(/^(["'])(.*)\1$/, "$2"));
	}
	return { language, isOptedIn: attributes.has(optInWord) && attributes.get(optInWord) !== "false", attributes, problem };
}

/** `\n`, `\t`, `\r`, `\e` and `\\` in prepared input, which has to stand in one line of a document. */
export function unescapeInput(text: string): string {
	const meanings: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", e: "\u001b", "\\": "\\" };
	return text.replace(/\\([ntre\\])/g, (whole, letter: string) => meanings[letter] ?? whole);
}

/** Arguments as a shell would part them: blanks between, quotes around what holds blanks. Nothing is expanded. */
export function splitArguments(text: string): string[] {
	return (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

export interface CodeParts {
	/** Run, and not shown. */
	readonly before: string;
	readonly shown: string;
	readonly after: string;
	/** For the author; null: nothing is wrong. Where there is something, all code is shown. */
	readonly problem: string | null;
}

/** A line of its own in the comment form of any language: `# sandglass: hide`, `// sandglass: show`. */
const markerLine = /^[ \t]*(?:#|\/\/|--|;+|%|\/\*|<!--)[ \t]*sandglass:[ \t]*(hide|show)[ \t]*(?:\*\/|-->)?[ \t]*$/;

/** Takes the lines between `sandglass: hide` and `sandglass: show` out; they stand at the beginning or the end of the code. */
export function splitHiddenCode(code: string): CodeParts {
	const before: string[] = [];
	const shown: string[] = [];
	const after: string[] = [];
	let isHiding = false;
	let hasMarker = false;
	let problem: string | null = null;
	for (const line of code.replace(/\r\n?/g, "\n").split("\n")) {
		const marker = markerLine.exec(line)?.[1];
		if (marker !== undefined) {
			if ((marker === "hide") === isHiding)
				problem ??= `"sandglass: ${marker}" stands where code is ${isHiding ? "hidden" : "shown"} already.`;
			isHiding = marker === "hide";
			hasMarker = true;
		} else if (isHiding) (shown.some((it) => it.trim() !== "") ? after : before).push(line);
		else if (after.length > 0 && line.trim() !== "")
			problem ??= "Hidden code stands in the middle; it can only be at the beginning or the end.";
		else shown.push(line);
	}
	if (hasMarker && shown.join("").trim() === "") problem ??= "All code is hidden.";
	if (problem !== null || !hasMarker) return { before: "", shown: code, after: "", problem };
	const withoutBlankEnds = shown.join("\n").replace(/^(?:[ \t]*\n)+|\s+$/g, "");
	return { before: before.join("\n"), shown: withoutBlankEnds, after: after.join("\n"), problem: null };
}

/** The parts as they run: each begins on a line of its own, empty ones leave no line. */
export function wholeCode({ before, shown, after }: Pick<CodeParts, "before" | "shown" | "after">): string {
	return [before, shown, after].filter((part) => part !== "").join("\n");
}

export interface CellPlace {
	readonly language: string;
	/** Absent: it stands alone. */
	readonly session?: string | undefined;
	/** It is meant to fail, so nothing below can build on it. */
	readonly isMeantToFail?: boolean | undefined;
}

/**
 * The blocks that run before the one at `at`, in their order: those above it on the page with its session and its language,
 * those that are meant to fail left out.
 */
export function cellsAbove<C extends CellPlace>(cells: readonly C[], at: number): C[] {
	const own = cells[at];
	if (own?.session === undefined) return [];
	return cells.slice(0, at).filter((cell) => cell.session === own.session && cell.language === own.language && cell.isMeantToFail !== true);
}
