import type { Outage } from "./ledger.ts";
import type { Life, Sample } from "./watch.ts";

/** Whether what a process holds grows while it lives. */

export interface Trend {
	readonly life: Life;
	readonly quantity: "memory" | "descriptors";
	/** Medians of the first and the last third after the warm-up; null: it did not live long enough to tell. */
	readonly thirds: { readonly first: number; readonly last: number; readonly allowed: number } | null;
}

/** A heap grows to its working size, caches fill, code is compiled. */
export const warmUpMs = 30_000;
/** Of what is left after it. Shorter lives tell nothing. */
const shortestMs = 30_000;
const MiB = 1_048_576;
/** A heap is collected when its engine likes; a descriptor is a connection that somebody has just now. */
export const margins = {
	memory: { share: 0.2, bytes: 16 * MiB },
	descriptors: { share: 0, count: 24 },
} as const;

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The warm-up of a process that took the place of one that was killed begins when all is on offer again. */
function warmFrom({ samples }: Life, outages: readonly Outage[]): number {
	const bornMs = samples[0]?.atMs ?? 0;
	const served = outages.flatMap(({ fromMs, offeredAgainMs }) => (fromMs <= bornMs && offeredAgainMs !== null ? [offeredAgainMs] : []));
	return Math.max(bornMs, ...served) + warmUpMs;
}

export function trendsOf(life: Life, outages: readonly Outage[]): Trend[] {
	const startMs = warmFrom(life, outages);
	const warm = life.samples.filter(({ atMs }) => atMs >= startMs);
	const lastMs = warm.at(-1)?.atMs ?? startMs;
	const third = (lastMs - startMs) / 3;
	const compare = (quantity: Trend["quantity"], measure: (sample: Sample) => number, allowance: (first: number) => number): Trend => {
		if (lastMs - startMs < shortestMs) return { life, quantity, thirds: null };
		const first = median(warm.filter(({ atMs }) => atMs <= startMs + third).map(measure));
		const last = median(warm.filter(({ atMs }) => atMs >= lastMs - third).map(measure));
		return { life, quantity, thirds: { first, last, allowed: first + allowance(first) } };
	};
	return [
		compare(
			"memory",
			({ memoryBytes }) => memoryBytes,
			(first) => first * margins.memory.share + margins.memory.bytes,
		),
		compare(
			"descriptors",
			({ descriptors }) => descriptors,
			() => margins.descriptors.count,
		),
	];
}

/** False also for what was too short to be judged: that is said elsewhere. */
export const hasGrown = ({ thirds }: Trend): boolean => thirds !== null && thirds.last > thirds.allowed;
