/**
 * Typing goes before printing. While somebody types, programs that print more than a terminal's worth share one budget, so that what they cost
 * on the way (the engine, this process, the gateway) leaves a core for the key and its echo. While nobody types, nobody is held.
 *
 * Who is held prints nothing more until it is let go: the pipe behind it fills, and the program waits in its `write`. Times are read from the
 * clock that is handed in; the timer only wakes.
 */

/** After the last key, somebody still types for so long. */
const typingMs = 2_000;
/** A paste is not typing. */
const largestKeyBytes = 256;
/** What each may print at once, and in a second, without being counted: far more than an echo, a prompt or a screenful. */
const freeBytes = 65_536;
const freeBytesPerMs = 262_144 / 1_000;
/** What all others together may print in a second: a thousand screens, so nobody sees the difference. */
const sharedBytesPerMs = 2_097_152 / 1_000;
/** Not spent yet, at most; and what may be spent ahead. */
const sharedBytes = 65_536;
const wakeMs = 5;

export interface Printer {
	/** It may go on. May be called when it was not held. */
	letGo(): void;
}

interface Free {
	bytes: number;
	atMs: number;
}

export class OutputPace {
	readonly #now: () => number;
	readonly #free = new WeakMap<Printer, Free>();
	/** In the order in which they were held. */
	readonly #held = new Set<Printer>();
	#typedAtMs = Number.NEGATIVE_INFINITY;
	#sharedBytes = sharedBytes;
	#sharedAtMs: number;
	#timer: NodeJS.Timeout | undefined;

	constructor(now: () => number) {
		this.#now = now;
		this.#sharedAtMs = now();
	}

	/** Input for some program. */
	typed(bytes: number): void {
		if (bytes <= largestKeyBytes) this.#typedAtMs = this.#now();
	}

	/** False: it is held, and let go later. */
	spend(printer: Printer, bytes: number): boolean {
		if (!this.#isSomebodyTyping) return true;
		const paidBytes = bytes - this.#takeFree(printer, bytes);
		if (paidBytes <= 0) return true;
		this.#refill();
		this.#sharedBytes -= paidBytes;
		if (this.#sharedBytes >= 0) return true;
		this.#held.add(printer);
		this.#timer ??= setInterval(() => this.wake(), wakeMs);
		return false;
	}

	isHolding(printer: Printer): boolean {
		return this.#held.has(printer);
	}

	/** It prints no more: forgotten. */
	leave(printer: Printer): void {
		this.#held.delete(printer);
		if (this.#held.size === 0) this.close();
	}

	/** One at a time is let go, so that what it prints is counted before the next; all, when nobody types any more. */
	wake(): void {
		this.#refill();
		for (const printer of [...this.#held]) {
			if (this.#isSomebodyTyping && this.#sharedBytes < 0) break;
			this.leave(printer);
			printer.letGo();
			if (this.#isSomebodyTyping) break;
		}
	}

	close(): void {
		clearInterval(this.#timer);
		this.#timer = undefined;
	}

	get #isSomebodyTyping(): boolean {
		return this.#now() - this.#typedAtMs < typingMs;
	}

	#refill(): void {
		const passedMs = this.#now() - this.#sharedAtMs;
		this.#sharedAtMs += passedMs;
		this.#sharedBytes = Math.min(sharedBytes, this.#sharedBytes + passedMs * sharedBytesPerMs);
	}

	/** How much of it is free. */
	#takeFree(printer: Printer, bytes: number): number {
		const nowMs = this.#now();
		const free = this.#free.get(printer) ?? { bytes: freeBytes, atMs: nowMs };
		free.bytes = Math.min(freeBytes, free.bytes + (nowMs - free.atMs) * freeBytesPerMs);
		free.atMs = nowMs;
		const taken = Math.min(bytes, free.bytes);
		free.bytes -= taken;
		this.#free.set(printer, free);
		return taken;
	}
}
