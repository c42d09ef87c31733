import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { PistonServerMessage, pistonConnectPath } from "../../../../protocol/piston.ts";

/** A client of `connect`, as somebody writes one with `ws` and Piston's documentation. */

type Of<T extends PistonServerMessage["type"]> = Extract<PistonServerMessage, { type: T }>;

const patienceMs = 20_000;

export class PistonSocket {
	readonly messages: PistonServerMessage[] = [];
	readonly socket: WebSocket;
	/** Code and reason, once it is closed. */
	end: { readonly code: number; readonly reason: string } | null = null;
	/** The status of a handshake that was refused. */
	refusedWith: number | null = null;
	readonly #waiting = new Set<() => void>();

	constructor(url: string, headers: Record<string, string> = {}) {
		this.socket = new WebSocket(url.replace(/^http/, "ws") + pistonConnectPath, { headers });
		this.socket.on("unexpected-response", (_, response: IncomingMessage) => {
			this.refusedWith = response.statusCode ?? 0;
			response.resume();
			this.#wake();
		});
		this.socket.on("message", (data) => {
			this.messages.push(PistonServerMessage.parse(JSON.parse(data.toString())));
			this.#wake();
		});
		this.socket.on("open", () => this.#wake());
		this.socket.on("error", () => this.#wake());
		this.socket.on("close", (code, reason) => {
			this.end = { code, reason: reason.toString() };
			this.#wake();
		});
	}

	static async open(url: string, headers: Record<string, string> = {}): Promise<PistonSocket> {
		const opened = new PistonSocket(url, headers);
		await opened.until(() => opened.socket.readyState === WebSocket.OPEN || undefined, "the handshake");
		return opened;
	}

	send(message: object): void {
		this.socket.send(JSON.stringify(message));
	}

	init(code: string, fields: object = {}): void {
		this.send({ type: "init", language: "python", version: "*", files: [{ content: code }], ...fields });
	}

	stdin(data: string): void {
		this.send({ type: "data", stream: "stdin", data });
	}

	output(stream?: "stdout" | "stderr"): string {
		return this.all("data")
			.filter((message) => stream === undefined || message.stream === stream)
			.map(({ data }) => data)
			.join("");
	}

	all<T extends PistonServerMessage["type"]>(type: T): Of<T>[] {
		return this.messages.filter((message): message is Of<T> => message.type === type);
	}

	closed(): Promise<{ code: number; reason: string }> {
		return this.until(() => this.end ?? undefined, "the end", true);
	}

	async until<T>(look: () => T | undefined, what: string, mayBeClosed = false): Promise<T> {
		const deadline = new AbortController();
		const expired = delay(patienceMs, true, { signal: deadline.signal }).catch(() => true);
		try {
			for (;;) {
				const found = look();
				if (found !== undefined) return found;
				if (this.end !== null && !mayBeClosed) throw new Error(`closed with ${this.end.code} while waiting for ${what}`);
				const changed = new Promise<false>((resolve) => {
					this.#waiting.add(() => resolve(false));
				});
				if (await Promise.race([changed, expired])) throw new Error(`no ${what}; last: ${JSON.stringify(this.messages.slice(-3))}`);
			}
		} finally {
			deadline.abort();
		}
	}

	#wake(): void {
		for (const wake of this.#waiting) wake();
		this.#waiting.clear();
	}
}
