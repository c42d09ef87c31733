/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Lets a random, short time pass: some turns of the event loop. */
export async function randomTurns(random: () => number, most: number): Promise<void> {
	for (let left = Math.floor(random() * most); left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}
