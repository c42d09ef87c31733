import assert from "node:assert/strict";
import { test } from "node:test";
import { showableText } from "./hostile-text.ts";

test("ATTACKS.md 40: markup stays the characters that it is", () => {
	assert.equal(showableText("<img src=x onerror=alert(1)>"), "<img src=x onerror=alert(1)>");
});

test("ATTACKS.md 35: escapes, bidirectional overrides and characters without width become visible", () => {
	assert.equal(showableText("\x1b]52;c;x\x07"), "\ufffd]52;c;x\ufffd");
	assert.equal(showableText("denied\u202edewolla"), "denied\ufffddewolla");
	assert.equal(showableText("a\u200bb\ufeffc\u00add\u2066e"), "a\ufffdb\ufffdc\ufffdd\ufffde");
});

test("what is long is cut, between characters", () => {
	assert.equal(showableText("x".repeat(10_000)).length, 601);
	assert.equal(showableText("⏳🏖️", 1), "⏳…");
	assert.equal(showableText("🏖🏖🏖", 2), "🏖🏖…");
});

test("other scripts, line breaks and tabs are read as they were meant", () => {
	assert.equal(showableText("naïve\n\tπ 東京 مرحبا"), "naïve π 東京 مرحبا");
});
