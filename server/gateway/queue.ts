/**
 * Who gets the next free sandbox. Visitors take turns, whatever each of them has waiting, so that one visitor's thousand runs do
 * not delay another's first (ATTACKS 39). A slot is the right to one of the runner's leases.
 *
 * The queue owns the count of slots in use; a slot's holder must release it, and only the first release counts.
 */

export interface Slot {
	/** Says that `release` will follow soon, so that no further slot is asked back for the same waiter. */
	announceRelease(): void;
	release(): void;
}

export interface Waiter {
	readonly visitor: string;
	/** How many of its visitor may wait. Absent: as many as of every visitor. */
	readonly lineLength?: number;
	/** How many are before it; at once when it has to wait and whenever the number changes. Never after `granted`. */
	ahead(count: number): void;
	granted(slot: Slot): void;
}

export interface Ticket {
	/** Gives up the place. Nothing happens when the slot was granted already. */
	leave(): void;
}

export class FairQueue {
	/** In the order of their turns: the first visitor's first waiter is next. */
	readonly #byVisitor = new Map<string, Waiter[]>();
	readonly #told = new Map<Waiter, number>();
	readonly #capacity: () => number;
	readonly #length: number;
	readonly #visitorLength: number;
	readonly #onPressure: () => void;
	#slotsInUse = 0;
	#slotsLeaving = 0;
	#isTellingPlanned = false;

	/** `capacity` may change; call `pump` then. `onPressure` is called when somebody has to wait. */
	constructor(options: { capacity: () => number; length: number; visitorLength: number; onPressure: () => void }) {
		this.#capacity = options.capacity;
		this.#length = options.length;
		this.#visitorLength = options.visitorLength;
		this.#onPressure = options.onPressure;
	}

	get waiting(): number {
		return this.#told.size;
	}

	/** How many wait for a slot that nobody is about to release. */
	get unserved(): number {
		return Math.max(0, this.waiting - this.#slotsLeaving);
	}

	get slotsInUse(): number {
		return this.#slotsInUse;
	}

	/** null: the queue, or the visitor's part of it, is full. `granted` may be called before this returns. */
	enter(waiter: Waiter): Ticket | null {
		if (this.waiting === 0 && this.#slotsInUse < this.#capacity()) {
			this.#grant(waiter);
			return { leave() {} };
		}
		const line = this.#byVisitor.get(waiter.visitor) ?? [];
		if (this.waiting >= this.#length || line.length >= (waiter.lineLength ?? this.#visitorLength)) return null;
		line.push(waiter);
		this.#byVisitor.set(waiter.visitor, line);
		this.#told.set(waiter, -1);
		this.#tell();
		this.#onPressure();
		return { leave: () => this.#leave(waiter) };
	}

	/** Grants what can be granted. */
	pump(): void {
		while (this.#slotsInUse < this.#capacity()) {
			const next = this.#byVisitor.entries().next();
			if (next.done) break;
			const [visitor, line] = next.value;
			const waiter = line.shift();
			this.#byVisitor.delete(visitor);
			if (line.length > 0) this.#byVisitor.set(visitor, line);
			if (waiter === undefined) continue;
			this.#told.delete(waiter);
			this.#planTelling();
			this.#grant(waiter);
		}
	}

	#grant(waiter: Waiter): void {
		this.#slotsInUse++;
		let state: "held" | "leaving" | "released" = "held";
		waiter.granted({
			announceRelease: () => {
				if (state !== "held") return;
				state = "leaving";
				this.#slotsLeaving++;
			},
			release: () => {
				if (state === "released") return;
				if (state === "leaving") this.#slotsLeaving--;
				state = "released";
				this.#slotsInUse--;
				this.pump();
			},
		});
	}

	#leave(waiter: Waiter): void {
		if (!this.#told.delete(waiter)) return;
		const line = (this.#byVisitor.get(waiter.visitor) ?? []).filter((other) => other !== waiter);
		if (line.length > 0) this.#byVisitor.set(waiter.visitor, line);
		else this.#byVisitor.delete(waiter.visitor);
		this.#planTelling();
	}

	/** Several changes of one turn of the event loop are told as one. */
	#planTelling(): void {
		if (this.#isTellingPlanned) return;
		this.#isTellingPlanned = true;
		setImmediate(() => {
			this.#isTellingPlanned = false;
			this.#tell();
		});
	}

	#tell(): void {
		let ahead = 0;
		for (let round = 0; ahead < this.waiting; round++) {
			for (const line of this.#byVisitor.values()) {
				const waiter = line[round];
				if (waiter === undefined) continue;
				if (this.#told.get(waiter) !== ahead) {
					this.#told.set(waiter, ahead);
					waiter.ahead(ahead);
				}
				ahead++;
			}
		}
	}
}
