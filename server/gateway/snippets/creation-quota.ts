import type { ErrorCode } from "../../../protocol/errors.ts";
import type { Consumer } from "../quotas.ts";
import { TokenBucket } from "../token-bucket.ts";

/**
 * How many snippets one visitor, one address and one key may store in an hour. A visitor's id costs nothing to throw away, so what it stores counts
 * against its address too; a key is the operator's word, and counts alone. Memory is bounded: a bucket that is full again is forgotten, and where there
 * are too many, a new visitor counts as its address's strangers, and a new address is refused.
 */

export interface CreationRefusal {
	readonly code: ErrorCode;
	readonly retryAfterMs: number;
}

export interface CreationQuotaOptions {
	readonly visitorPerHour: number;
	readonly addressPerHour: number;
	readonly maxBuckets?: number;
	/** Milliseconds of a clock that never goes back. */
	readonly now: () => number;
}

const hourMs = 3_600_000;
const sweepEveryMs = 10_000;

class BucketTable {
	readonly #buckets = new Map<string, TokenBucket>();
	readonly #perHour: number;
	readonly #max: number;
	#sweptMs = Number.NEGATIVE_INFINITY;

	constructor(perHour: number, max: number) {
		this.#perHour = perHour;
		this.#max = max;
	}

	/** null: it is a new one and there is no room. */
	get(key: string, nowMs: number): TokenBucket | null {
		const known = this.#buckets.get(key);
		if (known !== undefined) return known;
		if (nowMs - this.#sweptMs >= sweepEveryMs) {
			this.#sweptMs = nowMs;
			for (const [other, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(other);
		}
		if (this.#buckets.size >= this.#max) return null;
		const bucket = new TokenBucket(this.#perHour, hourMs, nowMs);
		this.#buckets.set(key, bucket);
		return bucket;
	}
}

export class CreationQuota {
	readonly #visitors: BucketTable;
	readonly #addresses: BucketTable;
	readonly #now: () => number;

	constructor({ visitorPerHour, addressPerHour, maxBuckets = 100_000, now }: CreationQuotaOptions) {
		this.#visitors = new BucketTable(visitorPerHour, maxBuckets);
		this.#addresses = new BucketTable(addressPerHour, maxBuckets);
		this.#now = now;
	}

	/** Counts one; null: it may be stored. A refused one costs nothing. */
	take({ visitor, address, caller }: Consumer): CreationRefusal | null {
		const nowMs = this.#now();
		const ofAddress = caller?.kind === "key" ? null : this.#addresses.get(address, nowMs);
		const own = this.#visitors.get(visitor, nowMs);
		const waits = [
			{ code: "tooManySnippets", bucket: own },
			{ code: "addressQuotaReached", bucket: ofAddress },
		] as const;
		if (caller?.kind !== "key" && ofAddress === null) return { code: "addressQuotaReached", retryAfterMs: sweepEveryMs };
		if (caller?.kind === "key" && own === null) return { code: "tooManySnippets", retryAfterMs: sweepEveryMs };
		for (const { code, bucket } of waits) {
			const waitMs = bucket?.waitFor(1, nowMs) ?? 0;
			if (waitMs > 0) return { code, retryAfterMs: waitMs };
		}
		for (const { bucket } of waits) bucket?.take(1, nowMs);
		return null;
	}
}
