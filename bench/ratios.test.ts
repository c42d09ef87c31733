import assert from "node:assert/strict";
import { test } from "node:test";
import { compareRatios, guardedRatios, type Ratios } from "./ratios.ts";

const verdictsOf = (measured: Ratios, committed: Record<string, number>): Record<string, string> =>
	Object.fromEntries(compareRatios(measured, committed).map(({ ratio, verdict }) => [ratio.id, verdict]));

test("a ratio may fall behind the committed one by its margin and no further, from whichever side is better", () => {
	const committed = { "compile-c": 1, "rate-docker-run": 14 };
	assert.equal(verdictsOf({ "compile-c": 1.3 }, committed)["compile-c"], "held");
	assert.equal(verdictsOf({ "compile-c": 1.31 }, committed)["compile-c"], "FELL");
	assert.equal(verdictsOf({ "rate-docker-run": 10 }, committed)["rate-docker-run"], "held");
	assert.equal(verdictsOf({ "rate-docker-run": 9.9 }, committed)["rate-docker-run"], "FELL");
	assert.equal(verdictsOf({ "compile-c": 0.2, "rate-docker-run": 99 }, committed)["rate-docker-run"], "held");
});

test("a figure that does not grow with the number of sessions has not fallen, however lucky the committed run was", () => {
	const committed = { "growth-echo": 0.2 };
	assert.equal(verdictsOf({ "growth-echo": 1 }, committed)["growth-echo"], "held");
	assert.equal(verdictsOf({ "growth-echo": 1.01 }, committed)["growth-echo"], "FELL");
	assert.equal(verdictsOf({ "growth-echo": 3 }, { "growth-echo": 1.5 })["growth-echo"], "held");
});

test("what is committed and was not measured has not been held; what is not committed cannot fall", () => {
	assert.equal(verdictsOf({}, { echo: 2 }).echo, "not measured");
	assert.equal(verdictsOf({ echo: 2 }, {}).echo, "nothing committed");
});

test("every ratio has an id of its own and a margin that lets something through, but not anything", () => {
	assert.equal(new Set(guardedRatios.map(({ id }) => id)).size, guardedRatios.length);
	for (const { id, margin } of guardedRatios) assert.ok(margin > 0 && margin <= 1, id);
});
