import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { type ClientMessageInput, isCounted, ServerMessage, socketPath, subprotocol } from "../../../protocol/messages.ts";
import { Inbox, Outbox } from "../../../protocol/reliability.ts";
import { decodeStream, encodeStream } from "../../../protocol/streams.ts";

/** A browser's page as the gateway sees it: one session over any number of connections, by PROTOCOL.md. */

type Welcome = Extract<ServerMessage, { type: "welcome" }>;
type Of<T extends ServerMessage["type"]> = Extract<ServerMessage, { type: T }>;

export interface PageOptions {
	readonly origin?: string | null;
	/** The door. Default: that of our own pages. */
	readonly path?: string;
	readonly headers?: Record<string, string>;
	readonly protocols?: string[];
	/** False: takes everything in and acknowledges nothing. */
	readonly doesAcknowledge?: boolean;
}

/** How long a test waits for what must come. */
const patienceMs = 10_000;

export class TestPage {
	readonly messages: ServerMessage[] = [];
	readonly outbox = new Outbox<string | Uint8Array>();
	readonly inbox = new Inbox();
	welcome: Welcome | null = null;
	socket: WebSocket;
	setCookie: string[] = [];
	outputBytes = 0;
	onOutput: (bytes: Uint8Array) => void = (bytes) => this.#chunks.push(Buffer.from(bytes));
	readonly #chunks: Buffer[] = [];
	/** Where the next connection goes. */
	url: string;
	readonly #options: PageOptions;
	readonly #waiting = new Set<() => void>();
	closeCode: number | null = null;

	constructor(url: string, options: PageOptions = {}) {
		this.url = url;
		this.#options = options;
		this.socket = this.#connect();
	}

	/** Opens a session. */
	static async open(url: string, options: PageOptions & { visitorToken?: string } = {}): Promise<TestPage> {
		const page = new TestPage(url, options);
		await page.opened();
		await page.hello(options.visitorToken === undefined ? {} : { visitorToken: options.visitorToken });
		return page;
	}

	opened(): Promise<void> {
		return this.until(() => (this.socket.readyState === WebSocket.OPEN ? true : undefined)).then(() => {});
	}

	async hello(fields: Omit<Extract<ClientMessageInput, { type: "hello" }>, "type"> = {}): Promise<Welcome> {
		const earlier = this.messages.length;
		this.socket.send(JSON.stringify({ type: "hello", ...fields }));
		const welcome = await this.next("welcome", () => true, earlier);
		this.welcome = welcome;
		return welcome;
	}

	/** Destroys the connection without a word, as a network that is gone. */
	cut(): void {
		const { socket } = this;
		socket.removeAllListeners();
		socket.on("error", () => {});
		socket.terminate();
	}

	/** A new connection that takes the session up. */
	async resume(): Promise<Welcome> {
		if (this.welcome === null) throw new Error("there is no session to resume");
		const { session, secret } = this.welcome;
		this.closeCode = null;
		this.socket.removeAllListeners("message");
		this.socket = this.#connect();
		await this.opened();
		const welcome = await this.hello({ resume: { session, secret, received: this.inbox.takeAck() } });
		for (const frame of this.outbox.resume(welcome.received) ?? []) this.socket.send(frame);
		return welcome;
	}

	send(message: ClientMessageInput): void {
		const frame = JSON.stringify(message);
		if (isCounted(message)) this.outbox.push(frame, frame.length);
		if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
	}

	sendStdin(bytes: Uint8Array): void {
		const frame = encodeStream("stdin", bytes);
		this.outbox.push(frame, frame.length);
		if (this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
	}

	run(run: number, program: string, fields: Partial<Extract<ClientMessageInput, { type: "run" }>> = {}): void {
		this.send({ type: "run", run, language: "python", files: [{ name: "main.py", content: program }], ...fields });
	}

	get output(): Buffer {
		return Buffer.concat(this.#chunks);
	}

	/** The first such message, already there (from `from` on) or to come. */
	next<T extends ServerMessage["type"]>(type: T, isWanted: (message: Of<T>) => boolean = () => true, from = 0): Promise<Of<T>> {
		const isOfType = (message: ServerMessage): message is Of<T> => message.type === type;
		return this.until(() => this.messages.slice(from).filter(isOfType).find(isWanted), type);
	}

	exitOf(run: number): Promise<Of<"exit">> {
		return this.next("exit", (message) => message.run === run);
	}

	closed(): Promise<number> {
		return this.until(() => this.closeCode ?? undefined, "close");
	}

	/** Looks again at each message; throws when the connection closes, or after `patienceMs`. */
	async until<T>(look: () => T | undefined, what = "condition", withinMs = patienceMs): Promise<T> {
		const deadline = new AbortController();
		const expired = delay(withinMs, "expired" as const, { signal: deadline.signal }).catch(() => "expired" as const);
		try {
			for (;;) {
				const found = look();
				if (found !== undefined) return found;
				if (this.closeCode !== null) throw new Error(`closed with ${this.closeCode} while waiting for ${what}`);
				let wake = (): void => {};
				const changed = new Promise<"changed">((resolve) => {
					wake = () => resolve("changed");
				});
				this.#waiting.add(wake);
				const event = await Promise.race([changed, expired]);
				this.#waiting.delete(wake);
				if (event === "expired") throw new Error(`no ${what}; last: ${JSON.stringify(this.messages.slice(-3))}, closed: ${this.closeCode}`);
			}
		} finally {
			deadline.abort();
		}
	}

	close(): void {
		this.socket.close(1000);
	}

	#connect(): WebSocket {
		const { origin = this.url, path = socketPath, headers = {}, protocols = [subprotocol] } = this.#options;
		const socket = new WebSocket(this.url.replace(/^http/, "ws") + path, protocols, {
			headers: { ...(origin === null ? {} : { origin }), ...headers },
			perMessageDeflate: false,
		});
		socket.on("upgrade", (response: IncomingMessage) => {
			this.setCookie = response.headers["set-cookie"] ?? [];
		});
		socket.on("open", () => this.#wake());
		socket.on("error", () => this.#wake());
		socket.on("close", (code) => {
			if (socket === this.socket) this.closeCode = code;
			this.#wake();
		});
		socket.on("message", (data, isBinary) => this.#take(socket, Buffer.from(data as Buffer), isBinary));
		return socket;
	}

	#take(socket: WebSocket, bytes: Buffer, isBinary: boolean): void {
		if (socket !== this.socket) return;
		let isAckDue = false;
		if (isBinary) {
			const decoded = decodeStream(bytes);
			if (decoded === null) throw new Error("the gateway sent a frame that no stream has");
			this.outputBytes += decoded.bytes.length;
			this.onOutput(decoded.bytes);
			isAckDue = this.inbox.receive(bytes.length);
		} else {
			const message = ServerMessage.parse(JSON.parse(bytes.toString("utf8")));
			this.messages.push(message);
			if (message.type === "ack" && !this.outbox.acknowledge(message.received)) throw new Error("acknowledged what was never sent");
			if (isCounted(message)) isAckDue = this.inbox.receive(bytes.length);
		}
		if (isAckDue && this.#options.doesAcknowledge !== false) this.send({ type: "ack", received: this.inbox.takeAck() });
		this.#wake();
	}

	#wake(): void {
		for (const wake of this.#waiting) wake();
	}
}
