/**
 * How long a place in the queue takes: how many were served lately while somebody waited, over how long somebody waited. Both fade, so it
 * follows what happens, and time in which nobody is served counts from the moment it passes.
 */

const halfLifeMs = 30_000;
/** One turn's worth of what runs took lately, until turns have been seen. */
const priorTurns = 1;
const runWeight = 0.1;

export class WaitEstimate {
	readonly #now: () => number;
	#atMs: number;
	#isWaitedFor = false;
	#waitedMs = 0;
	#turns = 0;
	/** What a run takes, on average; null: none has ended yet. */
	#runMs: number | null = null;

	constructor(now: () => number) {
		this.#now = now;
		this.#atMs = now();
	}

	/** From now on somebody waits, or nobody does. */
	waitedFor(isWaitedFor: boolean): void {
		this.#advance();
		this.#isWaitedFor = isWaitedFor;
	}

	/** One that waited was served. */
	turnTaken(): void {
		this.#advance();
		this.#turns++;
	}

	ranFor(ms: number): void {
		this.#runMs = this.#runMs === null ? ms : this.#runMs + runWeight * (ms - this.#runMs);
	}

	/** For who has so many before it, while so many are served at a time. null: nothing is known yet. */
	waitMs(ahead: number, served: number): number | null {
		this.#advance();
		const prior = this.#runMs === null ? null : this.#runMs / Math.max(1, served);
		if (prior === null && this.#turns < priorTurns / 2) return null;
		const turnMs = (this.#waitedMs + (prior ?? 0) * priorTurns) / (this.#turns + (prior === null ? 0 : priorTurns));
		return Math.round((ahead + 1) * turnMs);
	}

	#advance(): void {
		const passedMs = Math.max(0, this.#now() - this.#atMs);
		this.#atMs += passedMs;
		const kept = 0.5 ** (passedMs / halfLifeMs);
		this.#turns *= kept;
		this.#waitedMs = this.#waitedMs * kept + (this.#isWaitedFor ? passedMs : 0);
	}
}
