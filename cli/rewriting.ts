import { randomBytes } from "node:crypto";
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compareExactly } from "./comparison.ts";
import { type Edit, type SourceDocument, settleOutput } from "./documents/document.ts";
import { decodeDocument, readSource } from "./documents/reading.ts";

/** `--update`: only the bytes of the outputs change, and only when the document, read anew, says what it should. */

export interface NewOutput {
	/** Index of the block in its document. */
	readonly at: number;
	readonly printed: string;
}

export type Rewriting =
	| { readonly isDone: true }
	/** Nothing was written. */
	| { readonly isDone: false; readonly problem: string };

/** The document's new source, or what stands in the way. */
export function rewriteSource(document: SourceDocument, outputs: readonly NewOutput[]): { source: string } | { problem: string } {
	const edits: Edit[] = [];
	for (const { at, printed } of outputs) {
		const block = document.blocks[at];
		const text = settleOutput(printed);
		const own = block?.output === null ? block.addOutput(text) : block?.output.rewrite(text);
		if (own === null || own === undefined)
			return { problem: `The output of line ${block?.line ?? 0} cannot be rewritten where it stands.` };
		edits.push(...own);
	}
	let source = document.source;
	for (const { start, end, text } of edits.sort((a, b) => b.start - a.start)) source = source.slice(0, start) + text + source.slice(end);
	const problem = findSlip(document, readSource(document.file, source), outputs);
	return problem === null ? { source } : { problem };
}

/** The proof: the same blocks with the same code, these outputs, and all others as they were. */
function findSlip(old: SourceDocument, now: SourceDocument, outputs: readonly NewOutput[]): string | null {
	const failed = (line: number): string => `The output of line ${line} cannot be written down so that it reads the same again.`;
	if (old.blocks.length !== now.blocks.length) return failed(old.blocks[outputs[0]?.at ?? 0]?.line ?? 1);
	for (const [at, block] of old.blocks.entries()) {
		const written = now.blocks[at];
		const wanted = outputs.find((it) => it.at === at)?.printed ?? block.output?.text;
		const isSame = wanted === undefined ? written?.output === null : compareExactly(wanted, written?.output?.text ?? "").isSame;
		if (!isSame || written?.code !== block.code) return failed(block.line);
	}
	return null;
}

/** Replaces the file as a whole; a reader sees the old one or the new one. A link stays a link. */
export async function writeDocument(path: string, document: SourceDocument, source: string): Promise<Rewriting> {
	const target = await realpath(path);
	const bytes = await readFile(target);
	const current = decodeDocument(bytes);
	if (current === null || current.source !== document.source) return { isDone: false, problem: "It was changed while the check ran." };
	const { mode } = await stat(target);
	const temporary = join(dirname(target), `.sandglass-${randomBytes(6).toString("hex")}`);
	try {
		await writeFile(temporary, current.mark + source, { flag: "wx" });
		await chmod(temporary, mode & 0o7777);
		await rename(temporary, target);
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
	return { isDone: true };
}
