import assert from "node:assert/strict";
import { test } from "node:test";
import { type Goal, goals, verdictOf } from "./goals.ts";

const atMost: Goal = { id: "m", name: "memory", unit: "MB", bound: "at most", must: 4, aim: 2 };
const atLeast: Goal = { id: "r", name: "rate", unit: "×", bound: "at least", must: 8, aim: 12 };

test("a goal that is just reached is met, from whichever side its bound is", () => {
	assert.deepEqual(
		[2, 2.01, 4, 4.01].map((value) => verdictOf(atMost, value)),
		["aim met", "met", "met", "MISSED"],
	);
	assert.deepEqual(
		[12, 11.9, 8, 7.9].map((value) => verdictOf(atLeast, value)),
		["aim met", "met", "met", "MISSED"],
	);
});

test("what was not measured is told as such, and a figure that is no number is missed", () => {
	assert.equal(verdictOf(atMost, undefined), "not measured");
	assert.equal(verdictOf(atMost, Number.NaN), "MISSED");
	assert.equal(verdictOf(atLeast, Number.NaN), "MISSED");
});

test("every goal has a name of its own, and no aim is easier than its must", () => {
	assert.equal(new Set(goals.map(({ id }) => id)).size, goals.length);
	for (const goal of goals) if (goal.aim !== null) assert.notEqual(verdictOf(goal, goal.aim), "MISSED", goal.id);
});
