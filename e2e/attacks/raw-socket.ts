import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { socketPath, subprotocol } from "../../protocol/messages.ts";

/** A TCP connection to the server on which a test says what no client would. */

export class RawSocket {
	readonly #socket: Socket;
	readonly #watchers = new Set<() => void>();
	#received = Buffer.alloc(0);
	#isClosed = false;
	/** Resolves when the server, or the network, has ended it. */
	readonly closed: Promise<void>;

	constructor(url: string) {
		const { hostname, port } = new URL(url);
		this.#socket = connect(Number(port), hostname);
		this.#socket.on("data", (chunk: Buffer) => {
			this.#received = Buffer.concat([this.#received, chunk]);
			for (const watcher of this.#watchers) watcher();
		});
		// A reset is one way of being refused; the close that follows tells it.
		this.#socket.on("error", () => undefined);
		this.closed = new Promise((resolve) => {
			this.#socket.on("close", () => {
				this.#isClosed = true;
				for (const watcher of this.#watchers) watcher();
				resolve();
			});
		});
	}

	get received(): Buffer {
		return this.#received;
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	get isWritable(): boolean {
		return this.#socket.writable;
	}

	/** Resolves once it has left this process, or at once when the other side is gone. */
	write(data: string | Uint8Array): Promise<void> {
		return new Promise((resolve) => {
			if (!this.#socket.writable) resolve();
			else this.#socket.write(data, () => resolve());
		});
	}

	/** Waits for bytes that match, or for the end; gives what was received. */
	waitFor(pattern: RegExp): Promise<string> {
		return new Promise((resolve) => {
			const look = (): void => {
				const text = this.#received.toString("latin1");
				if (!pattern.test(text) && !this.#isClosed) return;
				this.#watchers.delete(look);
				resolve(text);
			};
			this.#watchers.add(look);
			look();
		});
	}

	/** Reads nothing more of what comes. */
	pause(): void {
		this.#socket.pause();
	}

	destroy(): void {
		this.#socket.destroy();
	}
}

/** The handshake as a browser sends it; `extra` lines end in CR LF. */
export function handshake(url: string, extra = ""): string {
	const { host, origin } = new URL(url);
	return (
		`GET ${socketPath} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
		`Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n${extra}\r\n`
	);
}

/** A client's frame (RFC 6455 section 5.2), masked with zeros, of at most 125 bytes. */
export function shortFrame(opcode: number, payload: Uint8Array, { isFinal = true, isCompressed = false } = {}): Buffer {
	const head = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode;
	return Buffer.concat([Buffer.from([head, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}
