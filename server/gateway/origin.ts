import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { TrustedProxies } from "./address.ts";

/** Which pages may talk to this server: the Origin of a WebSocket (CWE-1385), and the Host of a server bound to loopback (DNS rebinding). */

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

function isLoopback(host: string): boolean {
	const family = isIP(host);
	return host === "localhost" || (family !== 0 && loopback.check(host, family === 6 ? "ipv6" : "ipv4"));
}

/** Lower-case host of a Host header, without port; null where it is none. */
function hostOf(header: string): string | null {
	const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?$/.exec(header.toLowerCase());
	return match?.[1] ?? match?.[2] ?? null;
}

export class OriginRules {
	readonly #allowedOrigins: ReadonlySet<string>;
	readonly #allowedHosts: ReadonlySet<string>;
	readonly #isHostChecked: boolean;
	readonly #proxies: TrustedProxies;

	/** Throws a TypeError that names an allowed origin it cannot read. */
	constructor(options: { host: string; allowedOrigins: readonly string[]; proxies: TrustedProxies }) {
		const urls = options.allowedOrigins.map((origin) => readOrigin(origin));
		this.#allowedOrigins = new Set(urls.map((url) => url.origin));
		this.#allowedHosts = new Set([options.host.toLowerCase(), ...urls.map((url) => hostOf(url.host) ?? url.hostname)]);
		this.#isHostChecked = isLoopback(options.host);
		this.#proxies = options.proxies;
	}

	/**
	 * True when a page of the request's Origin may open a session: the server's own origin or a listed one.
	 * https on the own host is its own origin even when the last hop, a proxy that is not configured, was plain http; the reverse is not.
	 */
	isOriginAllowed(request: IncomingMessage): boolean {
		const { origin } = request.headers;
		if (origin === undefined || origin === "null") return false;
		if (this.#allowedOrigins.has(origin)) return true;
		const { scheme, host } = this.#proxies.clientView(request);
		if (hostOf(host) === null) return false;
		return origin === originOf(scheme, host) || origin === originOf("https", host);
	}

	/** False when a server bound to loopback is asked for under a name that some other site may have pointed at it. */
	isHostAllowed(request: IncomingMessage): boolean {
		if (!this.#isHostChecked) return true;
		const host = hostOf(request.headers.host ?? "");
		return host !== null && (isLoopback(host) || host.endsWith(".localhost") || this.#allowedHosts.has(host));
	}
}

function readOrigin(origin: string): URL {
	const url = URL.canParse(origin) ? new URL(origin) : null;
	if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== origin.replace(/\/$/, "").toLowerCase())
		throw new TypeError(`SANDGLASS_ORIGINS: ${JSON.stringify(origin)} is no origin such as https://docs.example.org`);
	return url;
}

/** As a browser writes it, without the scheme's own port. */
function originOf(scheme: string, host: string): string | null {
	const url = `${scheme}://${host}`;
	return URL.canParse(url) ? new URL(url).origin : null;
}
