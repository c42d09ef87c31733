import assert from "node:assert/strict";
import { test } from "node:test";
import { OutputPace, type Printer } from "./output-pace.ts";

const chunkBytes = 65_536;

/** A program that prints as fast as it is let. */
class Flood implements Printer {
	printedBytes = 0;
	#isHeld = false;
	readonly #pace: OutputPace;

	constructor(pace: OutputPace) {
		this.#pace = pace;
	}

	letGo(): void {
		this.#isHeld = false;
	}

	print(): void {
		if (this.#isHeld) return;
		this.printedBytes += chunkBytes;
		this.#isHeld = !this.#pace.spend(this, chunkBytes);
	}
}

/** So many milliseconds, in each of which every flood prints a chunk where it may. */
function pass(clock: { ms: number }, pace: OutputPace, floods: readonly Flood[], ms: number, isTyping: boolean): void {
	for (let passed = 0; passed < ms; passed++) {
		clock.ms++;
		if (isTyping) pace.typed(1);
		pace.wake();
		for (const flood of floods) flood.print();
	}
}

test("while somebody types, all that print share one budget evenly; while nobody does, nobody is held", () => {
	const clock = { ms: 0 };
	const pace = new OutputPace(() => clock.ms);
	const floods = [new Flood(pace), new Flood(pace), new Flood(pace), new Flood(pace)];
	pass(clock, pace, floods, 100, false);
	for (const { printedBytes } of floods) assert.equal(printedBytes, 100 * chunkBytes);
	pass(clock, pace, floods, 10_000, true);
	const printed = floods.map(({ printedBytes }) => (printedBytes - 100 * chunkBytes) / 1_048_576);
	const together = printed.reduce((sum, mebibytes) => sum + mebibytes, 0);
	// Ten seconds of the budget, what each has free, and a chunk ahead.
	assert.ok(together > 20 && together < 20 + 4 * 2.6 + 1, `${together}`);
	assert.ok(Math.max(...printed) - Math.min(...printed) <= 0.2, `${printed}`);
	pass(clock, pace, floods, 2_100, false);
	const before = floods.map(({ printedBytes }) => printedBytes);
	pass(clock, pace, floods, 100, false);
	for (const [index, { printedBytes }] of floods.entries()) assert.equal(printedBytes - (before[index] ?? 0), 100 * chunkBytes);
	pace.close();
});

test("echoes, prompts and screens of text are never held, and a paste is no typing", () => {
	const clock = { ms: 0 };
	const pace = new OutputPace(() => clock.ms);
	const [flood, typist] = [new Flood(pace), new Flood(pace)];
	for (let key = 0; key < 1_000; key++) {
		pass(clock, pace, [flood], 20, true);
		assert.equal(pace.spend(typist, 4_000), true);
	}
	const pasted = new OutputPace(() => clock.ms);
	pasted.typed(10_000);
	const other = new Flood(pasted);
	for (let chunk = 0; chunk < 100; chunk++) other.print();
	assert.equal(other.printedBytes, 100 * chunkBytes);
	for (const it of [pace, pasted]) it.close();
});
