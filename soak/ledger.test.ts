import assert from "node:assert/strict";
import { test } from "node:test";
import { type Fate, Ledger, type Outage, type RunPlan } from "./ledger.ts";
import { judge } from "./verdict.ts";

/** The soak must be able to fail: each kind of fault is made here once, beside the same without it. */

const plan: RunPlan = {
	person: "typist",
	language: "python",
	tier: "container",
	expects: (outcome) => outcome.kind === "exited" && outcome.code === 0,
};
const longestRunMs = 60_000;
const outage: Outage = { what: "the runner", fromMs: 10_000, hereAgainMs: 12_000, offeredAgainMs: 40_000 };

/** A run that began at 0 and came to this. */
function verdictOn(fate: Fate | null, { atMs = 5_000, outages = [] as Outage[] } = {}) {
	const ledger = new Ledger(() => 0);
	const run = ledger.open(plan);
	if (fate !== null) run.end(fate, atMs);
	return judge(ledger.records, outages, longestRunMs, 0);
}

const nothing = { silent: [], overlong: [], unexplained: [], wrong: [] };
const finished: Fate = { kind: "exit", outcome: { kind: "exited", code: 0 } };
const lost: Fate = { kind: "exit", outcome: { kind: "lost", code: "sandboxLost" } };

test("a run that ends as its program does, and one whose user left, are no fault", () => {
	assert.deepEqual(verdictOn(finished), nothing);
	assert.deepEqual(verdictOn({ kind: "left" }), nothing);
});

test("a run without an end is reported, with who waited for it", () => {
	assert.deepEqual(verdictOn(null), { ...nothing, silent: ["typist, python in container, begun at 0 s"] });
});

test("a run that ends after its limits and the slack is reported", () => {
	assert.deepEqual(verdictOn(finished, { atMs: longestRunMs }), nothing);
	assert.equal(verdictOn(finished, { atMs: longestRunMs + 1 }).overlong.length, 1);
});

test("a loss and a closed connection are a fault, except while something that was killed is away", () => {
	const closed: Fate = { kind: "closed", closeCode: 1006 };
	for (const fate of [lost, closed]) {
		assert.equal(verdictOn(fate).unexplained.length, 1);
		assert.deepEqual(verdictOn(fate, { atMs: 11_000, outages: [outage] }), nothing);
		assert.equal(verdictOn(fate, { atMs: 9_999, outages: [outage] }).unexplained.length, 1, "before the kill");
		assert.equal(verdictOn(fate, { atMs: 39_000, outages: [outage] }).unexplained.length, 1, "long after it");
		assert.deepEqual(verdictOn(fate, { atMs: 39_000, outages: [{ ...outage, hereAgainMs: null }] }), nothing);
	}
});

test("a refusal is a fault, except until all is on offer again", () => {
	const refused: Fate = { kind: "refused", code: "tiersChecking" };
	assert.equal(verdictOn(refused).unexplained.length, 1);
	assert.deepEqual(verdictOn(refused, { atMs: 39_000, outages: [outage] }), nothing);
	assert.equal(verdictOn(refused, { atMs: 51_000, outages: [outage] }).unexplained.length, 1);
});

test("an end that such a program cannot have, and what a user saw wrong, are faults whatever was killed", () => {
	const crashed: Fate = { kind: "exit", outcome: { kind: "exited", code: 1 } };
	const saw: Fate = { kind: "wrong", what: "no echo" };
	for (const fate of [crashed, saw]) assert.equal(verdictOn(fate, { atMs: 11_000, outages: [outage] }).wrong.length, 1);
});

test("a run has one end: what is said after it changes nothing", () => {
	const ledger = new Ledger(() => 0);
	const run = ledger.open(plan);
	run.end(finished, 1_000);
	run.end(lost, 2_000);
	assert.deepEqual(ledger.records[0]?.end, { atMs: 1_000, fate: finished });
});
