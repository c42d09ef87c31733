import { setTimeout as pause } from "node:timers/promises";
import { type Summary, summarise } from "./statistics.ts";

/** One side of a comparison. `take` measures once, in milliseconds, and leaves nothing behind that would disturb the next. */
export interface Side {
	readonly name: string;
	take(): Promise<number>;
}

export interface Effort {
	readonly rounds: number;
	readonly takesPerRound: number;
	/** Taken first and thrown away: caches, just-in-time compilation, the first page faults. */
	readonly warmUpTakes: number;
	/** Between two takes, so that what a side does after its answer (removing, emptying, collecting garbage) is not the next one's burden. */
	readonly pauseMs: number;
}

/**
 * Measures all sides in turn, one take each, so that whatever else the machine does meets them alike. Each round begins with another side, so that
 * none always follows the same neighbour. The result is in the order of `sides`.
 */
export async function interleave(sides: readonly Side[], effort: Effort): Promise<Summary[]> {
	for (let take = 0; take < effort.warmUpTakes; take++) for (const side of sides) await side.take();
	const samples = sides.map((): number[][] => []);
	for (let round = 0; round < effort.rounds; round++) {
		for (const rounds of samples) rounds.push([]);
		for (let take = 0; take < effort.takesPerRound; take++) {
			for (let step = 0; step < sides.length; step++) {
				const at = (step + round) % sides.length;
				await pause(effort.pauseMs);
				const sample = await sides[at]?.take();
				if (sample !== undefined) samples[at]?.[round]?.push(sample);
			}
		}
	}
	return samples.map(summarise);
}
