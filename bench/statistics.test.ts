import assert from "node:assert/strict";
import { test } from "node:test";
import { quantile, ratioOf, summarise } from "./statistics.ts";

test("a quantile lies between its neighbours in proportion", () => {
	assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
	assert.equal(quantile([10, 20, 30, 40, 50], 0.5), 30);
	assert.ok(Math.abs(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95) - 9.55) < 1e-9);
});

test("the ends of a quantile are the smallest and the largest sample", () => {
	assert.equal(quantile([3, 7, 9], 0), 3);
	assert.equal(quantile([3, 7, 9], 1), 9);
	assert.equal(quantile([4], 0.95), 4);
});

test("a quantile of nothing, or beyond the ends, is refused rather than made up", () => {
	assert.throws(() => quantile([], 0.5), RangeError);
	assert.throws(() => quantile([1], 1.5), RangeError);
	assert.throws(() => quantile([1], Number.NaN), RangeError);
});

test("a summary sorts by size, not as text, and leaves its input as it was", () => {
	const round = [100, 9, 20];
	const summary = summarise([round]);
	assert.equal(summary.median, 20);
	assert.equal(summary.minimum, 9);
	assert.equal(summary.maximum, 100);
	assert.deepEqual(round, [100, 9, 20]);
});

test("the spread is that of the rounds' medians, so one outlier does not make it", () => {
	const summary = summarise([[1, 2, 900], [], [3, 4, 5]]);
	assert.equal(summary.count, 6);
	assert.equal(summary.lowestRoundMedian, 2);
	assert.equal(summary.highestRoundMedian, 4);
});

test("a summary of nothing, or of what is no number, is refused", () => {
	assert.throws(() => summarise([[], []]), RangeError);
	assert.throws(() => summarise([[1, Number.NaN]]), RangeError);
});

test("a ratio compares like with like: median with median, p95 with p95", () => {
	const ours = summarise([[10, 20, 30]]);
	const rival = summarise([[5, 10, 20]]);
	assert.equal(ratioOf(ours, rival).median, 2);
	assert.ok(Math.abs(ratioOf(ours, rival).p95 - 29 / 19) < 1e-9);
});
