import { optInWord, parseFenceInfo } from "../../protocol/cells.ts";
import type { EmbedOptionsInput } from "../../protocol/embed.ts";
import type { SnippetDraft } from "../../protocol/snippets.ts";

/** What an author puts into a page to have the program there, in the forms that docs/embedding.md describes. */

export interface EmbedWish {
	readonly draft: SnippetDraft;
	/** The name that the language's first file has when nobody names it. */
	readonly usualFileName: string;
	readonly theme: "auto" | "light" | "dark";
	readonly isReadOnly: boolean;
	readonly isAutorun: boolean;
	readonly maxHeightPx: number;
	/** Names the version, so that a newer default changes nothing. */
	readonly hasVersion: boolean;
	readonly hasTier: boolean;
	/** Files that are there when it runs, and not shown. */
	readonly hiddenFiles: ReadonlySet<string>;
}

export const usualMaxHeightPx = 600;

type DraftFile = SnippetDraft["files"][number];

/** The one that is shown first, and the others. */
function partFiles({ draft, usualFileName }: EmbedWish): { readonly first: DraftFile; readonly others: readonly DraftFile[] } {
	const { files, entry } = draft;
	const first = files.find(({ name }) => name === (entry ?? usualFileName)) ?? files[0];
	if (first === undefined) throw new Error("a draft without a file");
	return { first, others: files.filter((file) => file !== first) };
}

/** What the frame is told, as the author's page would. */
export function embedOptions(wish: EmbedWish): EmbedOptionsInput {
	const { draft, theme, isReadOnly, isAutorun, maxHeightPx, hasVersion, hasTier, hiddenFiles } = wish;
	const { first, others } = partFiles(wish);
	return {
		language: draft.language,
		...(hasVersion ? { version: draft.version } : {}),
		...(hasTier && draft.tier !== undefined ? { tier: draft.tier } : {}),
		theme,
		isReadOnly,
		isAutorun,
		title: draft.title,
		files: [first, ...others.map((file) => ({ ...file, isHidden: hiddenFiles.has(file.name) }))],
		arguments: draft.arguments,
		stdin: draft.stdin,
		maxHeightPx,
	};
}

/** As `splitArguments` reads them; null: no quoting says these. */
function joinArguments(words: readonly string[]): string | null {
	const quoted = words.map((word) => {
		if (/^[^\s"']+$/.test(word)) return word;
		if (word === "" || /[\n\r]/.test(word)) return null;
		if (!word.includes('"')) return `"${word}"`;
		return word.includes("'") ? null : `'${word}'`;
	});
	return quoted.includes(null) ? null : quoted.join(" ");
}

const escapes: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r", "\u001b": "\\e", "\\": "\\\\" };
const escapeInput = (text: string): string => Array.from(text, (character) => escapes[character] ?? character).join("");

/** What one line of a document can say; `left` names what it cannot. */
function lineAttributes(wish: EmbedWish): {
	readonly attributes: readonly (readonly [string, string])[];
	readonly left: readonly string[];
} {
	const { draft, theme, isReadOnly, isAutorun, maxHeightPx, hasVersion, hasTier, usualFileName } = wish;
	const { first } = partFiles(wish);
	const attributes: [string, string][] = [];
	const left: string[] = [];
	if (hasVersion && draft.version !== undefined) attributes.push(["version", draft.version]);
	if (hasTier && draft.tier !== undefined) attributes.push(["tier", draft.tier]);
	if (theme !== "auto") attributes.push(["theme", theme]);
	if (isReadOnly) attributes.push(["readonly", "true"]);
	if (isAutorun) attributes.push(["autorun", "true"]);
	if (draft.title !== "") attributes.push(["title", draft.title]);
	if (maxHeightPx !== usualMaxHeightPx) attributes.push(["height", String(maxHeightPx)]);
	if (first.name !== usualFileName) attributes.push(["file", first.name]);
	if (draft.arguments.length > 0) {
		const line = joinArguments(draft.arguments);
		if (line === null) left.push("the arguments");
		else attributes.push(["args", line]);
	}
	if (draft.stdin !== "") attributes.push(["stdin", escapeInput(draft.stdin)]);
	return { attributes, left };
}

const htmlEntities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => htmlEntities[character] ?? character);

/** A parser drops one line break right after `<pre>`'s own tags only where nothing stands between; `<code>` does, so none is lost. */
export function embedHtml(wish: EmbedWish, scriptTag: string): string {
	const { draft, hiddenFiles } = wish;
	const { first, others } = partFiles(wish);
	const { attributes, left } = lineAttributes(wish);
	const written = attributes.map(([name, value]) => ` data-${name}="${escapeHtml(value)}"`).join("");
	const rest = {
		...(left.length > 0 ? { arguments: draft.arguments } : {}),
		...(others.length > 0 ? { files: others.map((file) => ({ ...file, isHidden: hiddenFiles.has(file.name) })) } : {}),
	};
	const lines = [
		scriptTag,
		`<pre data-${optInWord}${written}><code class="language-${escapeHtml(draft.language)}">${escapeHtml(first.content)}</code></pre>`,
	];
	if (Object.keys(rest).length > 0) {
		// No "<" is left in it, so nothing in a file can end the element.
		const json = JSON.stringify(rest, null, "\t").replaceAll("<", "\\u003c");
		lines.push(`<script type="application/json" data-${optInWord}-options>\n${json}\n</script>`);
	}
	return lines.join("\n");
}

export interface EmbedMarkdown {
	readonly text: string;
	/** What a fence cannot say, for the author. */
	readonly left: readonly string[];
}

export function embedMarkdown(wish: EmbedWish): EmbedMarkdown {
	const { draft } = wish;
	const { first, others } = partFiles(wish);
	const { attributes, left } = lineAttributes(wish);
	const missing = [...left];
	if (others.length > 0) missing.push(others.length === 1 ? "the other file" : `the other ${others.length} files`);
	let info = `${draft.language} ${optInWord}`;
	for (const [name, value] of attributes) {
		const word =
			value === "true" ? name : `${name}=${/^[^\s"'{}=`]+$/.test(value) ? value : value.includes('"') ? `'${value}'` : `"${value}"`}`;
		// What is not read back as it was (both quotes, braces that some tools read) stays out.
		const isKept = parseFenceInfo(`${info} ${word}`).attributes.get(name) === (value === "true" ? "" : value);
		if (isKept) info = `${info} ${word}`;
		else missing.push(`the ${name}`);
	}
	const mark = info.includes("`") ? "~" : "`";
	const longest = Math.max(2, ...(first.content.match(mark === "~" ? /~+/g : /`+/g) ?? []).map(({ length }) => length));
	const fence = mark.repeat(longest + 1);
	const end = first.content.endsWith("\n") || first.content === "" ? "" : "\n";
	return { text: `${fence}${info}\n${first.content}${end}${fence}`, left: missing };
}
