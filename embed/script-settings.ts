/** What the author's script tag says. */

export interface ScriptSettings {
	/** Where the frame comes from. */
	readonly server: string;
	/** Blocks to upgrade besides those that opt in by themselves. */
	readonly selector: string | null;
	/** Of the author's recordings. */
	readonly recordingsUrl: string | undefined;
	/** Its other attributes are options of every block. */
	readonly script: HTMLElement | null;
}

/** A module has no current script. */
const byItsName = "script[src*='/embed/v1/embed']";

/** Null: nobody can tell where it came from. */
export function readScriptSettings(): ScriptSettings | null {
	const script = document.currentScript ?? document.querySelector(byItsName);
	if (!(script instanceof HTMLScriptElement)) return null;
	const { server = script.src, selector = null, recordings } = script.dataset;
	if (server === "") return null;
	const hasMeaning = selector === null || isSelector(selector);
	if (!hasMeaning) console.error(`Sandglass: data-selector="${selector}" is no selector.`, script);
	return {
		server: new URL(server, document.baseURI).origin,
		selector: hasMeaning ? selector : null,
		recordingsUrl: recordings === undefined || recordings === "" ? undefined : new URL(recordings, document.baseURI).href,
		script,
	};
}

function isSelector(selector: string): boolean {
	try {
		document.createDocumentFragment().querySelector(selector);
		return true;
	} catch {
		return false;
	}
}
