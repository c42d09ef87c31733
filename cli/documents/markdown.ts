import remarkGfm from "remark-gfm";
import remarkMdx from "remark-mdx";
import remarkParse from "remark-parse";
import { unified } from "unified";
import { type FenceInfo, parseFenceInfo } from "../../protocol/cells.ts";
import { type CodeBlock, type Edit, type ExpectedOutput, lineCounter, type NamedText, type SourceDocument } from "./document.ts";
import { readHtmlFragment } from "./html.ts";

/**
 * Fences of Markdown and MDX, and blocks of HTML inside Markdown. An output belongs to the block before it when it follows at once,
 * or after one paragraph ("It prints:").
 */

const parsers = {
	markdown: unified().use(remarkParse).use(remarkGfm),
	mdx: unified().use(remarkParse).use(remarkMdx).use(remarkGfm),
};

type Root = ReturnType<typeof parsers.markdown.parse>;
type Node = Root["children"][number];
type Code = Extract<Node, { type: "code" }>;

interface Fence {
	readonly node: Code;
	readonly info: FenceInfo;
	readonly start: number;
	readonly end: number;
	/** The fences on the same level that follow with at most a paragraph between. */
	readonly next: Code | null;
}

export function readMarkdown(file: string, source: string, dialect: "markdown" | "mdx"): SourceDocument {
	let tree: Root;
	try {
		tree = parsers[dialect].parse(withoutForeignSyntax(source, dialect));
	} catch (error) {
		return { file, source, blocks: [], texts: new Map(), problems: [describeFailure(error)] };
	}
	const lineOf = lineCounter(source);
	const texts = new Map<string, NamedText>();
	const problems: { line: number; message: string }[] = [];
	const found: { readonly start: number; readonly block: CodeBlock }[] = [];
	/** The output of a block is taken up by it; one that is left over right behind a block without any is told. */
	const claimed = new Set<Code>();
	let last: CodeBlock | null = null;
	for (const item of flatten(tree.children)) {
		if (item.type === "html") {
			// Inside a quote or a list it is not what stands in the source.
			if (!item.nodes.every((node) => source.slice(offsetsOf(node).start, offsetsOf(node).end) === node.value)) continue;
			const start = item.nodes[0] === undefined ? 0 : offsetsOf(item.nodes[0]).start;
			const end = Math.max(...item.nodes.map((node) => offsetsOf(node).end));
			const inner = readHtmlFragment(source.slice(start, end), start, lineOf);
			for (const [id, text] of inner.texts) texts.set(id, text);
			for (const block of inner.blocks) found.push({ start, block });
			continue;
		}
		const fence = readFence(item.code, item.next);
		const id = fence.info.attributes.get("id");
		if (id !== undefined) texts.set(id, { text: codeOf(fence.node), fileName: fence.info.attributes.get("file") });
		if (fence.info.isOptedIn) {
			const output = fence.next !== null && isOutput(fence.next) ? fence.next : null;
			if (output !== null) claimed.add(output);
			last = describeBlock(source, fence, output, lineOf);
			found.push({ start: fence.start, block: last });
		} else if (isOutput(fence.node)) {
			if (last !== null && last.output === null && !claimed.has(fence.node))
				problems.push({
					line: lineOf(fence.start),
					message: "This output does not stand right under a runnable block, so nothing compares it.",
				});
			last = null;
		} else last = null;
	}
	return { file, source, blocks: found.sort((a, b) => a.start - b.start).map(({ block }) => block), texts, problems };
}

type Html = Extract<Node, { type: "html" }>;
type Item =
	| { readonly type: "code"; readonly code: Code; readonly next: Code | null }
	/** A block of code and the output under it are two nodes, and one piece of HTML. */
	| { readonly type: "html"; readonly nodes: readonly Html[] };

function* flatten(nodes: readonly Node[]): Generator<Item> {
	let html: Html[] = [];
	for (const [at, node] of nodes.entries()) {
		if (node.type === "html") html.push(node);
		else if (node.type === "code") {
			const [first, second] = [nodes[at + 1], nodes[at + 2]];
			const next = first?.type === "paragraph" ? second : first;
			yield { type: "code", code: node, next: next?.type === "code" ? next : null };
		} else if ("children" in node) yield* flatten(node.children);
		if (html.length > 0 && nodes[at + 1]?.type !== "html") {
			yield { type: "html", nodes: html };
			html = [];
		}
	}
}

function offsetsOf({ position }: Node): { start: number; end: number } {
	return { start: position?.start.offset ?? 0, end: position?.end.offset ?? 0 };
}

function readFence(node: Code, next: Code | null): Fence {
	return { node, info: infoOf(node), next, ...offsetsOf(node) };
}

const infoOf = ({ lang, meta }: Code): FenceInfo => parseFenceInfo(`${lang ?? ""} ${meta ?? ""}`.trim());

function isOutput(node: Code): boolean {
	const { language, isOptedIn, attributes } = infoOf(node);
	return !isOptedIn && (language === "output" || attributes.has("output"));
}

/** The last line's end belongs to the code, as it would in a file. */
const codeOf = ({ value }: Code): string => (value === "" ? "" : `${value}\n`);

function describeBlock(
	source: string,
	{ node, info, start, end }: Fence,
	output: Code | null,
	lineOf: (offset: number) => number,
): CodeBlock {
	const form = fenceForm(source, start, end);
	const problem = form.isClosed ? info.problem : (info.problem ?? "The fence is never closed.");
	return {
		line: lineOf(start),
		language: info.language,
		code: codeOf(node),
		attributes: info.attributes,
		json: null,
		problem,
		output: output === null ? null : describeOutput(source, output, lineOf),
		addOutput(text) {
			if (!form.isClosed) return null;
			const fence = "`".repeat(fenceLength("`", 3, text));
			const lines = [`${fence}output`, ...linesOf(text), fence].map((line) => form.prefix + line);
			return [{ start: end, end, text: ["", form.prefix, ...lines].map((line) => line.trimEnd()).join(form.lineEnd) }];
		},
	};
}

function describeOutput(source: string, node: Code, lineOf: (offset: number) => number): ExpectedOutput {
	const { start, end } = offsetsOf(node);
	const form = fenceForm(source, start, end);
	return {
		line: lineOf(start) + 1,
		text: node.value,
		isPattern: infoOf(node).attributes.has("pattern"),
		rewrite: (text) => (form.isClosed ? rewriteFence(form, text) : null),
	};
}

interface FenceForm {
	readonly isClosed: boolean;
	readonly marker: string;
	/** Where the opening's run of markers is. */
	readonly opening: Edit;
	readonly closing: Edit;
	/** From behind the opening's line to the start of the closing's line. */
	readonly inner: { readonly start: number; readonly end: number };
	/** What stands before each line: a quote's sign, a list's indentation. */
	readonly prefix: string;
	readonly lineEnd: string;
}

function fenceForm(source: string, start: number, end: number): FenceForm {
	const opening = /^(?:`+|~+)/.exec(source.slice(start, end))?.[0] ?? "";
	const firstEnd = /\r\n?|\n/.exec(source.slice(start, end));
	const lineEnd = firstEnd?.[0] ?? "\n";
	const innerStart = firstEnd === null ? end : start + firstEnd.index + lineEnd.length;
	const lastStart = Math.max(source.lastIndexOf("\n", end - 1), source.lastIndexOf("\r", end - 1)) + 1;
	const lastLine = source.slice(lastStart, end);
	const closing = /^([ \t>]*)(`{3,}|~{3,})[ \t]*$/.exec(lastLine);
	const [, prefix = "", run = ""] = closing ?? [];
	const runStart = lastStart + prefix.length;
	return {
		isClosed: closing !== null && lastStart >= innerStart && run.startsWith(opening) && opening !== "",
		marker: opening.slice(0, 1),
		opening: { start, end: start + opening.length, text: opening },
		closing: { start: runStart, end: runStart + run.length, text: run },
		inner: { start: innerStart, end: lastStart },
		prefix,
		lineEnd,
	};
}

/** As many markers as no line of the text can close. */
function fenceLength(marker: string, least: number, text: string): number {
	const runs = linesOf(text).map((line) => (line.trimStart().startsWith(marker) ? (/^\s*((.)\2*)/.exec(line)?.[1]?.length ?? 0) : 0));
	return Math.max(least, ...runs.map((run) => run + 1));
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.split("\n"));

function rewriteFence(form: FenceForm, text: string): Edit[] {
	const length = fenceLength(form.marker, form.opening.text.length, text);
	const lines = linesOf(text).map((line) => (line === "" ? form.prefix.trimEnd() : form.prefix + line) + form.lineEnd);
	const inner: Edit = { ...form.inner, text: lines.join("") };
	if (length <= form.opening.text.length) return [inner];
	const run = form.marker.repeat(length);
	return [{ ...form.opening, text: run }, inner, { ...form.closing, text: run }];
}

/** Front matter, and a heading's own id (which MDX would take for an expression), are another tool's: blanked out, so that every offset stays. */
function withoutForeignSyntax(source: string, dialect: "markdown" | "mdx"): string {
	const blank = (text: string): string => text.replace(/[^\r\n]/g, " ");
	const body = source.replace(/^---[ \t]*(?:\r\n?|\n)[\s\S]*?(?:\r\n?|\n)---[ \t]*(?=\r|\n|$)/, blank);
	return dialect === "mdx"
		? body.replace(/^(#{1,6} .*?)(\{#[\w-]+\})(?=[ \t]*$)/gm, (_, title: string, id: string) => title + blank(id))
		: body;
}

/** The parser's failure is an error with a place and a reason. */
function describeFailure(error: unknown): { line: number; message: string } {
	if (!(error instanceof Error)) throw error;
	const reason = "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
	// What is missing at the end has a place only in the sentence.
	const named = Number(/\((\d+):\d+/.exec(reason)?.[1] ?? 1);
	const line = "line" in error && typeof error.line === "number" ? error.line : named;
	return { line, message: `This is not MDX: ${reason}` };
}
