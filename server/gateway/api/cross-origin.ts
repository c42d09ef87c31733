import type { IncomingMessage, ServerResponse } from "node:http";
import type { OriginRules } from "../origin.ts";

/**
 * Which pages may call the HTTP interface. Nothing here is granted by a cookie, so a foreign page could only spend its reader's anonymous
 * share; still it is refused before anything is counted (CWE-352). Answers never allow credentials.
 * https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export class CrossOrigin {
	readonly #own: Pick<OriginRules, "isOriginAllowed">;
	readonly #listed: ReadonlySet<string>;
	readonly #isAnyListed: boolean;

	/** `listed`: origins as `https://docs.example.org`, or `*`. Throws a TypeError that names the one it cannot read. */
	constructor(own: Pick<OriginRules, "isOriginAllowed">, listed: readonly string[]) {
		this.#own = own;
		this.#isAnyListed = listed.includes("*");
		this.#listed = new Set(listed.filter((it) => it !== "*").map(readOrigin));
	}

	/** False: a page sent it that may not. Whoever is no page sends no Origin, and may. */
	mayAct(request: IncomingMessage): boolean {
		const { origin, authorization } = request.headers;
		if (origin === undefined || this.#own.isOriginAllowed(request) || this.#listed.has(origin)) return true;
		return this.#isAnyListed && authorization === undefined;
	}

	/** Lets the pages of listed origins read the answer, and answers their preflights. True: it was one, and is answered. */
	prepare(request: IncomingMessage, response: ServerResponse): boolean {
		const { origin } = request.headers;
		if (this.#isAnyListed || this.#listed.size > 0) response.appendHeader("Vary", "Origin");
		const isListed = origin !== undefined && this.#listed.has(origin);
		const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
		if (origin !== undefined && (isListed || this.#isAnyListed)) {
			response.setHeader("Access-Control-Allow-Origin", isListed ? origin : "*");
			response.setHeader("Access-Control-Expose-Headers", "Retry-After, Location, Server-Timing");
			if (isPreflight) {
				response.setHeader("Access-Control-Allow-Methods", "GET, POST, DELETE");
				response.setHeader(
					"Access-Control-Allow-Headers",
					isListed ? "Authorization, Content-Type, Mcp-Session-Id, Mcp-Protocol-Version, Last-Event-ID" : "Content-Type",
				);
				response.setHeader("Access-Control-Max-Age", "600");
			}
		}
		if (!isPreflight || !this.mayAct(request)) return false;
		response.writeHead(204).end();
		return true;
	}
}

function readOrigin(text: string): string {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== text.replace(/\/$/, "").toLowerCase())
		throw new TypeError(`SANDGLASS_API_ORIGINS: ${JSON.stringify(text)} is neither * nor an origin such as https://docs.example.org`);
	return url.origin;
}
