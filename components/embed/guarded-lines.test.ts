import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorState } from "@codemirror/state";
import { byAuthor, guardLines, type LineRange } from "./guarded-lines.ts";

const code = "one\ntwo\nthree\nfour\nfive";

function open(...ranges: LineRange[]): EditorState {
	return EditorState.create({ doc: code, extensions: guardLines(ranges) });
}

function replace(state: EditorState, from: number, to: number, insert: string): EditorState {
	return state.update({ changes: { from, to, insert } }).state;
}

test("a read-only line is not changed, not split, not joined and not removed", () => {
	const state = open([2, 3]);
	const { from, to } = { from: state.doc.line(2).from, to: state.doc.line(3).to };
	for (const [start, end, text] of [
		[from, from, "x"],
		[from + 1, from + 1, "x"],
		[to, to, "x"],
		[to, to, "\nx"],
		[from - 1, from, ""],
		[to, to + 1, ""],
		[0, code.length, ""],
		[0, from + 1, "x"],
	] as const)
		assert.equal(replace(state, start, end, text).doc.toString(), code, `${start} to ${end}`);
});

test("lines above and below it can be changed, and it is guarded where it moves to", () => {
	let state = open([2, 3]);
	state = replace(state, 0, 0, "zero\n");
	assert.equal(state.doc.line(3).text, "two");
	state = replace(state, state.doc.length, state.doc.length, "\nsix");
	const moved = state.doc.line(3);
	assert.equal(replace(state, moved.from, moved.to, "TWO").doc.toString(), state.doc.toString());
	assert.equal(replace(state, 0, 4, "0").doc.line(1).text, "0");
	assert.equal(replace(state, state.doc.line(5).from, state.doc.line(5).to, "4").doc.line(5).text, "4");
});

test("the author's own change goes through, and the same lines are guarded after it", () => {
	const state = open([2, 2]).update({ changes: { from: 0, to: code.length, insert: "a\nb\nc" }, annotations: byAuthor.of(true) }).state;
	assert.equal(state.doc.toString(), "a\nb\nc");
	assert.equal(replace(state, 2, 3, "B").doc.toString(), "a\nb\nc");
	assert.equal(replace(state, 0, 1, "A").doc.toString(), "A\nb\nc");
});

test("ranges beyond the end, turned round or overlapping do no harm", () => {
	const state = open([4, 2], [3, 99], [50, 60]);
	assert.equal(replace(state, 0, 3, "1").doc.line(1).text, "1");
	assert.equal(replace(state, code.length, code.length, "!").doc.toString(), code);
});
