import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { WebSocket, WebSocketServer } from "ws";
import { errorTable } from "../../protocol/errors.ts";
import { maxControlBytes, subprotocol } from "../../protocol/messages.ts";
import { addressGroup, type TrustedProxies } from "./address.ts";
import { Connection } from "./connection.ts";
import type { OriginRules } from "./origin.ts";
import type { Guest, SessionHub } from "./session-hub.ts";
import type { Timings } from "./timings.ts";
import { type Visitors, visitorCookie } from "./visitor.ts";

/**
 * The handshake: who may open a session (PROTOCOL.md P1), and how much one message may cost. No compression, so that a small frame is
 * a small message; fragments are counted, for an empty one costs memory too (CVE-2024-37890 is the same thought with headers).
 */

/** ws answers what is too large with 1009; the protocol says 4413 (PROTOCOL.md P3). */
class SessionSocket extends WebSocket {
	override close(code?: number, data?: string | Buffer): void {
		super.close(code === 1009 ? (errorTable.messageTooLarge.closeCode ?? code) : code, data);
	}
}

/** What a door says of who knocks. */
export type Admission =
	| { readonly kind: "guest"; readonly guest: Omit<Guest, "address">; readonly cookie?: string }
	/** Before a WebSocket is there: the page learns nothing but that. */
	| { readonly kind: "refused" }
	/** The WebSocket is made only to be closed with the code's number, so that the page can say why. */
	| { readonly kind: "closed"; readonly code: "embedRefused" };

export type Doorkeeper = (request: IncomingMessage) => Admission;

/** The door of our own pages. */
export function pageDoor(options: { visitors: Visitors; proxies: TrustedProxies; origins: OriginRules }): Doorkeeper {
	const { visitors, proxies, origins } = options;
	return (request) => {
		if (!origins.isOriginAllowed(request)) return { kind: "refused" };
		const isSecure = proxies.clientView(request).scheme === "https";
		const known = visitors.fromRequest(request, isSecure);
		if (known !== null) return { kind: "guest", guest: { visitor: known, isKnown: true } };
		const visitor = visitors.create();
		return { kind: "guest", guest: { visitor, isKnown: false }, cookie: visitorCookie(visitor, isSecure) };
	};
}

export interface SocketEntrance {
	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, door: Doorkeeper): void;
	close(): void;
}

export function createSocketEntrance(options: {
	hub: SessionHub;
	proxies: TrustedProxies;
	timings: Timings;
	log: Logger;
	now: () => number;
}): SocketEntrance {
	const { hub, proxies, log } = options;
	const newCookies = new WeakMap<IncomingMessage, string>();
	const server = new WebSocketServer({
		...untypedOptions(options.timings.closeMs),
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: maxControlBytes,
		WebSocket: SessionSocket,
		handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : ([...offered][0] ?? false)),
	});

	server.on("headers", (headers, request) => {
		const cookie = newCookies.get(request);
		if (cookie !== undefined) headers.push(`Set-Cookie: ${cookie}`);
	});

	const turnAway = (client: WebSocket, code: "unsupportedProtocol" | "embedRefused"): void => {
		client.on("error", (error) => log.debug({ reason: error.message }, "connection failed"));
		client.close(errorTable[code].closeCode ?? undefined, code);
	};

	return {
		handleUpgrade(request, socket, head, door) {
			const admission = door(request);
			if (admission.kind === "refused") {
				log.info({ origin: String(request.headers.origin).slice(0, 200) }, "origin refused");
				refuseUpgrade(socket, 403, errorTable.originRefused.sentence);
				return;
			}
			if (admission.kind === "guest" && admission.cookie !== undefined) newCookies.set(request, admission.cookie);
			server.handleUpgrade(request, socket, head, (client) => {
				if (client.protocol !== subprotocol) return turnAway(client, "unsupportedProtocol");
				if (admission.kind === "closed") return turnAway(client, admission.code);
				const connection = new Connection({ socket: client, host: hub, timings: options.timings, log, now: options.now });
				hub.admit(connection, { ...admission.guest, address: addressGroup(proxies.clientAddress(request)) });
			});
		},
		close() {
			server.close();
		},
	};
}

/** Options of ws 8.23 that its published types do not have yet. A 2 MiB message may come in that many reads, of 512 bytes each. */
export function untypedOptions(closeTimeout: number): object {
	return { closeTimeout, maxFragments: 1_024, maxBufferedChunks: 4_096, maxPendingAutoPongs: 8 };
}

/** Answers an upgrade with a plain HTTP status and ends it. */
export function refuseUpgrade(socket: Duplex, status: number, sentence: string): void {
	socket.on("error", () => socket.destroy());
	const body = `${sentence}\n`;
	socket.end(
		`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
			`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
		() => socket.destroy(),
	);
}
