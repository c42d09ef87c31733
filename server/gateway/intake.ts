import type { WebSocket } from "ws";
import { TokenBucket } from "./token-bucket.ts";

/**
 * Holds back a connection that sends faster than any page does (ATTACKS 37): it is not read until its allowance has come back, so a flood
 * costs the sender time and nobody else anything. Pings count too, for each one is answered.
 */

const messagesPerSecond = 500;
const bytesPerSecond = 4_194_304;
/** Seconds of allowance that may be used at once. */
const burstSeconds = 2;

export class Intake {
	readonly #socket: WebSocket;
	readonly #messages: TokenBucket;
	readonly #bytes: TokenBucket;
	readonly #now: () => number;
	#timer: NodeJS.Timeout | undefined;

	constructor(socket: WebSocket, now: () => number) {
		this.#socket = socket;
		this.#now = now;
		this.#messages = new TokenBucket(messagesPerSecond * burstSeconds, burstSeconds * 1_000, now());
		this.#bytes = new TokenBucket(bytesPerSecond * burstSeconds, burstSeconds * 1_000, now());
	}

	take(bytes: number): void {
		const nowMs = this.#now();
		this.#messages.take(1, nowMs);
		this.#bytes.take(bytes, nowMs);
		const waitMs = Math.max(this.#messages.waitFor(1, nowMs), this.#bytes.waitFor(1, nowMs));
		if (waitMs === 0 || this.#timer !== undefined) return;
		this.#socket.pause();
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			this.#socket.resume();
		}, waitMs);
	}

	/** Lets the connection be read again, so that its end is seen. */
	close(): void {
		if (this.#timer === undefined) return;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#socket.resume();
	}
}
