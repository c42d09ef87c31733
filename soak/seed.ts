/** Numbers that follow from a seed: the same plan for the same seed, on any machine. */

export interface Dice {
	/** From 0 to below `count`. */
	below(count: number): number;
	between(least: number, most: number): number;
	pick<T>(from: readonly T[]): T;
	/** Lower-case letters. */
	word(length: number): string;
}

/** The generator "mulberry32"; `stream` gives each person numbers of his own, whatever the others take. */
export function makeDice(seed: number, stream: number): Dice {
	let state = (seed ^ Math.imul(stream + 1, 0x9e37_79b9)) >>> 0;
	const next = (): number => {
		state = (state + 0x6d2b_79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
	};
	const below = (count: number): number => Math.floor(next() * count);
	return {
		below,
		between: (least, most) => least + below(most - least + 1),
		pick: (from) => {
			const found = from[below(from.length)];
			if (found === undefined) throw new Error("nothing to pick from");
			return found;
		},
		word: (length) => Array.from({ length }, () => String.fromCharCode(97 + below(26))).join(""),
	};
}
