import type { Consumer } from "./quotas.ts";

/**
 * Sandboxes that sessions hold between two runs, longest idle first. Keeping one makes the next run quick; when somebody waits for a
 * sandbox, or their owner's visitor is at its limit, the longest idle one is given back early.
 */

export interface IdleLease {
	readonly consumer: Consumer;
	giveBack(): void;
}

export class IdleLeases {
	readonly #idle = new Map<IdleLease, number>();
	readonly #graceMs: number;
	readonly #wanted: () => number;
	readonly #now: () => number;
	#timer: NodeJS.Timeout | undefined;

	/** `graceMs`: how long a lease is left to its session even when somebody waits. `wanted`: how many wait. */
	constructor(options: { graceMs: number; wanted: () => number; now: () => number }) {
		this.#graceMs = options.graceMs;
		this.#wanted = options.wanted;
		this.#now = options.now;
	}

	add(lease: IdleLease): void {
		this.#idle.set(lease, this.#now());
		this.reclaim();
	}

	remove(lease: IdleLease): void {
		this.#idle.delete(lease);
	}

	/** Gives back as many as are waited for, of those that were idle long enough; looks again when the next one will have been. */
	reclaim(): void {
		clearTimeout(this.#timer);
		let wanted = this.#wanted();
		for (const [lease, sinceMs] of this.#idle) {
			if (wanted === 0) return;
			const leftMs = sinceMs + this.#graceMs - this.#now();
			if (leftMs > 0) {
				this.#timer = setTimeout(() => this.reclaim(), leftMs);
				return;
			}
			wanted--;
			this.#idle.delete(lease);
			lease.giveBack();
		}
	}

	/** Gives back the longest idle lease of the same visitor, address or site, at once. False: there is none. */
	giveBackOneOf(consumer: Consumer, by: "visitor" | "address" | "site"): boolean {
		for (const lease of this.#idle.keys()) {
			if (lease.consumer[by] !== consumer[by]) continue;
			this.#idle.delete(lease);
			lease.giveBack();
			return true;
		}
		return false;
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#idle.clear();
	}
}
