/** The arithmetic of the figures. Pure: what a run measured goes in, what is told goes out. */

/** One figure of a side: all its samples, and how far its rounds lie apart. The unit is that of the samples. */
export interface Summary {
	readonly count: number;
	readonly median: number;
	readonly p95: number;
	readonly minimum: number;
	readonly maximum: number;
	/** The lowest and the highest median of a round: how much of a difference is the machine's mood. */
	readonly lowestRoundMedian: number;
	readonly highestRoundMedian: number;
}

/**
 * The value below which the given share of the samples lies, interpolated between neighbours (type 7 of Hyndman and Fan 1996, the default of R and NumPy).
 *
 * @param sorted ascending, at least one, all finite
 * @param share 0..1
 */
export function quantile(sorted: readonly number[], share: number): number {
	if (!(share >= 0 && share <= 1)) throw new RangeError(`a share lies between 0 and 1, not at ${share}`);
	const position = (sorted.length - 1) * share;
	const below = sorted[Math.floor(position)];
	const above = sorted[Math.ceil(position)];
	if (below === undefined || above === undefined) throw new RangeError("there is no quantile of nothing");
	return below + (above - below) * (position - Math.floor(position));
}

const ascending = (samples: readonly number[]): number[] => [...samples].sort((a, b) => a - b);

/** @param rounds the samples of each round; empty rounds are left out. Throws RangeError when nothing at all was measured or a sample is no number. */
export function summarise(rounds: readonly (readonly number[])[]): Summary {
	const all = ascending(rounds.flat());
	if (all.some((sample) => !Number.isFinite(sample))) throw new RangeError("a sample is no finite number");
	const medians = ascending(rounds.filter((round) => round.length > 0).map((round) => quantile(ascending(round), 0.5)));
	return {
		count: all.length,
		median: quantile(all, 0.5),
		p95: quantile(all, 0.95),
		minimum: quantile(all, 0),
		maximum: quantile(all, 1),
		lowestRoundMedian: quantile(medians, 0),
		highestRoundMedian: quantile(medians, 1),
	};
}

/** How many times the rival's figure ours is. */
export function ratioOf(ours: Summary, rival: Summary): { readonly median: number; readonly p95: number } {
	return { median: ours.median / rival.median, p95: ours.p95 / rival.p95 };
}
