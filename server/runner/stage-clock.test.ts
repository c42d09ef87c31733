import assert from "node:assert/strict";
import test from "node:test";
import { StageClock } from "./stage-clock.ts";

function open() {
	let nowMs = 100;
	const clock = new StageClock(() => nowMs);
	return {
		clock,
		pass(ms: number): void {
			nowMs += ms;
		},
	};
}

test("the stages follow one another, and are together the time from the asking to the end", () => {
	const { clock, pass } = open();
	pass(3);
	clock.stepBegan("compile");
	pass(10);
	clock.spoke();
	pass(90);
	clock.stepBegan("run");
	pass(25);
	clock.spoke();
	pass(40);
	clock.spoke();
	assert.deepEqual(clock.read(), { claimMs: 3, compileMs: 100, startMs: 25, runMs: 40 });
});

test("a program that prints nothing has no start, and one that did not compile never ran", () => {
	const silent = open();
	silent.clock.stepBegan("run");
	silent.pass(12);
	assert.deepEqual(silent.clock.read(), { claimMs: 0, compileMs: null, startMs: null, runMs: 12 });
	const broken = open();
	broken.clock.stepBegan("compile");
	broken.pass(7);
	broken.clock.spoke();
	broken.pass(1);
	assert.deepEqual(broken.clock.read(), { claimMs: 0, compileMs: 8, startMs: null, runMs: null });
});

test("a run whose sandbox never came has no figures", () => {
	const { clock, pass } = open();
	pass(50);
	assert.equal(clock.read(), null);
});
