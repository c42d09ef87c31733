import { optInWord } from "../protocol/cells.ts";

/**
 * Which element is the block, which its code, which its language. Documentation tools wrap a fence's `pre` in elements of their own; what the
 * reader takes for the block is the outermost of them that holds no other code.
 */

export interface Block {
	readonly element: HTMLElement;
	readonly pre: HTMLElement;
	/** Where the code's text is. */
	readonly code: HTMLElement;
	/** As the document writes it, in lower case; empty where it says none. */
	readonly written: string;
	/** From the code outwards to the block. */
	readonly layers: readonly HTMLElement[];
}

/** Wrappers by their makers. A bare `pre` (Prism, highlight.js, Shiki, mdBook, plain HTML) has none. */
const wrappers = [
	/* Docusaurus */ ".theme-code-block",
	/* VitePress, MkDocs, Jekyll */ "div[class*='language-']",
	/* Sphinx, GitHub */ "div[class*='highlight-']",
	/* Hugo, MkDocs, Sphinx, Jekyll */ "div.highlight",
	/* Prism's toolbar */ "div.code-toolbar",
	/* Pandoc, Quarto */ "div.sourceCode",
	/* Shiki by rehype-pretty-code */ "[data-rehype-pretty-code-figure]",
	/* Shiki by Expressive Code */ ".expressive-code,.expressive-code figure",
].join();
const maxDepth = 9;

/** The words of a class, with what a fence's info string left in it: `language-python,sandglass`, `{.python .sandglass}`. */
export const classWords = (element: Element): string[] => (element.getAttribute("class") ?? "").split(/[\s,{}]+/);

/** A column of line numbers beside the code, in a table. */
const isGutter = (pre: Element): boolean => pre.closest("td")?.nextElementSibling?.querySelector("pre") != null;

const codePres = (element: Element): number => Array.from(element.querySelectorAll("pre")).filter((pre) => !isGutter(pre)).length;

function languageOf(layer: HTMLElement): string | undefined {
	const words = classWords(layer);
	const named = words
		.map((word) => /^(?:language|lang|highlight)-(?:source-)?\.?([\w+#-]+)$/.exec(word)?.[1])
		.find((it) => it !== undefined);
	// highlight.js before version 11 and Pandoc write it bare, behind a word of their own.
	const isBare = words.includes("hljs") || words.includes("sourceCode");
	const bare = isBare ? words.find((word) => /^[a-z][a-z+#]*$/.test(word) && word !== "hljs" && word !== optInWord) : undefined;
	return layer.dataset.lang ?? layer.dataset.language ?? named ?? bare;
}

/** Null: no code of its own. */
export function readBlock(pre: HTMLElement): Block | null {
	if (isGutter(pre) || pre.parentElement?.closest("pre") != null) return null;
	const code = pre.querySelector("code") ?? pre;
	const layers = code === pre ? [pre] : [code, pre];
	const between: HTMLElement[] = [];
	for (let at = pre.parentElement; at !== null && between.length < maxDepth; at = at.parentElement) {
		between.push(at);
		if (!at.matches(wrappers)) continue;
		if (codePres(at) !== 1) break;
		layers.push(...between.splice(0));
	}
	const written = layers.map(languageOf).find((it) => it !== undefined) ?? "";
	return { element: layers.at(-1) ?? pre, pre, code, written: written.toLowerCase(), layers };
}

const isOn = (value: string | null): boolean => value !== "false" && value !== "off";

/** Around several blocks: an element that opts in for all of them. */
export const optInAncestor = (block: Block): HTMLElement | null =>
	block.element.parentElement?.closest<HTMLElement>(`[data-${optInWord}],.${optInWord},${optInWord}-snippet`) ?? null;

/** By whom: "itself" where the author named this very block. */
export function optInOf(block: Block, selector: string | null): "itself" | "around" | null {
	const layer = block.layers.find((it) => it.hasAttribute(`data-${optInWord}`));
	if (layer !== undefined) return isOn(layer.getAttribute(`data-${optInWord}`)) ? "itself" : null;
	if (block.layers.some((it) => classWords(it).some((word) => word.replace(/^\./, "") === optInWord))) return "itself";
	if (selector !== null && block.layers.some((it) => it.matches(selector))) return "around";
	const ancestor = optInAncestor(block);
	return ancestor !== null && isOn(ancestor.getAttribute(`data-${optInWord}`)) ? "around" : null;
}
