import assert from "node:assert/strict";
import { test } from "node:test";
import { hasGrown, trendsOf } from "./flatness.ts";
import type { Life } from "./watch.ts";

const MiB = 1_048_576;

/** A life of so many seconds, sampled each second. */
function lifeOf(seconds: number, memoryAt: (second: number) => number, descriptorsAt: (second: number) => number = () => 30): Life {
	const samples = Array.from({ length: seconds + 1 }, (_, second) => ({
		atMs: 5_000 + second * 1_000,
		memoryBytes: memoryAt(second) * MiB,
		descriptors: descriptorsAt(second),
	}));
	return { name: "gateway", pid: 2, samples };
}

const grown = (life: Life): string[] => trendsOf(life, []).flatMap((trend) => (hasGrown(trend) ? [trend.quantity] : []));

test("a process that grows in its first half minute and stays there afterwards is flat, collections included", () => {
	assert.deepEqual(grown(lifeOf(180, (second) => (second < 30 ? 60 + second * 3 : 150 + (second % 10)))), []);
});

test("memory that rises all the while is reported, and so are descriptors", () => {
	assert.deepEqual(grown(lifeOf(180, (second) => 100 + second)), ["memory"]);
	assert.deepEqual(
		grown(
			lifeOf(
				180,
				() => 100,
				(second) => 30 + second,
			),
		),
		["descriptors"],
	);
});

test("the warm-up of one that took another's place begins when all is on offer again", () => {
	const life = lifeOf(180, (second) => (second < 60 ? 20 : 150));
	assert.deepEqual(grown(life), ["memory"]);
	const outage = { what: "the gateway", fromMs: 4_000, hereAgainMs: 6_000, offeredAgainMs: 60_000 };
	assert.deepEqual(trendsOf(life, [outage]).filter(hasGrown), []);
});

test("of a life that ended soon after its warm-up nothing is said", () => {
	const [memory] = trendsOf(
		lifeOf(59, (second) => 100 * second),
		[],
	);
	assert.equal(memory?.thirds, null);
});
