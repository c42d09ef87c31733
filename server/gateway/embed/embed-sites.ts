import type { IncomingMessage } from "node:http";

/** Which pages may show /embed in a frame, and which site a frame's document was asked for by. */

/** The frames of pages that do not say where they are (`no-referrer`) share one site's quota. */
export const unnamedSite = "unnamed";
/** Our own pages, and the frame opened by itself. */
export const ownSite = "own";

interface SitePattern {
	readonly scheme: string;
	/** "example.org"; with `isWide` also every name below it, and then not itself. */
	readonly host: string;
	readonly isWide: boolean;
	/** "": the scheme's own; "*": any. */
	readonly port: string;
	readonly text: string;
}

const sitePattern = /^(https?):\/\/(\*\.)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::([0-9]{1,5}|\*))?$/;
const documentKinds = new Set(["document", "iframe", "frame", "embed", "object"]);

export class EmbedSites {
	readonly #patterns: readonly SitePattern[];
	readonly #isAny: boolean;

	/** `*`: any page; `none`: no page but our own. Throws a TypeError that names the entry it cannot read: it goes into a policy, which nobody may add words to. */
	constructor(listed: readonly string[]) {
		this.#isAny = listed.includes("*");
		this.#patterns = listed.filter((it) => it !== "*" && it !== "none").map(readPattern);
	}

	/** For `frame-ancestors`. `*`: any page at all, which that directive has no word for: its own `*` leaves out files and sandboxed pages. */
	get ancestors(): string {
		return this.#isAny ? "*" : ["'self'", ...this.#patterns.map(({ text }) => text)].join(" ");
	}

	/**
	 * Whose page asks for the frame's document, by what the browser says of it; null: one that may not have it. A page can hide its name, but not
	 * take another's; and which page may frame it in the end, the browser decides by `ancestors`.
	 */
	siteOf({ headers }: Pick<IncomingMessage, "headers">): string | null {
		const kind = headers["sec-fetch-dest"];
		if (typeof kind === "string" && !documentKinds.has(kind)) return null;
		const relation = headers["sec-fetch-site"];
		if (relation === "same-origin" || relation === "none") return ownSite;
		const { referer } = headers;
		if (referer === undefined || !URL.canParse(referer)) return unnamedSite;
		const url = new URL(referer);
		if (!/^https?:$/.test(url.protocol)) return unnamedSite;
		return this.#isAny || this.#patterns.some((pattern) => isMatch(pattern, url)) ? url.origin : null;
	}
}

function readPattern(entry: string): SitePattern {
	const [, scheme, wide, host, port = ""] = sitePattern.exec(entry.toLowerCase().replace(/\/$/, "")) ?? [];
	if (scheme === undefined || host === undefined)
		throw new TypeError(
			`SANDGLASS_EMBED_SITES: ${JSON.stringify(entry)} is neither *, none nor a site such as https://docs.example.org or https://*.example.org`,
		);
	const text = `${scheme}://${wide ?? ""}${host}${port === "" ? "" : `:${port}`}`;
	return { scheme, host, isWide: wide !== undefined, port, text };
}

function isMatch({ scheme, host, isWide, port }: SitePattern, url: URL): boolean {
	const isHost = isWide ? url.hostname.endsWith(`.${host}`) : url.hostname === host;
	const ownPort = scheme === "https" ? "443" : "80";
	const isPort = port === "*" || (url.port || ownPort) === (port || ownPort);
	return isHost && isPort && url.protocol === `${scheme}:`;
}
