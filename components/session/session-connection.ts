import { type ErrorCode, errorCodes, errorTable } from "../../protocol/errors.ts";
import { type ClientMessageInput, isCounted, ServerMessage, subprotocol } from "../../protocol/messages.ts";
import { ackDelayMs, Inbox, Outbox } from "../../protocol/reliability.ts";
import { decodeStream, encodeStream, type StreamName } from "../../protocol/streams.ts";
import { Heartbeat, type HeartbeatTimes } from "./heartbeat.ts";
import type { Connection } from "./session-state.ts";

/**
 * One session over as many WebSockets as it takes (PROTOCOL.md P8–P12). Theory of operation:
 * - At most one socket is listened to; an older one's events are ignored from the moment a newer is opened.
 * - What is counted goes into the outbox first and then onto the socket, when there is one that has been welcomed.
 * - Two counts of what came: `#arrived` goes into a resume, for all of it is in this page's hands; the inbox counts what was *taken*
 *   (parsed by the terminal) and goes into acks, so that a flood waits at the gateway and not in this tab.
 */

type SocketFactory = (url: string, protocols: string) => WebSocket;

export interface ConnectionOptions {
	readonly url: string;
	readonly openSocket: SocketFactory;
	readonly heartbeat: HeartbeatTimes;
	/** The first wait before a new attempt; it doubles up to `maxRetryMs`. */
	readonly retryMs: number;
	readonly maxRetryMs: number;
	/** 0 to 1, to spread the attempts of many pages after a restart. */
	readonly random: () => number;
}

export interface ConnectionEvents {
	onConnection(connection: Connection): void;
	/** `isNew`: the session is not the one before, and nothing of that one follows. */
	onWelcome(welcome: { isNew: boolean; build: string }): void;
	onMessage(message: ServerMessage): void;
	/** Call `taken` once the bytes have been dealt with. */
	onBytes(stream: StreamName, bytes: Uint8Array, taken: () => void): void;
}

interface Identity {
	readonly session: string;
	readonly secret: string;
}

type Frame = string | Uint8Array<ArrayBuffer>;

/** Ended by these, the same page would only be refused again. */
const finalCodes: ReadonlySet<ErrorCode> = new Set([
	"malformedMessage",
	"messageTooLarge",
	"unsupportedProtocol",
	"originRefused",
	"embedRefused",
	"unexpectedMessage",
	"replaced",
	"inputOverrun",
]);

function errorOfClose(closeCode: number): ErrorCode | null {
	return errorCodes.find((code) => errorTable[code].closeCode === closeCode) ?? null;
}

export class SessionConnection {
	readonly #options: ConnectionOptions;
	readonly #events: ConnectionEvents;
	#socket: WebSocket | null = null;
	#isWelcomed = false;
	#heartbeat: Heartbeat | null = null;
	#retryTimer: ReturnType<typeof setTimeout> | undefined;
	#ackTimer: ReturnType<typeof setTimeout> | undefined;
	#attempts = 0;
	#identity: Identity | null = null;
	#visitorToken: string | undefined;
	#outbox = new Outbox<Frame>();
	#inbox = new Inbox();
	#arrived = 0;

	constructor(options: ConnectionOptions, events: ConnectionEvents) {
		this.#options = options;
		this.#events = events;
	}

	/** Opens a socket now; a waiting retry is brought forward. */
	connect(): void {
		if (this.#socket !== null) return;
		clearTimeout(this.#retryTimer);
		const socket = this.#options.openSocket(this.#options.url, subprotocol);
		socket.binaryType = "arraybuffer";
		this.#socket = socket;
		this.#isWelcomed = false;
		if (this.#attempts === 0) this.#events.onConnection({ kind: "connecting" });
		// A handshake that nobody answers is a silent connection too.
		this.#heartbeat = new Heartbeat(
			this.#options.heartbeat,
			(nonce) => this.#isWelcomed && this.#transmit(JSON.stringify({ type: "ping", nonce } satisfies ClientMessageInput)),
			() => this.#drop(null),
		);
		const ifCurrent = (action: () => void) => () => {
			if (this.#socket === socket) action();
		};
		socket.addEventListener(
			"open",
			ifCurrent(() => this.#greet()),
		);
		socket.addEventListener("close", (event) => {
			if (this.#socket === socket) this.#drop(errorOfClose(event.code));
		});
		socket.addEventListener("message", (event) => {
			if (this.#socket !== socket) return;
			this.#heartbeat?.heard();
			if (typeof event.data === "string") this.#readText(event.data);
			else if (event.data instanceof ArrayBuffer) this.#readBytes(new Uint8Array(event.data));
		});
	}

	send(message: ClientMessageInput): void {
		this.#sendCounted(JSON.stringify(message));
	}

	sendBytes(bytes: Uint8Array): void {
		this.#sendCounted(encodeStream("stdin", bytes));
	}

	/** Ends the session for good. */
	close(): void {
		const socket = this.#socket;
		this.#release();
		clearTimeout(this.#retryTimer);
		socket?.close(1000);
	}

	#sendCounted(frame: Frame): void {
		this.#outbox.push(frame, frame.length);
		this.#transmit(frame);
	}

	#transmit(frame: Frame): void {
		if (this.#isWelcomed && this.#socket?.readyState === 1) this.#socket.send(frame);
	}

	#greet(): void {
		const resume = this.#identity === null ? undefined : { ...this.#identity, received: this.#arrived };
		const hello: ClientMessageInput = { type: "hello", visitorToken: this.#visitorToken, resume };
		this.#socket?.send(JSON.stringify(hello));
	}

	#readText(text: string): void {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch {
			value = undefined;
		}
		const parsed = ServerMessage.safeParse(value);
		// A message that this page cannot read is a server of another time.
		if (!parsed.success) {
			this.#end("unsupportedProtocol");
			return;
		}
		const message = parsed.data;
		if (isCounted(message)) {
			this.#arrived++;
			this.#take(text.length);
		}
		if (message.type === "welcome") this.#readWelcome(message);
		else if (message.type === "ack") {
			if (!this.#outbox.acknowledge(message.received)) this.#end("unsupportedProtocol");
		} else if (message.type !== "pong") this.#events.onMessage(message);
	}

	#readBytes(frame: Uint8Array): void {
		const decoded = decodeStream(frame);
		if (decoded === null) {
			this.#end("unsupportedProtocol");
			return;
		}
		this.#arrived++;
		const inbox = this.#inbox;
		// A session that was given up meanwhile has another inbox; its bytes count no more.
		this.#events.onBytes(decoded.stream, decoded.bytes, () => inbox === this.#inbox && this.#take(frame.length));
	}

	#readWelcome(welcome: Extract<ServerMessage, { type: "welcome" }>): void {
		const hadSession = this.#identity !== null;
		const again = welcome.isResumed ? this.#outbox.resume(welcome.received) : [];
		if (again === null || (welcome.isResumed && !hadSession)) {
			this.#end("unsupportedProtocol");
			return;
		}
		this.#identity = { session: welcome.session, secret: welcome.secret };
		this.#visitorToken = welcome.visitorToken;
		this.#attempts = 0;
		this.#isWelcomed = true;
		if (!welcome.isResumed) {
			this.#outbox = new Outbox();
			this.#inbox = new Inbox();
			this.#arrived = 0;
		}
		for (const frame of again) this.#transmit(frame);
		this.#events.onConnection({ kind: "open" });
		this.#events.onWelcome({ isNew: !welcome.isResumed, build: welcome.build });
	}

	#take(bytes: number): void {
		if (this.#inbox.receive(bytes)) this.#acknowledge();
		else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ackDelayMs);
	}

	#acknowledge(): void {
		clearTimeout(this.#ackTimer);
		this.#ackTimer = undefined;
		if (!this.#isWelcomed || !this.#inbox.isBehind) return;
		this.#transmit(JSON.stringify({ type: "ack", received: this.#inbox.takeAck() } satisfies ClientMessageInput));
	}

	#release(): void {
		this.#socket = null;
		this.#isWelcomed = false;
		this.#heartbeat?.stop();
		this.#heartbeat = null;
		clearTimeout(this.#ackTimer);
		this.#ackTimer = undefined;
	}

	#end(code: ErrorCode): void {
		this.close();
		this.#events.onConnection({ kind: "closed", code });
	}

	#drop(code: ErrorCode | null): void {
		if (code !== null && finalCodes.has(code)) {
			this.#end(code);
			return;
		}
		const socket = this.#socket;
		this.#release();
		socket?.close();
		const wait = Math.min(this.#options.retryMs * 2 ** this.#attempts, this.#options.maxRetryMs);
		this.#attempts++;
		this.#retryTimer = setTimeout(() => this.connect(), wait * (0.75 + this.#options.random() / 2));
		this.#events.onConnection({ kind: "waiting", attempts: this.#attempts, code });
	}
}
