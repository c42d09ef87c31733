import assert from "node:assert/strict";
import test from "node:test";
import { formatStage, timeRows } from "./time-rows.ts";

test("a run's stages stand one behind the other, and fill the whole time", () => {
	const { rows, total } = timeRows({ queueMs: 0.4, claimMs: 1.6, compileMs: 120, startMs: 28, runMs: 1_850 });
	assert.equal(total, "2.00 s");
	assert.deepEqual(
		rows.map(({ name, duration }) => `${name} ${duration}`),
		["Queue 0.4 ms", "Claim 1.6 ms", "Compile 120 ms", "Start 28 ms", "Run 1.85 s"],
	);
	let end = 0;
	for (const { startShare, share } of rows) {
		assert.ok(Math.abs(startShare - end) < 1e-9);
		end = startShare + share;
	}
	assert.ok(Math.abs(end - 1) < 1e-9);
});

test("a stage that was not there has no row, and a program that printed nothing is said to have", () => {
	const { rows } = timeRows({ queueMs: 0, claimMs: 0, compileMs: null, startMs: null, runMs: 12 });
	assert.deepEqual(
		rows.map(({ name, sentence }) => [name, sentence]),
		[
			["Queue", "waiting for a free place"],
			["Claim", "getting a clean sandbox"],
			["Run", "it printed nothing"],
		],
	);
	assert.equal(timeRows({ queueMs: 0, claimMs: 0, compileMs: null, startMs: null, runMs: null }).rows[0]?.share, 0);
});

test("durations keep three figures, whatever their size", () => {
	for (const [ms, text] of [
		[0, "0.0 ms"],
		[9.96, "10 ms"],
		[999.4, "999 ms"],
		[999.6, "1.00 s"],
		[9_996, "10.0 s"],
		[300_000, "300 s"],
	] as const)
		assert.equal(formatStage(ms), text);
});
