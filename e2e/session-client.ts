import { WebSocket } from "ws";
import { type ClientMessageInput, isCounted, type RunRequest, ServerMessage, socketPath, subprotocol } from "../protocol/messages.ts";
import { ackDelayMs, Inbox, Outbox } from "../protocol/reliability.ts";
import { decodeStream, encodeStream, maxBinaryBytes, stdinWindowBytes } from "../protocol/streams.ts";
import { SessionRun } from "./session-run.ts";

/**
 * A client of `sandglass.v1` without a page, for tests and the bench. It keeps every rule of PROTOCOL.md by itself (credit, acknowledgements,
 * replay) and checks everything that it receives; `sendRaw` is there to break the rules on purpose.
 */

export interface ConnectOptions {
	/** The server's address, as it prints it. */
	readonly url: string;
	/** null: no Origin header. Default: the server's own origin. */
	readonly origin?: string | null;
	readonly headers?: Readonly<Record<string, string>>;
	readonly subprotocols?: readonly string[];
	/** Be a visitor who was here before. */
	readonly visitorToken?: string;
	/** False: send nothing by itself after the handshake; `welcome` is then null. */
	readonly isGreeting?: boolean;
	/** True: never acknowledge, so that the server's buffers fill. */
	readonly isSilent?: boolean;
}

export interface SocketClose {
	readonly code: number;
	readonly reason: string;
}

/** The server answered the handshake with something else than a WebSocket. */
export class HandshakeRefused extends Error {
	constructor(readonly status: number) {
		super(`handshake refused with status ${status}`);
	}
}

type Welcome = Extract<ServerMessage, { type: "welcome" }>;
export type RunInput = Partial<Omit<RunRequest, "type" | "run">> & { readonly language: string };
interface Counted {
	readonly data: string | Uint8Array;
}

const handshakeTimeoutMs = 30_000;

export class SessionClient {
	/** Every message that was no run's business (errors above all), in order. */
	readonly messages: ServerMessage[] = [];
	readonly #options: ConnectOptions;
	readonly #runs = new Map<number, SessionRun>();
	#inbox = new Inbox();
	#outbox = new Outbox<Counted>();
	#socket: WebSocket;
	#closed: Promise<SocketClose>;
	#hasSentRaw = false;
	#welcome: Welcome | null = null;
	#onWelcome: (() => void) | null = null;
	#current: SessionRun | null = null;
	#lastRunId = 0;
	#ackTimer: NodeJS.Timeout | undefined;
	#stdinCreditBytes = 0;
	#pendingStdin: Uint8Array[] = [];
	#isEofPending = false;
	#isDropped = false;

	private constructor(options: ConnectOptions, socket: WebSocket) {
		this.#options = options;
		this.#socket = socket;
		this.#closed = this.#listen(socket);
	}

	/** Opens a connection and greets. Rejects with HandshakeRefused when the server does not want it. */
	static async connect(options: ConnectOptions): Promise<SessionClient> {
		const client = new SessionClient(options, openSocket(options));
		await opened(client.#socket);
		if (options.isGreeting !== false) await client.#greet(false);
		return client;
	}

	get welcome(): Welcome {
		if (this.#welcome === null) throw new Error("The server has not said welcome.");
		return this.#welcome;
	}

	/** Resolves when the connection is over, whoever ended it. */
	get closed(): Promise<SocketClose> {
		return this.#closed;
	}

	get isOpen(): boolean {
		return this.#socket.readyState === WebSocket.OPEN;
	}

	/** Starts a program. `files` absent: an empty file of the language's. */
	run(request: RunInput): SessionRun {
		const run = this.expectRun(++this.#lastRunId);
		this.#send({ type: "run", files: [], ...request, run: run.id });
		return run;
	}

	/** A handle for a run that a raw message starts. */
	expectRun(id: number): SessionRun {
		const run = new SessionRun(id, {
			control: (message) => {
				if (message.type === "eof" && this.#pendingStdin.length > 0) this.#isEofPending = true;
				else this.#send({ ...message, run: id });
			},
			resize: (columns, rows) => this.#send({ type: "resize", run: id, columns, rows }),
			stdin: (bytes) => {
				this.#pendingStdin.push(bytes);
				this.#flushStdin();
			},
		});
		this.#lastRunId = Math.max(this.#lastRunId, id);
		this.#runs.set(id, run);
		this.#current = run;
		this.#stdinCreditBytes = stdinWindowBytes;
		this.#pendingStdin = [];
		this.#isEofPending = false;
		return run;
	}

	/** Sends text or bytes as they are, outside of all rules and counts. */
	sendRaw(data: string | Uint8Array, options: { isBinary?: boolean; isFinal?: boolean } = {}): void {
		this.#hasSentRaw = true;
		this.#socket.send(data, { binary: options.isBinary ?? typeof data !== "string", fin: options.isFinal ?? true });
	}

	/** Stops reading from the socket, as a reader does whose tab hangs. */
	pause(): void {
		this.#socket.pause();
	}

	resume(): void {
		this.#socket.resume();
	}

	/** Breaks the connection as a lost network does; the runs stay open for `reconnect`. */
	drop(): void {
		this.#isDropped = true;
		clearTimeout(this.#ackTimer);
		this.#socket.terminate();
	}

	/** Opens a new connection that takes this session up; `welcome.isResumed` tells whether the server still had it. */
	async reconnect(url = this.#options.url): Promise<Welcome> {
		this.#socket.removeAllListeners("message");
		this.#socket = openSocket({ ...this.#options, url });
		this.#closed = this.#listen(this.#socket);
		this.#isDropped = false;
		await opened(this.#socket);
		await this.#greet(true);
		return this.welcome;
	}

	/** Leaves like a closed tab and waits until the connection is gone. */
	async close(): Promise<void> {
		clearTimeout(this.#ackTimer);
		this.#socket.resume();
		this.#socket.close(1000);
		const force = setTimeout(() => this.#socket.terminate(), 2_000);
		await this.#closed;
		clearTimeout(force);
	}

	async #greet(isResuming: boolean): Promise<void> {
		const { visitorToken } = this.#options;
		const resume =
			isResuming && this.#welcome !== null
				? { resume: { session: this.#welcome.session, secret: this.#welcome.secret, received: this.#inbox.takeAck() } }
				: {};
		const token = this.#welcome?.visitorToken ?? visitorToken;
		const welcomed = new Promise<void>((resolve) => {
			this.#onWelcome = resolve;
		});
		this.#write({ type: "hello", ...(token === undefined ? {} : { visitorToken: token }), ...resume });
		const outcome = await Promise.race([welcomed.then(() => null), this.#closed]);
		if (outcome !== null) throw new Error(`The server closed the connection (${outcome.code}) instead of a welcome.`);
	}

	#listen(socket: WebSocket): Promise<SocketClose> {
		socket.on("message", (data: Buffer, isBinary: boolean) => this.#take(data, isBinary));
		// Every error is followed by a close, which says it all.
		socket.on("error", () => undefined);
		return new Promise((resolve) => {
			socket.on("close", (code, reason) => {
				if (socket === this.#socket) {
					clearTimeout(this.#ackTimer);
					if (!this.#isDropped) for (const run of this.#runs.values()) run.finish({ kind: "disconnected", closeCode: code });
				}
				resolve({ code, reason: reason.toString() });
			});
		});
	}

	#take(data: Buffer, isBinary: boolean): void {
		if (isBinary) {
			const frame = decodeStream(data);
			if (frame === null || frame.stream === "stdin")
				throw new Error(`The server sent a binary frame that breaks streams.ts (${data.length} bytes).`);
			this.#count(data.length);
			this.#current?.takeOutput(frame.stream, Buffer.from(frame.bytes));
			return;
		}
		const message = ServerMessage.parse(JSON.parse(data.toString()));
		if (isCounted(message)) this.#count(data.length);
		if (message.type === "welcome") this.#takeWelcome(message);
		else if (message.type === "ack") {
			// What was sent raw is in the server's count and not in ours.
			if (!this.#outbox.acknowledge(message.received) && !this.#hasSentRaw) throw new Error("The server acknowledged what was never sent.");
		} else if ("run" in message && message.run !== undefined) this.#takeOfRun(message, message.run);
		else this.messages.push(message);
	}

	#takeWelcome(message: Welcome): void {
		const isFirst = this.#welcome === null;
		this.#welcome = message;
		if (!message.isResumed && !isFirst) this.#startOver();
		if (message.isResumed) {
			const frames = this.#outbox.resume(message.received);
			if (frames === null) throw new Error("The server's welcome counts what was never sent.");
			for (const { data } of frames) this.#socket.send(data, { binary: typeof data !== "string" });
		}
		this.#onWelcome?.();
	}

	/** A new session under the same visitor: nothing of the old one counts any more. */
	#startOver(): void {
		this.#inbox = new Inbox();
		this.#outbox = new Outbox();
		for (const run of this.#runs.values()) run.finish({ kind: "disconnected", closeCode: 1006 });
	}

	#takeOfRun(message: ServerMessage, id: number): void {
		if (message.type === "stdinAck") {
			this.#stdinCreditBytes += message.bytes;
			this.#flushStdin();
		}
		this.#runs.get(id)?.take(message);
	}

	#count(bytes: number): void {
		const isDue = this.#inbox.receive(bytes);
		if (this.#options.isSilent === true) return;
		if (isDue) this.#acknowledge();
		else this.#ackTimer ??= setTimeout(() => this.#acknowledge(), ackDelayMs);
	}

	#acknowledge(): void {
		clearTimeout(this.#ackTimer);
		this.#ackTimer = undefined;
		if (this.isOpen) this.#write({ type: "ack", received: this.#inbox.takeAck() });
	}

	#flushStdin(): void {
		while (this.#stdinCreditBytes > 0) {
			const next = this.#pendingStdin.shift();
			if (next === undefined) break;
			const size = Math.min(next.length, this.#stdinCreditBytes, maxBinaryBytes - 1);
			if (size < next.length) this.#pendingStdin.unshift(next.subarray(size));
			if (size === 0) continue;
			this.#stdinCreditBytes -= size;
			this.#sendCounted(encodeStream("stdin", next.subarray(0, size)));
		}
		if (this.#isEofPending && this.#pendingStdin.length === 0 && this.#current !== null) {
			this.#isEofPending = false;
			this.#send({ type: "eof", run: this.#current.id });
		}
	}

	#send(message: ClientMessageInput): void {
		this.#sendCounted(JSON.stringify(message));
	}

	#sendCounted(data: string | Uint8Array): void {
		this.#outbox.push({ data }, data.length);
		if (this.isOpen) this.#socket.send(data, { binary: typeof data !== "string" });
	}

	#write(message: ClientMessageInput): void {
		this.#socket.send(JSON.stringify(message));
	}
}

function openSocket(options: ConnectOptions): WebSocket {
	const url = new URL(socketPath, options.url);
	url.protocol = url.protocol.replace("http", "ws");
	const origin = options.origin === undefined ? new URL(options.url).origin : options.origin;
	return new WebSocket(url, [...(options.subprotocols ?? [subprotocol])], {
		handshakeTimeout: handshakeTimeoutMs,
		perMessageDeflate: false,
		headers: { ...options.headers, ...(origin === null ? {} : { origin }) },
	});
}

function opened(socket: WebSocket): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.once("open", () => resolve());
		socket.once("error", reject);
		socket.once("unexpected-response", (request, response) => {
			response.resume();
			request.destroy();
			reject(new HandshakeRefused(response.statusCode ?? 0));
		});
	});
}
