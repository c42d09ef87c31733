import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { inputLines, PacedInput } from "./paced-input.ts";

test("input is parted into lines that end as the Enter key ends them", () => {
	assert.deepEqual(inputLines("Ada\n36\r\nrest"), ["Ada\r", "36\r", "rest"]);
	assert.deepEqual(inputLines("\n"), ["\r"]);
	assert.deepEqual(inputLines(""), []);
});

test("a line is typed when the program has asked and waits, and not while it prints", (context) => {
	mock.timers.enable({ apis: ["setTimeout"] });
	context.after(() => mock.timers.reset());
	const typed: string[] = [];
	const input = new PacedInput("Ada\n36\n", (text) => typed.push(text));
	input.start();
	for (let at = 0; at < 20; at++) {
		mock.timers.tick(100);
		input.heard();
	}
	assert.deepEqual(typed, []);
	mock.timers.tick(150);
	assert.deepEqual(typed, ["Ada\r"]);
	input.heard();
	mock.timers.tick(150);
	assert.deepEqual(typed, ["Ada\r", "36\r"]);
});

test("a program that asks nothing gets its lines all the same, and one that is over gets none", (context) => {
	mock.timers.enable({ apis: ["setTimeout"] });
	context.after(() => mock.timers.reset());
	const typed: string[] = [];
	const input = new PacedInput("1\n2\n3\n", (text) => typed.push(text));
	input.start();
	mock.timers.tick(600);
	mock.timers.tick(600);
	assert.deepEqual(typed, ["1\r", "2\r"]);
	input.stop();
	mock.timers.tick(10_000);
	assert.deepEqual(typed, ["1\r", "2\r"]);
});
