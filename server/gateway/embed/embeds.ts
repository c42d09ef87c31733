import type { IncomingMessage, ServerResponse } from "node:http";
import { cataloguePath } from "../../../protocol/catalogue.ts";
import { embedAncestorsHeader, embedTicketHeader } from "../../../protocol/embed-headers.ts";
import { embedPath } from "../../../protocol/embed-mark.ts";
import { snippetsPath } from "../../../protocol/snippets.ts";
import type { OriginRules } from "../origin.ts";
import { allowFraming } from "../security-headers.ts";
import type { Visitors } from "../visitor.ts";
import type { Doorkeeper } from "../websocket.ts";
import { EmbedSites } from "./embed-sites.ts";
import { EmbedTickets } from "./embed-ticket.ts";

/**
 * What other sites get of this server: the document at /embed in a frame of theirs, and a door for its sessions. Neither reads or sets a
 * cookie. A frame that its author sandboxed has the origin "null", as many a stranger's page has; what tells it apart is the ticket.
 */
export class Embeds {
	readonly #sites: EmbedSites;
	readonly #tickets: EmbedTickets;

	/** Throws a TypeError that names a site it cannot read. */
	constructor(options: { readonly sites: readonly string[]; readonly secret: string }) {
		this.#sites = new EmbedSites(options.sites);
		this.#tickets = new EmbedTickets(options.secret);
	}

	/** Before a request is answered: nobody outside may speak as the gateway does, and the frame's document gets its ticket and its policy. */
	prepare(request: IncomingMessage, response: ServerResponse): void {
		delete request.headers[embedTicketHeader];
		delete request.headers[embedAncestorsHeader];
		const path = (request.url ?? "").split("?", 1)[0];
		if (path === embedPath) {
			delete request.headers.cookie;
			const site = this.#sites.siteOf(request);
			request.headers[embedAncestorsHeader] = this.#sites.ancestors;
			if (site !== null) request.headers[embedTicketHeader] = this.#tickets.issue(site);
			allowFraming(response);
		} else if (path?.startsWith("/browser-runtime/")) allowFraming(response);
		else if (request.headers.origin === "null" && request.method === "GET" && isPublic(path)) {
			response.setHeader("Access-Control-Allow-Origin", "*");
			response.appendHeader("Vary", "Origin");
		}
	}

	/** The door of the frames' sessions: `?ticket=` what their document was given. */
	door({ visitors, origins }: { readonly visitors: Visitors; readonly origins: Pick<OriginRules, "isOriginAllowed"> }): Doorkeeper {
		return (request) => {
			if (request.headers.origin !== "null" && !origins.isOriginAllowed(request)) return { kind: "refused" };
			const ticket = new URLSearchParams((request.url ?? "").split("?")[1]).get("ticket") ?? "";
			const site = this.#tickets.read(ticket);
			if (site === null) return { kind: "closed", code: "embedRefused" };
			return { kind: "guest", guest: { visitor: visitors.create(), isKnown: false, site } };
		};
	}
}

/** What a frame needs and anybody may know. */
const isPublic = (path: string | undefined): boolean => path === cataloguePath || path?.startsWith(`${snippetsPath}/`) === true;
