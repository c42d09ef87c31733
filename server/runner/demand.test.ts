import assert from "node:assert/strict";
import { test } from "node:test";
import { Demand } from "./demand.ts";

const minuteMs = 60_000;

test("a burst is worth as many as came while one was being made, and half of that a minute later, until nothing", () => {
	const demand = new Demand();
	demand.created(250);
	assert.equal(demand.wanted(0), 0);
	for (let claim = 0; claim < 16; claim++) demand.claimed(1_000 + claim * 10);
	assert.equal(demand.wanted(1_200), 16);
	const later = [1, 2, 3, 4, 6].map((minutes) => demand.wanted(1_150 + minutes * minuteMs));
	assert.deepEqual(later, [8, 4, 2, 1, 0]);
});

test("one reader after the other is worth one, however many they are", () => {
	const demand = new Demand();
	demand.created(250);
	for (let claim = 0; claim < 100; claim++) demand.claimed(claim * 300);
	assert.equal(demand.wanted(30_000), 1);
});

test("a driver that makes one in a tenth of the time keeps fewer warm for the same claims", () => {
	const wantedOf = (creationMs: number): number => {
		const demand = new Demand();
		demand.created(creationMs);
		for (let claim = 0; claim < 40; claim++) demand.claimed(claim * 20);
		return demand.wanted(800);
	};
	assert.equal(wantedOf(250), 13);
	assert.equal(wantedOf(25), 2);
});

test("what making one takes is a moving figure, and a smaller burst does not shrink what a larger one is still worth", () => {
	const demand = new Demand();
	demand.created(100);
	for (let made = 0; made < 30; made++) demand.created(200);
	assert.ok(Math.abs(demand.creationMs - 200) < 1, `${demand.creationMs}`);
	for (let claim = 0; claim < 8; claim++) demand.claimed(0);
	demand.claimed(10_000);
	assert.equal(demand.wanted(10_000), 8);
});
