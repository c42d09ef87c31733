import type { ServerMessage } from "../../protocol/messages.ts";
import { ackDelayMs, Inbox, maxRetainedBytes, Outbox } from "../../protocol/reliability.ts";
import { joinStream, maxStreamBytes, type StreamName } from "../../protocol/streams.ts";

/**
 * The gateway's end of a session's two numbered byte-exact streams (PROTOCOL.md P8–P10). It outlives connections: while none is
 * attached, what is sent is kept and goes out at the next `attach`.
 *
 * Memory: what is unacknowledged, `maxRetainedBytes` at most. Shortly before that `isBlocked` holds and the owner must stop producing
 * (it pauses its lease) until `onBlocked(false)`. What the connection has buffered is part of what is unacknowledged.
 *
 * Bytes of one turn of the event loop become as few messages as they fit into. Making a message is the one copy on a program's output's way
 * through this server: the runner passes on views of what it has read, and so does its client.
 */

export type WireFrame = string | Uint8Array;

/** One connection, as far as the channel needs it. */
export interface Wire {
	send(frame: WireFrame): void;
}

type Uncounted = Extract<ServerMessage, { type: "welcome" | "ack" | "pong" }>;
export type CountedMessage = Exclude<ServerMessage, Uncounted>;

/** From here it is blocked: what the owner has already read from the runner, one chunk of 64 KiB, still fits below the maximum. */
const blockBytes = (maxRetainedBytes * 3) / 4;
/** Down here it opens again; a gap, so that it does not flutter. */
const reopenBytes = maxRetainedBytes / 2;

/** A microtask without the asynchronous resource that `queueMicrotask` makes for each: an echo would pay for it. */
const endOfTurn = Promise.resolve();

export class ReliableChannel {
	readonly #outbox = new Outbox<WireFrame>();
	readonly #inbox = new Inbox();
	readonly #onBlocked: (isBlocked: boolean) => void;
	readonly #now: () => number;
	#wire: Wire | null = null;
	#ackTimer: NodeJS.Timeout | undefined;
	#blockedSinceMs: number | null = null;
	/** Of this turn, and not a message yet. */
	#parts: Uint8Array[] = [];
	#partsBytes = 0;
	#partsStream: StreamName = "stdout";
	readonly #flush = (): void => {
		if (this.#parts.length === 0) return;
		const frame = joinStream(this.#partsStream, this.#parts, this.#partsBytes);
		this.#parts = [];
		this.#partsBytes = 0;
		this.#push(frame, frame.length);
	};

	constructor(options: { onBlocked: (isBlocked: boolean) => void; now: () => number }) {
		this.#onBlocked = options.onBlocked;
		this.#now = options.now;
	}

	get isBlocked(): boolean {
		return this.#blockedSinceMs !== null;
	}

	/** How long nothing was acknowledged while the channel is blocked; 0: it is not. */
	get stalledMs(): number {
		return this.#blockedSinceMs === null ? 0 : this.#now() - this.#blockedSinceMs;
	}

	get retainedBytes(): number {
		this.#flush();
		return this.#outbox.retainedBytes;
	}

	/** Counted messages of the page so far, for `welcome`. */
	takeReceived(): number {
		return this.#inbox.takeAck();
	}

	send(message: CountedMessage): void {
		this.#flush();
		const frame = JSON.stringify(message);
		this.#push(frame, Buffer.byteLength(frame));
	}

	/** Copies the bytes, by the end of this turn of the event loop. At most `maxStreamBytes`. */
	sendBytes(stream: StreamName, bytes: Uint8Array): void {
		if (stream !== this.#partsStream || this.#partsBytes + bytes.length > maxStreamBytes) this.#flush();
		if (this.#parts.length === 0) void endOfTurn.then(this.#flush);
		this.#partsStream = stream;
		this.#parts.push(bytes);
		this.#partsBytes += bytes.length;
	}

	/** True when a page that has `received` can be continued without a gap. Frees what it has. */
	canResume(received: number): boolean {
		this.#flush();
		const frames = this.#outbox.resume(received);
		if (frames !== null) this.#updateBlocked(true);
		return frames !== null;
	}

	/** Sends again what the page does not have, then goes on with this wire. `canResume` must have been asked just before. */
	attach(wire: Wire): void {
		this.#wire = wire;
		for (const frame of this.#outbox.resume(this.#outbox.acknowledged) ?? []) wire.send(frame);
	}

	detach(): void {
		this.#wire = null;
		clearTimeout(this.#ackTimer);
		this.#ackTimer = undefined;
	}

	/** The page's `ack`. False: it claims what was never sent. */
	acknowledge(received: number): boolean {
		const before = this.#outbox.acknowledged;
		if (!this.#outbox.acknowledge(received)) return false;
		this.#updateBlocked(this.#outbox.acknowledged > before);
		return true;
	}

	/** Counts a message of the page and acknowledges in time. */
	receive(bytes: number): void {
		if (this.#inbox.receive(bytes)) this.#acknowledgeNow();
		else this.#ackTimer ??= setTimeout(() => this.#acknowledgeNow(), ackDelayMs);
	}

	#acknowledgeNow(): void {
		clearTimeout(this.#ackTimer);
		this.#ackTimer = undefined;
		if (this.#wire === null || !this.#inbox.isBehind) return;
		this.#wire.send(JSON.stringify({ type: "ack", received: this.#inbox.takeAck() } satisfies ServerMessage));
	}

	#push(frame: WireFrame, bytes: number): void {
		this.#outbox.push(frame, bytes);
		this.#wire?.send(frame);
		this.#updateBlocked(false);
	}

	#updateBlocked(isProgress: boolean): void {
		const { retainedBytes } = this.#outbox;
		if (this.#blockedSinceMs === null) {
			if (retainedBytes < blockBytes) return;
			this.#blockedSinceMs = this.#now();
			this.#onBlocked(true);
		} else if (retainedBytes <= reopenBytes) {
			this.#blockedSinceMs = null;
			this.#onBlocked(false);
		} else if (isProgress) this.#blockedSinceMs = this.#now();
	}
}
