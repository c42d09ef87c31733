import { readFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import type { SourceDocument } from "./document.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";

/** From the command line's patterns to documents. */

const extensions = ["md", "markdown", "mdx", "html", "htm"] as const;
const maxDocumentBytes = 16_777_216;

/** What was named is not there; the message says what. */
export class NoDocuments extends Error {}

/** Absolute paths, sorted. A folder stands for all documents in it. Throws NoDocuments for a pattern that matches none. */
export async function findDocuments(patterns: readonly string[], workingDir: string): Promise<string[]> {
	const found = new Set<string>();
	for (const pattern of patterns) {
		const matches = await glob(patternsOf(pattern), {
			cwd: workingDir,
			absolute: true,
			expandDirectories: true,
			ignore: ["**/node_modules/**"],
		});
		const documents = matches.filter((path) => extensionOf(path) !== undefined);
		if (documents.length === 0)
			throw new NoDocuments(
				matches.length === 0
					? `Nothing matches ${JSON.stringify(pattern)}.`
					: `${JSON.stringify(pattern)} names no document that can be checked (${extensions.join(", ")}).`,
			);
		for (const path of documents) found.add(resolve(path));
	}
	return [...found].sort();
}

/** A name that a shell expanded may hold brackets of its own. */
function patternsOf(pattern: string): string[] {
	const path = sep === "\\" ? pattern.replaceAll("\\", "/") : pattern;
	return isDynamicPattern(path) ? [path, path.replace(/[()[\]{}!*?]/g, "\\$&")] : [path];
}

function extensionOf(path: string): (typeof extensions)[number] | undefined {
	return extensions.find((it) => path.toLowerCase().endsWith(`.${it}`));
}

export async function readDocument(path: string, workingDir: string): Promise<SourceDocument> {
	const file = relative(workingDir, path).split(sep).join("/");
	const broken = (message: string): SourceDocument => ({
		file,
		source: "",
		blocks: [],
		texts: new Map(),
		problems: [{ line: 1, message }],
	});
	const bytes = await readFile(path);
	if (bytes.length > maxDocumentBytes) return broken("It is larger than 16 MiB.");
	const decoded = decodeDocument(bytes);
	return decoded === null ? broken("It is not UTF-8.") : readSource(file, decoded.source);
}

/** `mark`: the byte order mark, which counts in no offset. Null: not UTF-8. */
export function decodeDocument(bytes: Uint8Array): { readonly mark: string; readonly source: string } | null {
	try {
		const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
		return text.startsWith("\uFEFF") ? { mark: "\uFEFF", source: text.slice(1) } : { mark: "", source: text };
	} catch {
		return null;
	}
}

/** `file` says by its name what it is written in. */
export function readSource(file: string, source: string): SourceDocument {
	switch (extensionOf(file)) {
		case "mdx":
			return readMarkdown(file, source, "mdx");
		case "html":
		case "htm":
			return readHtml(file, source);
		default:
			return readMarkdown(file, source, "markdown");
	}
}
