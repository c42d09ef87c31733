import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * Who a visitor is, without an account: a random id that the server has signed. It travels as a cookie, and in
 * `welcome.visitorToken` for pages whose cookies are blocked. It proves nothing but "the same browser as before".
 */

const cookieName = "sandglass-visitor";
const lifetimeSeconds = 31_536_000;
const tokenPattern = /^([A-Za-z0-9_-]{22})\.([0-9]{10})\.([A-Za-z0-9_-]{43})$/;

export interface Visitor {
	readonly id: string;
	readonly token: string;
}

export class Visitors {
	readonly #secret: Uint8Array | string;
	readonly #now: () => number;

	/** `now` gives milliseconds since 1970. */
	constructor(secret: Uint8Array | string, now: () => number = Date.now) {
		this.#secret = secret;
		this.#now = now;
	}

	create(): Visitor {
		const id = randomBytes(16).toString("base64url");
		const issued = String(Math.floor(this.#now() / 1_000)).padStart(10, "0");
		return { id, token: `${id}.${issued}.${this.#sign(`${id}.${issued}`)}` };
	}

	/** null: not ours, altered or older than a year. */
	read(token: string): Visitor | null {
		const [, id, issued, signature] = tokenPattern.exec(token) ?? [];
		if (id === undefined || issued === undefined || signature === undefined) return null;
		const expected = Buffer.from(this.#sign(`${id}.${issued}`));
		if (!timingSafeEqual(expected, Buffer.from(signature))) return null;
		const ageSeconds = this.#now() / 1_000 - Number(issued);
		return ageSeconds < lifetimeSeconds && ageSeconds > -60 ? { id, token } : null;
	}

	/** The visitor whose cookie the request bears, or null. */
	fromRequest(request: IncomingMessage, isSecure: boolean): Visitor | null {
		const name = nameOf(isSecure);
		for (const pair of (request.headers.cookie ?? "").split(";", 100)) {
			const [key, value] = pair.split("=", 2);
			if (key?.trim() !== name || value === undefined) continue;
			const visitor = this.read(value.trim());
			if (visitor !== null) return visitor;
		}
		return null;
	}

	#sign(text: string): string {
		return createHmac("sha256", this.#secret).update(`visitor:${text}`).digest("base64url");
	}
}

/** The `__Host-` prefix ties the cookie to this very host, but browsers take it over https only. */
function nameOf(isSecure: boolean): string {
	return isSecure ? `__Host-${cookieName}` : cookieName;
}

/** The value of a Set-Cookie header. */
export function visitorCookie(visitor: Visitor, isSecure: boolean): string {
	const secure = isSecure ? "; Secure" : "";
	return `${nameOf(isSecure)}=${visitor.token}; Path=/; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
