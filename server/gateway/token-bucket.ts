/** Holds at most `capacity`, comes back evenly over `periodMs`. Time is given by the caller, in milliseconds of a clock that never goes back. */
export class TokenBucket {
	readonly #capacity: number;
	readonly #perMs: number;
	#level: number;
	#updatedMs: number;

	constructor(capacity: number, periodMs: number, nowMs: number) {
		this.#capacity = capacity;
		this.#perMs = capacity / periodMs;
		this.#level = capacity;
		this.#updatedMs = nowMs;
	}

	level(nowMs: number): number {
		this.#level = Math.min(this.#capacity, this.#level + Math.max(0, nowMs - this.#updatedMs) * this.#perMs);
		this.#updatedMs = Math.max(this.#updatedMs, nowMs);
		return this.#level;
	}

	/** Takes `amount` whether it is there or not: the level may go below 0. */
	take(amount: number, nowMs: number): void {
		this.#level = this.level(nowMs) - amount;
	}

	isFull(nowMs: number): boolean {
		return this.level(nowMs) >= this.#capacity;
	}

	/** Milliseconds until at least `amount` is there; 0: it is. */
	waitFor(amount: number, nowMs: number): number {
		return Math.max(0, Math.ceil((amount - this.level(nowMs)) / this.#perMs));
	}
}
