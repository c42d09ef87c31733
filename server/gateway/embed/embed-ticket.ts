import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * What a frame's document is given, and its WebSocket shows: that this server served that document a while ago, and to a page of which
 * site. It stands for no reader and holds no secret of anybody's; who has one may open a session that counts against that site.
 */

/** A page that is left open overnight still runs in the morning; one that was copied from a log does not for long. */
const lifetimeSeconds = 43_200;
const maxSiteCharacters = 300;
const ticketPattern = /^([A-Za-z0-9_-]{1,600})\.([0-9]{10})\.([A-Za-z0-9_-]{43})$/;

export class EmbedTickets {
	readonly #secret: Uint8Array | string;
	readonly #now: () => number;

	/** `now` gives milliseconds since 1970. */
	constructor(secret: Uint8Array | string, now: () => number = Date.now) {
		this.#secret = secret;
		this.#now = now;
	}

	issue(site: string): string {
		const name = Buffer.from(site.slice(0, maxSiteCharacters)).toString("base64url");
		const issued = String(Math.floor(this.#now() / 1_000)).padStart(10, "0");
		return `${name}.${issued}.${this.#sign(`${name}.${issued}`)}`;
	}

	/** The site; null: the ticket is not ours, altered or too old. */
	read(ticket: string): string | null {
		const [, name, issued, signature] = ticketPattern.exec(ticket) ?? [];
		if (name === undefined || issued === undefined || signature === undefined) return null;
		if (!timingSafeEqual(Buffer.from(this.#sign(`${name}.${issued}`)), Buffer.from(signature))) return null;
		const ageSeconds = this.#now() / 1_000 - Number(issued);
		return ageSeconds < lifetimeSeconds && ageSeconds > -60 ? Buffer.from(name, "base64url").toString() : null;
	}

	#sign(text: string): string {
		return createHmac("sha256", this.#secret).update(`embed:${text}`).digest("base64url");
	}
}
