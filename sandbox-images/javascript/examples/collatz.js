// Which start below ten thousand takes the longest way down to one? Generators and maps find out.

const known = new Map([[1, 0]]);

/** Halve what is even; triple what is odd, and add one. */
function* wayDown(start) {
	for (let number = start; ; number = number % 2 === 0 ? number / 2 : 3 * number + 1) yield number;
}

/** Steps from `start` to one. Whatever is met on the way is remembered. */
function stepsFrom(start) {
	const met = [];
	for (const number of wayDown(start)) {
		if (known.has(number)) {
			const rest = known.get(number);
			met.forEach((other, index) => known.set(other, rest + met.length - index));
			return known.get(start);
		}
		met.push(number);
	}
}

const ranked = Array.from({ length: 9_999 }, (_, index) => index + 1)
	.map((start) => ({ start, steps: stepsFrom(start) }))
	.sort((a, b) => b.steps - a.steps || a.start - b.start);

const [{ steps: most }] = ranked;
for (const { start, steps } of ranked.slice(0, 6)) {
	console.log(`${String(start).padStart(6)}  \x1b[36m${"▇".repeat((steps / most) * 40)}\x1b[0m ${steps}`);
}

const highest = ranked.slice(0, 1).map(({ start }) => Math.max(...[...wayDown(start).take(most)]));
console.log(`\n${known.size.toLocaleString()} numbers were met; the longest way climbs to ${highest}.`);
