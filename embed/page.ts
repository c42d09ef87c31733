import { cellKey } from "../protocol/cell-key.ts";
import { cellsAbove } from "../protocol/cells.ts";
import { type Block, optInAncestor, optInOf, readBlock } from "./block.ts";
import { attachControls } from "./controls.ts";
import { hydrationPatienceMs, isBeingTakenOver } from "./hydration.ts";
import { readJsonOptions } from "./json-options.ts";
import { findLanguage, isProgram, type LanguageLine } from "./languages.ts";
import { createRecordingBook } from "./recording-book.ts";
import type { ScriptSettings } from "./script-settings.ts";
import { createSnippet, type Snippet } from "./snippet.ts";
import { OptionProblem, readWrittenOptions, type WrittenOptions } from "./written-options.ts";

/** All blocks of the page: finds them, also those that come later, forgets those that go, and knows which build on which. */

export interface SnippetPage {
	/** Upgrades what is there now. */
	scan(): void;
	/** Upgrades what comes. */
	watch(): void;
}

/** Changes of a page come in swarms. */
const settleMs = 60;

export function createPage(
	{ server, selector, recordingsUrl, script }: ScriptSettings,
	languages: readonly LanguageLine[],
	css: string,
): SnippetPage {
	/** One for all blocks; no policy for inline styles forbids it. */
	const styles = new CSSStyleSheet();
	styles.replaceSync(css);
	const book = createRecordingBook(recordingsUrl);
	/** In the order in which they stand on the page. */
	let snippets: Snippet[] = [];
	/** Null: it cannot be one, which is said once. */
	const known = new WeakMap<Element, Snippet | null>();
	const keys = new WeakMap<Snippet, Promise<string>>();
	const startedAt = performance.now();
	let timer: ReturnType<typeof setTimeout> | undefined;

	const above = (snippet: Snippet): Snippet[] => cellsAbove(snippets, snippets.indexOf(snippet));

	const whenSeen = (rootMargin: string, act: (snippet: Snippet) => void): IntersectionObserver => {
		const observer = new IntersectionObserver(
			(entries) => {
				for (const { target, isIntersecting } of entries) {
					const snippet = snippets.find(({ block }) => block.element === target);
					if (!isIntersecting || snippet === undefined) continue;
					observer.unobserve(target);
					act(snippet);
				}
			},
			{ rootMargin },
		);
		return observer;
	};
	const near = whenSeen("100% 0px", (snippet) => void offerRecording(snippet));
	const inView = whenSeen("0px", (snippet) => snippet.cameIntoView());

	/** Of the code as the document has it: asked before anybody can have edited. */
	const keyOf = (snippet: Snippet): Promise<string> => {
		const made = keys.get(snippet) ?? makeKey(snippet);
		keys.set(snippet, made);
		return made;
	};
	const makeKey = async (snippet: Snippet): Promise<string> => {
		const { language = "", version, file = "", files = [], arguments: words, stdin } = snippet.written;
		const own = { name: file, content: snippet.readCode() };
		const after = await Promise.all(above(snippet).map(keyOf));
		return cellKey({ language, version, files: [own, ...files], arguments: words, stdin, after });
	};
	const offerRecording = async (snippet: Snippet): Promise<void> => {
		const recording = await book.find(await keyOf(snippet));
		if (recording === undefined) return;
		const { bottom } = snippet.block.element.getBoundingClientRect();
		const isPainted = performance.getEntriesByName("first-contentful-paint").length > 0;
		snippet.offerRecording(recording, !isPainted || bottom < 0 || bottom >= innerHeight);
	};

	const upgrade = (block: Block, by: "itself" | "around"): Snippet | null => {
		// The first line is for an author who cannot click on what the console shows.
		const [first = ""] = (block.code.textContent ?? "").trim().split("\n");
		const tell = (message: string): void =>
			console.error(`Sandglass: ${message} In the block #${block.element.id} that begins "${first.slice(0, 60)}":`, block.element);
		const around = [optInAncestor(block), script].filter((it) => it !== null);
		const written: WrittenOptions = readWrittenOptions([...block.layers, ...around], tell);
		if (block.written !== "") written.language = block.written;
		try {
			Object.assign(written, readJsonOptions(block));
		} catch (error) {
			if (!(error instanceof OptionProblem)) throw error;
			tell(error.message);
			return null;
		}
		const name = written.language ?? "";
		const language = findLanguage(languages, name);
		if (language === undefined) {
			if (by === "itself" || isProgram(name)) tell(`There is no language "${name}", so the block stays as it is.`);
			return null;
		}
		const snippet: Snippet = createSnippet({
			block,
			language,
			written,
			server,
			styles,
			codesAbove: () => above(snippet).map((it) => it.readCode()),
			onMoved: () => {
				for (const below of snippets) if (above(below).includes(snippet)) below.contextMoved();
			},
			onAuthorProblem: tell,
		});
		block.element.sandglass = block.pre.sandglass = snippet.methods;
		return snippet;
	};

	/** Null: it is none of ours, or not yet. */
	const read = (pre: HTMLPreElement): Snippet | null => {
		if (known.has(pre)) return null;
		const block = readBlock(pre);
		const by = block && optInOf(block, selector);
		if (!block || !by) return null;
		if (performance.now() - startedAt < hydrationPatienceMs && isBeingTakenOver(pre)) {
			scanSoon();
			return null;
		}
		const snippet = upgrade(block, by);
		known.set(pre, snippet);
		return snippet;
	};

	const scanSoon = (): void => {
		clearTimeout(timer);
		timer = setTimeout(scan, settleMs);
	};
	const scan = (): void => {
		for (const snippet of snippets) {
			if (snippet.block.element.isConnected) continue;
			snippet.close();
			known.delete(snippet.block.pre);
		}
		const found = Array.from(document.querySelectorAll("pre"), read).filter((it) => it !== null);
		snippets = [...snippets.filter(({ block }) => known.has(block.pre)), ...found].sort((one, other) =>
			one.block.pre.compareDocumentPosition(other.block.pre) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
		);
		attachControls(snippets.map(({ controls }) => controls).filter(({ host }) => !host.isConnected));
		for (const { block } of found) {
			if (!book.isEmpty()) near.observe(block.element);
			inView.observe(block.element);
		}
	};
	return {
		scan,
		watch: () => new MutationObserver(scanSoon).observe(document.documentElement, { childList: true, subtree: true }),
	};
}
