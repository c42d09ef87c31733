import assert from "node:assert/strict";
import test from "node:test";
import { formatArgumentLine, parseArgumentLine } from "./argument-line.ts";

function parsed(line: string): string[] {
	const result = parseArgumentLine(line);
	assert.ok("arguments" in result, JSON.stringify(result));
	return result.arguments;
}

test("arguments are parted at spaces, and quotes keep words together", () => {
	assert.deepEqual(parsed(""), []);
	assert.deepEqual(parsed("  a   b "), ["a", "b"]);
	assert.deepEqual(parsed(`--name "Ada Lovelace" 'it is' ""`), ["--name", "Ada Lovelace", "it is", ""]);
	assert.deepEqual(parsed(`a"b"'c'd\\ e`), ["abcd e"]);
	assert.deepEqual(parsed(`"a \\" b" '\\'`), [`a " b`, "\\"]);
});

test("nothing is expanded, as a shell would", () => {
	assert.deepEqual(parsed("$HOME * ; `id` | x"), ["$HOME", "*", ";", "`id`", "|", "x"]);
});

test("what is not closed, and what is too much, is told", () => {
	for (const line of [`"a`, "'", "a\\", "x ".repeat(65), "y".repeat(4_097)])
		assert.ok("problem" in parseArgumentLine(line), line.slice(0, 20));
});

test("arguments that are written as a line are read back as they were", () => {
	for (const words of [[], ["a", "b c"], ["", " "], ["it's", 'say "so"', "back\\slash", "$HOME", "new\nline"]]) {
		assert.deepEqual(parsed(formatArgumentLine(words)), words);
	}
});
