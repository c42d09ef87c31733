import { embedMark } from "../protocol/embed-mark.ts";
import type { LanguageLine } from "./languages.ts";
import { createPage } from "./page.ts";
import { readScriptSettings } from "./script-settings.ts";
import { defineSnippetElement } from "./snippet-element.ts";

/**
 * embed.js: makes the code blocks of an author's page runnable. Before a click it puts two buttons on a block and asks nobody for anything;
 * at the click a frame of ours takes the block's place. What it cannot do leaves the page as it was.
 */

/** From sandbox-images/, written in by the build. */
declare const SANDGLASS_LANGUAGES: readonly LanguageLine[];
/** embed.css, minified by the build. */
declare const SANDGLASS_STYLES: string;

function start(): void {
	// Asked now: later no script is the current one.
	const settings = readScriptSettings();
	if (settings === null) {
		console.error("Sandglass: embed.js does not know where it came from; give its script tag data-server.");
		return;
	}
	const page = createPage(settings, SANDGLASS_LANGUAGES, SANDGLASS_STYLES);
	const begin = (): void => {
		page.scan();
		page.watch();
		defineSnippetElement(page);
	};
	// A block that is still being read has half of its code.
	if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin, { once: true });
	else begin();
}

/** A page may name the script twice, and a single-page application may run it again. */
const started = Symbol.for(embedMark);

// An old browser lacks what it needs, and shows the page as it is.
if (!(started in window) && "adoptedStyleSheets" in document) {
	Object.defineProperty(window, started, { value: true });
	start();
}
