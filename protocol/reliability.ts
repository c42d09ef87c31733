/**
 * Numbering, acknowledging and replay (PROTOCOL.md P8–P10): the same pure logic at both ends, without sockets or timers.
 *
 * Neither side writes a number on the wire. A connection keeps order, so counting is enough: what one side has counted as received is
 * a prefix of what the other has sent. When a connection breaks, some suffix is unknown; the new connection begins with both counts
 * (`hello.resume.received`, `welcome.received`) and each side sends again what comes after the other's count.
 * For that to be exact, an owner must stop listening to the old connection before it reads `Inbox.received` for the new one.
 */

/** P8: an acknowledgement is due at once after this many messages or bytes … */
export const ackEveryMessages = 64;
export const ackEveryBytes = 65_536;
/** … and after this time while anything is unacknowledged. The owner keeps that timer. */
export const ackDelayMs = 500;

/** P9: what the gateway retains at most before it stops reading from the runner. */
export const maxRetainedBytes = 262_144;

/** What a retained message costs besides its bytes; without it a flood of one-byte messages would cost far more than the bound says. */
export const retainedOverheadBytes = 64;

/** What one side has sent and the other has not acknowledged yet, oldest first. */
export class Outbox<Frame> {
	#retained: { readonly frame: Frame; readonly bytes: number }[] = [];
	#retainedBytes = 0;
	#sent = 0;

	/** Counted messages sent so far; the last one's number. */
	get sent(): number {
		return this.#sent;
	}

	/** Counted messages that the other side has said to have. */
	get acknowledged(): number {
		return this.#sent - this.#retained.length;
	}

	/** Bytes kept for a replay, `retainedOverheadBytes` a message included. */
	get retainedBytes(): number {
		return this.#retainedBytes;
	}

	/** Numbers and keeps a counted message that is being sent, or would be if there were a connection. */
	push(frame: Frame, bytes: number): void {
		this.#sent++;
		this.#retained.push({ frame, bytes: bytes + retainedOverheadBytes });
		this.#retainedBytes += bytes + retainedOverheadBytes;
	}

	/** Frees what the other side has. False: it claims a message that was never sent, a breach. An older count says nothing new. */
	acknowledge(received: number): boolean {
		if (received > this.#sent) return false;
		const freed = received - this.acknowledged;
		if (freed <= 0) return true;
		for (const { bytes } of this.#retained.splice(0, freed)) this.#retainedBytes -= bytes;
		return true;
	}

	/** What to send again, in order, to a side that has `received`. null: it cannot be honoured (never sent, or freed already). */
	resume(received: number): Frame[] | null {
		if (received < this.acknowledged || !this.acknowledge(received)) return null;
		return this.#retained.map(({ frame }) => frame);
	}
}

/** What one side has received, and whether it owes an acknowledgement. */
export class Inbox {
	#received = 0;
	#acknowledged = 0;
	#unacknowledgedBytes = 0;

	/** Counted messages received so far. */
	get received(): number {
		return this.#received;
	}

	/** True while an acknowledgement is owed, at the latest `ackDelayMs` after it became true. */
	get isBehind(): boolean {
		return this.#received > this.#acknowledged;
	}

	/** Counts a message. True: the acknowledgement is due at once. */
	receive(bytes: number): boolean {
		this.#received++;
		this.#unacknowledgedBytes += bytes;
		return this.#received - this.#acknowledged >= ackEveryMessages || this.#unacknowledgedBytes >= ackEveryBytes;
	}

	/** The count to put into `ack`, `hello.resume` or `welcome`; nothing is owed afterwards. */
	takeAck(): number {
		this.#acknowledged = this.#received;
		this.#unacknowledgedBytes = 0;
		return this.#received;
	}
}
