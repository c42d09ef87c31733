import assert from "node:assert/strict";
import { test } from "node:test";
import { isWellFormedText } from "../../../protocol/files.ts";
import { clip } from "./clipping.ts";

test("a short output is left as it is", () => {
	assert.deepEqual(clip("hello\n", 6), { text: "hello\n", missingCharacters: 0 });
});

test("of a long output beginning and end are left, and the note between them tells what is missing", () => {
	const { text, missingCharacters } = clip(`${"a".repeat(500)}${"b".repeat(500)}`, 100);
	assert.equal(missingCharacters, 900);
	assert.match(text, /^a{50}\n\[\.\.\. 900 characters are left out here \.\.\.\]\nb{50}$/);
});

test("a character of two units is left out as a whole, wherever the cut falls", () => {
	for (let shift = 0; shift < 4; shift++) {
		const { text } = clip("x".repeat(shift) + "😀".repeat(200), 101);
		assert.ok(isWellFormedText(text), `shift ${shift}`);
	}
});
