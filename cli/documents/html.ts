import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { optInWord } from "../../protocol/cells.ts";
import { type CodeBlock, type Edit, type ExpectedOutput, lineCounter, type NamedText, type SourceDocument } from "./document.ts";

/**
 * Blocks of HTML as embed.js takes them up: `data-sandglass` on a `code`, a `pre` or what is around them, and `<sandglass-snippet>`.
 * Their output is the next `<pre class="sandglass-output">` before the next block.
 */

type Element = DefaultTreeAdapterTypes.Element;
type ParentNode = DefaultTreeAdapterTypes.ParentNode;

export const outputClass = "sandglass-output";
const snippetElement = "sandglass-snippet";
const optInAttribute = `data-${optInWord}`;

export function readHtml(file: string, source: string): SourceDocument {
	return { file, source, problems: [], ...readHtmlFragment(source, 0, lineCounter(source)) };
}

/** `offset`: where the text stands in its document. */
export function readHtmlFragment(
	text: string,
	offset: number,
	lineOf: (offset: number) => number,
): { readonly blocks: CodeBlock[]; readonly texts: Map<string, NamedText> } {
	const elements = [...walk(parse(text, { sourceCodeLocationInfo: true }))];
	const texts = new Map<string, NamedText>();
	for (const element of elements) {
		const id = attributeOf(element, "id");
		if (id === undefined || texts.has(id)) continue;
		const fileName = attributeOf(element, "data-file") ?? attributeOf(element, "data-name");
		texts.set(id, { text: contentOf(element), fileName });
	}
	const places = elements.flatMap((element, at) => {
		const layers = layersOf(element);
		return layers === null || !isOptedIn(layers) ? [] : [{ at, layers }];
	});
	const blocks = places.map(({ at, layers }, index) => {
		const output = elements.slice(at + 1, places[index + 1]?.at).find(isOutput);
		const options = elements.find((it) => isOptionsOf(it, layers));
		return describeBlock({
			text,
			layers,
			output: output === undefined ? null : describeOutput(text, output, offset, lineOf),
			json:
				options === undefined ? null : { line: lineOf(offset + (options.sourceCodeLocation?.startOffset ?? 0)), text: rawTextOf(options) },
			offset,
			line: lineOf(offset + (elements[at]?.sourceCodeLocation?.startOffset ?? 0)),
		});
	});
	return { blocks, texts };
}

function* walk(parent: ParentNode): Generator<Element> {
	for (const node of parent.childNodes) {
		if (!("tagName" in node)) continue;
		yield node;
		yield* walk(node);
	}
}

function attributeOf({ attrs }: Element, name: string): string | undefined {
	return attrs.find((it) => it.name === name)?.value;
}

/** The words of a class, with what a fence's info string left in it: `language-python,sandglass`. */
const classWords = (element: Element): string[] => (attributeOf(element, "class") ?? "").split(/[\s,{}]+/).filter((it) => it !== "");

const isOutput = (element: Element): boolean => element.tagName === "pre" && classWords(element).includes(outputClass);

function ancestorsOf(element: Element): Element[] {
	const parent = element.parentNode;
	return parent !== null && "tagName" in parent ? [parent, ...ancestorsOf(parent)] : [];
}

/**
 * From the code outwards to the outermost element that holds nothing but it; null: no block begins here. A block begins at its `pre`, or at a
 * snippet element without one.
 */
function layersOf(element: Element): Element[] | null {
	const inside = [...walk(element)];
	const isBareSnippet = element.tagName === snippetElement && !inside.some(({ tagName }) => tagName === "pre");
	if ((element.tagName !== "pre" || isOutput(element)) && !isBareSnippet) return null;
	const layers = [...inside.filter(({ tagName }) => tagName === "code").slice(0, 1), element];
	const own = textOf(element).trim();
	for (const around of ancestorsOf(element)) {
		if (["body", "main", "article", "section"].includes(around.tagName)) break;
		if (around.tagName !== snippetElement && textOf(around).trim() !== own) break;
		layers.push(around);
	}
	return layers;
}

/** For itself, or by what stands around several blocks; then text and output are left alone. */
function isOptedIn(layers: readonly Element[]): boolean {
	const own = layers.find((it) => attributeOf(it, optInAttribute) !== undefined);
	if (own !== undefined) return isOn(own);
	if (layers.some((it) => it.tagName === snippetElement || classWords(it).some((word) => word.replace(/^\./, "") === optInWord)))
		return true;
	const around = aroundOf(layers);
	return around !== undefined && isOn(around) && !["", "text", "txt", "plaintext", "none", "output", "diff"].includes(languageOf(layers));
}

/** What opts in for several blocks; its other attributes are for all of them. */
function aroundOf(layers: readonly Element[]): Element | undefined {
	const outermost = layers.at(-1);
	return outermost && ancestorsOf(outermost).find((it) => attributeOf(it, optInAttribute) !== undefined);
}

const isOn = (element: Element): boolean => !["false", "off"].includes(attributeOf(element, optInAttribute) ?? "");

function languageOf(layers: readonly Element[]): string {
	for (const layer of layers) {
		const own = layer.tagName === snippetElement ? attributeOf(layer, "language") : undefined;
		const named = classWords(layer)
			.map((word) => /^(?:language|lang|highlight)-(?:source-)?\.?([\w+#-]+)$/.exec(word)?.[1])
			.find((it) => it !== undefined);
		const told = own ?? attributeOf(layer, "data-lang") ?? attributeOf(layer, "data-language") ?? named ?? bareLanguageOf(layer);
		if (told !== undefined) return told.toLowerCase();
	}
	return "";
}

/** highlight.js before version 11 and Pandoc write it behind a word of their own. */
function bareLanguageOf(layer: Element): string | undefined {
	const words = classWords(layer);
	if (!words.includes("hljs") && !words.includes("sourceCode")) return undefined;
	return words.find((word) => /^[a-z][a-z+#]*$/.test(word) && word !== "hljs" && word !== optInWord);
}

/** The nearest layer that says a thing wins, and in it the attribute that is ours alone. */
function attributesOf(layers: readonly Element[]): Map<string, string> {
	const attributes = new Map<string, string>();
	const set = (name: string, value: string): void => void (attributes.has(name) || attributes.set(name, value));
	const prefix = `${optInAttribute}-`;
	for (const layer of layers) {
		if (layer.tagName === snippetElement) for (const { name, value } of layer.attrs) if (!name.startsWith("data-")) set(name, value);
		for (const { name, value } of layer.attrs) if (name.startsWith(prefix)) set(name.slice(prefix.length), value);
		for (const { name, value } of layer.attrs) if (name.startsWith("data-") && !name.startsWith(prefix)) set(name.slice(5), value);
		for (const [, name = "", value = ""] of classWords(layer).map((word) => /^([a-z-]+)=(.*)$/.exec(word) ?? []))
			if (name !== "") set(name, value);
	}
	return attributes;
}

/** In the block or right beside it. */
function isOptionsOf(element: Element, layers: readonly Element[]): boolean {
	if (element.tagName !== "script" || attributeOf(element, `${optInAttribute}-options`) === undefined) return false;
	const outermost = layers.at(-1);
	if (outermost === undefined) return false;
	if (ancestorsOf(element).includes(outermost)) return true;
	const siblings = outermost.parentNode?.childNodes.filter((node): node is Element => "tagName" in node) ?? [];
	const at = siblings.indexOf(outermost);
	return siblings[at + 1] === element || siblings[at - 1] === element;
}

/** Stands inside of a block's code and is none: line numbers, prompts, buttons. */
const notCodeTags = ["button", "script", "style", "template", "aside"];
const notCodeWords = ["linenos", "lineno", "ln", "lnt", "gp", "go", "line-numbers-rows", "linenumber"];

const isNoCode = (element: Element): boolean =>
	notCodeTags.includes(element.tagName) || classWords(element).some((word) => notCodeWords.includes(word));

function textOf(parent: ParentNode): string {
	let text = "";
	for (const node of parent.childNodes) {
		if ("value" in node) text += node.value;
		else if (!("tagName" in node) || isNoCode(node)) continue;
		else text += node.tagName === "br" ? "\n" : textOf(node);
	}
	return text;
}

const rawTextOf = (element: Element): string => element.childNodes.map((node) => ("value" in node ? node.value : "")).join("");

const isTemplate = (element: Element): element is DefaultTreeAdapterTypes.Template => element.tagName === "template";

/** A script or a template holds its text as data. */
function contentOf(element: Element): string {
	if (element.tagName === "script") return rawTextOf(element).replace(/^\n/, "").trimEnd();
	return isTemplate(element) ? textOf(element.content).replace(/^\n/, "") : textOf(element);
}

function describeBlock(options: {
	readonly text: string;
	readonly layers: readonly Element[];
	readonly output: ExpectedOutput | null;
	readonly json: CodeBlock["json"];
	readonly offset: number;
	readonly line: number;
}): CodeBlock {
	const { text, layers, output, json, offset, line } = options;
	const [code] = layers;
	const end = layers.at(-1)?.sourceCodeLocation?.endTag?.endOffset;
	return {
		line,
		language: languageOf(layers),
		code: code === undefined ? "" : textOf(code),
		attributes: attributesOf([...layers, aroundOf(layers)].filter((it) => it !== undefined)),
		json,
		problem: end === undefined ? "The element is never closed." : null,
		output,
		addOutput(printed) {
			if (end === undefined) return null;
			const lineEnd = /\r\n?|\n/.exec(text)?.[0] ?? "\n";
			const added = `${lineEnd}<pre class="${outputClass}">${printed.startsWith("\n") ? lineEnd : ""}${escapeText(printed, lineEnd)}</pre>`;
			return [{ start: offset + end, end: offset + end, text: added }];
		},
	};
}

function describeOutput(text: string, element: Element, offset: number, lineOf: (offset: number) => number): ExpectedOutput {
	let inner = element;
	for (;;) {
		const children: readonly DefaultTreeAdapterTypes.ChildNode[] = inner.childNodes;
		const [only] = children;
		if (children.length !== 1 || only === undefined || !("tagName" in only)) break;
		inner = only;
	}
	const location = inner.sourceCodeLocation;
	const start = location?.startTag?.endOffset ?? 0;
	const end = location?.endTag?.startOffset ?? 0;
	const lineEnd = /\r\n?|\n/.exec(text)?.[0] ?? "\n";
	// The first line end in a `pre` is none of its text.
	const opensOnOwnLine = inner === element ? (/^(?:\r\n?|\n)/.exec(text.slice(start, end))?.[0] ?? "") : "";
	return {
		line: lineOf(offset + start + opensOnOwnLine.length),
		text: textOf(element),
		isPattern: attributeOf(element, "data-pattern") !== undefined || classWords(element).includes("pattern"),
		rewrite(printed): Edit[] | null {
			if (location?.endTag === undefined) return null;
			const opening = inner === element && printed.startsWith("\n") ? lineEnd : opensOnOwnLine;
			return [{ start: offset + start, end: offset + end, text: opening + escapeText(printed, lineEnd) + opensOnOwnLine }];
		},
	};
}

function escapeText(text: string, lineEnd: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("\n", lineEnd);
}
