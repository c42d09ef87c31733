/**
 * How many warm sandboxes one version of one language is worth: as many as were asked for, lately, in the time that it takes to make one. Those
 * are the ones that a claim would have to wait for; whoever comes after them finds what was made meanwhile. So a driver that makes one in a
 * tenth of the time keeps fewer, and what nobody asks for any more is forgotten by half each minute.
 *
 * Pure: times are handed in, in milliseconds of a clock that never goes back.
 */

const halfLifeMs = 60_000;
/** What making one is taken to need until one has been made. */
const assumedCreationMs = 250;
const creationWeight = 0.2;
/** More claims than this are not remembered; no pool is that large. */
const maxClaims = 1_000;

export class Demand {
	#claimedAtMs: number[] = [];
	#peak = 0;
	#peakAtMs = 0;
	#creationMs: number | null = null;

	/** A moving figure: the last few count most. */
	get creationMs(): number {
		return this.#creationMs ?? assumedCreationMs;
	}

	created(tookMs: number): void {
		this.#creationMs = this.#creationMs === null ? tookMs : this.#creationMs + creationWeight * (tookMs - this.#creationMs);
	}

	claimed(nowMs: number): void {
		this.#claimedAtMs = this.#claimedAtMs.filter((atMs) => nowMs - atMs < this.creationMs).slice(1 - maxClaims);
		this.#claimedAtMs.push(nowMs);
		if (this.#claimedAtMs.length < this.#peakAt(nowMs)) return;
		this.#peak = this.#claimedAtMs.length;
		this.#peakAtMs = nowMs;
	}

	wanted(nowMs: number): number {
		// A hair less, so that a half is a half whatever the last digit says.
		return Math.max(0, Math.ceil(this.#peakAt(nowMs) - 0.001));
	}

	#peakAt(nowMs: number): number {
		const peak = this.#peak * 0.5 ** ((nowMs - this.#peakAtMs) / halfLifeMs);
		return peak < 0.5 ? 0 : peak;
	}
}
