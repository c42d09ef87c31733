import type { Logger } from "pino";
import { type RawData, WebSocket } from "ws";
import { describeError, type ErrorCode, errorTable } from "../../protocol/errors.ts";
import { ClientMessage, type ServerMessage } from "../../protocol/messages.ts";
import { decodeStream, maxBinaryBytes } from "../../protocol/streams.ts";
import { Intake } from "./intake.ts";
import type { Wire, WireFrame } from "./reliable-channel.ts";
import { fieldOf } from "./run-request.ts";
import type { Session } from "./session.ts";
import type { Timings } from "./timings.ts";

/**
 * One WebSocket, from its handshake to its close: reads and checks what comes, by PROTOCOL.md P2, P3 and P12, and hands it to the session
 * that `hello` opened or took up. It owns the socket, nothing else.
 */

/** Codes of the table that end a connection. */
type ClosingCode = Extract<
	ErrorCode,
	| "malformedMessage"
	| "messageTooLarge"
	| "unexpectedMessage"
	| "heartbeatLost"
	| "replaced"
	| "inputOverrun"
	| "tooManyConnections"
	| "shuttingDown"
	| "internal"
>;

type HelloMessage = Extract<ClientMessage, { type: "hello" }>;

interface Breach {
	readonly code: ClosingCode;
	readonly field: string;
}

/** Unread by the client beyond this: its own pings and hellos made it, for counted messages stay below. */
const maxUnsentBytes = 1_048_576;

/** Close codes by which a page, or the browser that leaves it, says that it is gone for good (RFC 6455 section 7.4.1). */
const farewellCodes = new Set([1000, 1001]);

export interface ConnectionHost {
	/** Answers `hello`; the connection's session from now on. */
	greet(connection: Connection, hello: HelloMessage): Session;
	/** The connection ends for a reason that its page is told. */
	refused(code: ErrorCode): void;
	/** Once, last. `isFinal`: the session ends too. */
	closed(connection: Connection, session: Session | null, isFinal: boolean): void;
}

export class Connection implements Wire {
	readonly #socket: WebSocket;
	readonly #host: ConnectionHost;
	readonly #timings: Timings;
	readonly #log: Logger;
	readonly #now: () => number;
	readonly #intake: Intake;
	readonly #helloTimer: NodeJS.Timeout;
	#session: Session | null = null;
	#isOver = false;
	#isFinal = false;
	#heardMs: number;

	constructor(options: { socket: WebSocket; host: ConnectionHost; timings: Timings; log: Logger; now: () => number }) {
		this.#socket = options.socket;
		this.#host = options.host;
		this.#timings = options.timings;
		this.#log = options.log;
		this.#now = options.now;
		this.#heardMs = options.now();
		this.#intake = new Intake(options.socket, options.now);
		this.#helloTimer = setTimeout(() => this.fail("unexpectedMessage", "hello"), options.timings.helloMs);
		this.#socket.on("message", (data, isBinary) => this.#take(data, isBinary));
		this.#socket.on("ping", (data) => this.#heard(data.length));
		this.#socket.on("pong", (data) => this.#heard(data.length));
		this.#socket.on("error", (error) => {
			this.#isFinal ||= "code" in error && isBreach(error.code);
			this.#log.debug({ reason: error.message }, "connection failed");
		});
		this.#socket.on("close", (code) => this.#finish(code));
	}

	send(frame: WireFrame): void {
		if (this.#socket.readyState !== WebSocket.OPEN) return;
		this.#socket.send(frame);
		if (this.#socket.bufferedAmount > maxUnsentBytes) this.#socket.terminate();
	}

	sendUncounted(message: Extract<ServerMessage, { type: "welcome" | "pong" }>): void {
		this.send(JSON.stringify(message));
	}

	/** Tells the page, closes, and ends the session unless another connection may take it up again. */
	fail(code: ClosingCode, field?: string): void {
		if (this.#isOver) return;
		this.#host.refused(code);
		const isResumable = code === "replaced" || code === "heartbeatLost";
		const message = { type: "error", code, message: describeError(code, field), ...(field ? { field } : {}) } as const;
		if (this.#session !== null && !isResumable) this.#session.channel.send(message);
		else if (this.#session === null) this.send(JSON.stringify(message satisfies ServerMessage));
		this.#isFinal = !isResumable;
		this.close(code);
	}

	/** Closes with the code's number, without a message. */
	close(code: ClosingCode): void {
		if (this.#isOver) return;
		this.#isOver = true;
		clearTimeout(this.#helloTimer);
		this.#intake.close();
		this.#socket.close(errorTable[code].closeCode ?? 4500, code);
	}

	/** Every `pingEveryMs`: drops what is silent or stalled, pings the others. */
	beat(): void {
		if (this.#isOver) return;
		if (this.#now() - this.#heardMs > this.#timings.silenceMs) {
			this.fail("heartbeatLost");
			this.#socket.terminate();
		} else if ((this.#session?.channel.stalledMs ?? 0) > this.#timings.stallMs) {
			this.#log.info("page stopped acknowledging");
			this.fail("heartbeatLost");
			this.#isFinal = true;
		} else this.#socket.ping();
	}

	terminate(): void {
		this.#socket.terminate();
	}

	#heard(bytes: number): void {
		this.#heardMs = this.#now();
		this.#intake.take(bytes);
	}

	#take(data: RawData, isBinary: boolean): void {
		if (this.#isOver) return;
		const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
		this.#heard(bytes.length);
		try {
			const breach = isBinary ? this.#takeBinary(bytes) : this.#takeText(bytes);
			if (breach !== null) this.fail(breach.code, breach.field);
		} catch (error) {
			this.#log.error({ err: error }, "a message could not be handled");
			this.fail("internal");
		}
	}

	#takeText(bytes: Buffer): Breach | null {
		const json = readJson(bytes);
		const parsed = ClientMessage.safeParse(json);
		if (!parsed.success) return { code: "malformedMessage", field: json === undefined ? "" : fieldOf(parsed.error.issues) };
		const message = parsed.data;
		if (this.#session === null) {
			if (message.type !== "hello") return { code: "unexpectedMessage", field: message.type };
			clearTimeout(this.#helloTimer);
			this.#session = this.#host.greet(this, message);
			return null;
		}
		const { channel } = this.#session;
		switch (message.type) {
			case "hello":
				return { code: "unexpectedMessage", field: "hello" };
			case "ack":
				return channel.acknowledge(message.received) ? null : { code: "unexpectedMessage", field: "received" };
			case "ping":
				this.sendUncounted({ type: "pong", nonce: message.nonce });
				return null;
			default:
				channel.receive(bytes.length);
				this.#session.handle(message);
				return null;
		}
	}

	#takeBinary(bytes: Buffer): Breach | null {
		if (bytes.length > maxBinaryBytes) return { code: "messageTooLarge", field: "" };
		if (this.#session === null) return { code: "unexpectedMessage", field: "stdin" };
		const decoded = decodeStream(bytes);
		if (decoded?.stream !== "stdin") return { code: "malformedMessage", field: "stream" };
		this.#session.channel.receive(bytes.length);
		return this.#session.takeStdin(decoded.bytes) ? null : { code: "inputOverrun", field: "" };
	}

	#finish(code: number): void {
		this.#isOver = true;
		clearTimeout(this.#helloTimer);
		this.#intake.close();
		this.#host.closed(this, this.#session, this.#isFinal || farewellCodes.has(code));
	}
}

/** ws's own refusals of what the client sent, as opposed to a connection that broke. */
function isBreach(code: unknown): boolean {
	return typeof code === "string" && code.startsWith("WS_ERR_");
}

/** undefined, which no JSON text gives: it is none. */
function readJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString("utf8"));
	} catch {
		return undefined;
	}
}
