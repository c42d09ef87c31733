import assert from "node:assert/strict";
import { test } from "node:test";
import { compareOutputs, plainLines } from "./compare-outputs.ts";

const different = (outputs: readonly string[]): string[][] =>
	compareOutputs(outputs).map((lines) => lines.filter((it) => it.isDifferent).map((it) => it.text));

test("equal outputs have no different line, however their lines end", () => {
	assert.deepEqual(different(["a\r\nb\r\n", "a\nb\n", "a\nb\n\n"]), [[], [], []]);
});

test("a changed, an added and a missing line are marked in the output that has them, the lines around them are not", () => {
	assert.deepEqual(different(["a\nb\nc", "a\nB\nc"]), [["b"], ["B"]]);
	assert.deepEqual(different(["a\nc", "a\nb\nc"]), [[], ["b"]]);
	assert.deepEqual(different(["a\nb\nc", "a\nc"]), [["b"], []]);
	assert.deepEqual(different(["a\nb", "a\nb", "a\nx"]), [["b"], [], ["x"]]);
});

test("colours, titles and overwritten progress do not count", () => {
	assert.deepEqual(plainLines("\u001b[31mred\u001b[0m\r\n10 %\r100 %\r\n\u001b]0;title\u0007end\r\n\r\n"), ["red", "100 %", "end"]);
});

test("long outputs are compared by place, and in no time", () => {
	const long = Array.from({ length: 5_000 }, (_, at) => String(at)).join("\n");
	assert.deepEqual(different([long, long.replace("\n77\n", "\nseventy-seven\n")]), [["77"], ["seventy-seven"]]);
});
