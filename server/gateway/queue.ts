import { type Place, Turns } from "./turns.ts";
import { WaitEstimate } from "./wait-estimate.ts";

/**
 * Who gets the next free sandbox, and what those who wait are told. Visitors and embedding sites take turns, in seconds of what their runs
 * really use and not in runs (turns.ts), so that nobody's thousand runs delay another's first (ATTACKS 39). A slot is the right to one
 * of the runner's leases.
 *
 * The queue owns the count of slots in use; a slot's holder must release it, and only the first release counts.
 * Nobody waits without an end: who would wait too long, or has, is told when to come back.
 */

export interface Slot {
	/** Says that `release` will follow soon, so that no further slot is asked back for the same waiter. */
	announceRelease(): void;
	release(): void;
}

/** Why there is no place, or no longer one. */
export interface Overload {
	readonly retryAfterMs: number;
}

export interface Waiter extends Place {
	/** How many of its visitor may wait. Absent: as many as of every visitor. */
	readonly lineLength?: number;
	/** The longest that it waits. Absent: as long as everybody. */
	readonly longestWaitMs?: number;
	/** How many are before it, and how long that may take (null: nobody knows yet); at once when it has to wait, and whenever it changes. */
	ahead(count: number, waitMs: number | null): void;
	granted(slot: Slot): void;
	/** Instead of `granted`: it has waited too long, or gives way to one who has nobody waiting. */
	turnedAway(overload: Overload): void;
}

export interface Ticket {
	/** Gives up the place. Nothing happens when the slot was granted already. */
	leave(): void;
}

interface Entry extends Place {
	readonly waiter: Waiter;
	readonly sinceMs: number;
	toldAhead: number;
	toldWaitMs: number | null;
}

const shortestRetryMs = 1_000;
const longestRetryMs = 600_000;
/** An estimate that moved by less than this is not told again. */
const noticedShare = 0.25;
const noticedMs = 2_000;

export interface QueueOptions {
	/** How many slots there are. It may change; call `pump` then. */
	readonly capacity: () => number;
	readonly length: number;
	readonly visitorLength: number;
	readonly longestWaitMs: number;
	/** Somebody has to wait. */
	readonly onPressure: () => void;
	/** Milliseconds of a clock that never goes back. */
	readonly now: () => number;
}

export class FairQueue {
	readonly #options: QueueOptions;
	readonly #turns: Turns<Entry>;
	readonly #estimate: WaitEstimate;
	#slotsInUse = 0;
	#slotsLeaving = 0;
	#isTellingPlanned = false;

	constructor(options: QueueOptions) {
		this.#options = options;
		this.#turns = new Turns(options.now);
		this.#estimate = new WaitEstimate(options.now);
	}

	get waiting(): number {
		return this.#turns.size;
	}

	/** How many wait for a slot that nobody is about to release. */
	get unserved(): number {
		return Math.max(0, this.waiting - this.#slotsLeaving);
	}

	get slotsInUse(): number {
		return this.#slotsInUse;
	}

	/** When a run that came now, and went to the end of the queue, would be served. */
	get retryAfterMs(): number {
		return this.#overload(this.waiting).retryAfterMs;
	}

	/** No ticket: there is no place for it. `granted` may be called before this returns. */
	enter(waiter: Waiter): Ticket | Overload {
		if (this.waiting === 0 && this.#slotsInUse < this.#options.capacity()) {
			this.#grant(waiter);
			return { leave() {} };
		}
		const ofVisitor = this.#turns.countOf(waiter);
		if (ofVisitor >= (waiter.lineLength ?? this.#options.visitorLength)) return this.#overload(ofVisitor - 1);
		if (this.waiting >= this.#options.length && !this.#makeRoomFor(waiter)) return this.#overload(this.waiting);
		const entry = this.#join(waiter);
		this.#tell();
		if ((entry.toldWaitMs ?? 0) > this.#longestWaitOf(waiter)) {
			this.#remove(entry);
			return this.#overload(entry.toldAhead);
		}
		waiter.ahead(entry.toldAhead, entry.toldWaitMs);
		this.#options.onPressure();
		return { leave: () => this.#remove(entry) };
	}

	/** Grants what can be granted. */
	pump(): void {
		while (this.#slotsInUse < this.#options.capacity()) {
			const entry = this.#turns.next();
			if (entry === undefined) break;
			this.#estimate.turnTaken();
			this.#estimate.waitedFor(this.waiting > 0);
			this.#planTelling();
			this.#grant(entry.waiter);
		}
	}

	/** What a run used, as soon as it is known: seconds of a sandbox and of a processor, added. */
	charge(place: Place, seconds: number): void {
		if (seconds > 0) this.#turns.charge(place, seconds);
	}

	/** How long a run took that has ended. */
	ranFor(ms: number): void {
		this.#estimate.ranFor(ms);
	}

	/** Now and then: turns away who has waited too long, and tells the others how long it may still take. */
	review(): void {
		if (this.waiting === 0) return;
		const nowMs = this.#options.now();
		for (const entry of [...this.#turns.inOrder()])
			if (nowMs - entry.sinceMs >= this.#longestWaitOf(entry.waiter)) this.#turnAway(entry, this.#overload(0));
		this.#tell();
		this.#options.onPressure();
	}

	#longestWaitOf({ longestWaitMs }: Waiter): number {
		return Math.min(longestWaitMs ?? Number.POSITIVE_INFINITY, this.#options.longestWaitMs);
	}

	/** `ahead`: who has to be served before a place is there. */
	#overload(ahead: number): Overload {
		const waitMs = this.#estimate.waitMs(Math.max(0, ahead), this.#slotsInUse) ?? this.#options.longestWaitMs;
		return { retryAfterMs: Math.min(longestRetryMs, Math.max(shortestRetryMs, waitMs)) };
	}

	/** In a full queue, the longest line gives way to who has less waiting. */
	#makeRoomFor(waiter: Waiter): boolean {
		const last = this.#turns.displacedBy(waiter);
		if (last !== undefined) this.#turnAway(last, this.#overload(this.waiting));
		return last !== undefined;
	}

	#join(waiter: Waiter): Entry {
		const { visitor, site } = waiter;
		const entry: Entry = {
			waiter,
			visitor,
			...(site === undefined ? {} : { site }),
			sinceMs: this.#options.now(),
			toldAhead: -1,
			toldWaitMs: null,
		};
		this.#turns.add(entry);
		this.#estimate.waitedFor(true);
		return entry;
	}

	#turnAway(entry: Entry, overload: Overload): void {
		if (this.#remove(entry)) entry.waiter.turnedAway(overload);
	}

	#remove(entry: Entry): boolean {
		if (!this.#turns.remove(entry)) return false;
		this.#estimate.waitedFor(this.waiting > 0);
		this.#planTelling();
		return true;
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

	/** Several changes of one turn of the event loop are told as one. */
	#planTelling(): void {
		if (this.#isTellingPlanned) return;
		this.#isTellingPlanned = true;
		setImmediate(() => {
			this.#isTellingPlanned = false;
			this.#tell();
		});
	}

	/** A newcomer is told by `enter`, once it is known that it stays. */
	#tell(): void {
		let ahead = 0;
		for (const entry of [...this.#turns.inOrder()]) {
			const waitMs = this.#estimate.waitMs(ahead, this.#slotsInUse);
			const isNewcomer = entry.toldAhead < 0;
			if (isNewcomer || entry.toldAhead !== ahead || isNoticed(entry.toldWaitMs, waitMs)) {
				entry.toldAhead = ahead;
				entry.toldWaitMs = waitMs;
				if (!isNewcomer) entry.waiter.ahead(ahead, waitMs);
			}
			ahead++;
		}
	}
}

function isNoticed(toldMs: number | null, nowMs: number | null): boolean {
	if (toldMs === null || nowMs === null) return toldMs !== nowMs;
	const movedMs = Math.abs(nowMs - toldMs);
	return movedMs > noticedMs && movedMs > noticedShare * toldMs;
}
