import assert from "node:assert/strict";
import { test } from "node:test";
import { findFilesProblem, isValidPath, isWellFormedText, maxFiles, maxFilesBytes, maxPathBytes, printableName } from "./files.ts";

const file = (name: string, content = "") => ({ name, content });

test("ATTACKS 17: a path that leaves the workspace or hides what it is, is refused and named in print", () => {
	const bad = [
		"",
		".",
		"..",
		"../x",
		"a/../b",
		"a/./b",
		"/etc/passwd",
		"a//b",
		"a/",
		"a\\b",
		"a\0b",
		"a\nb",
		"a\rb",
		"a\u007fb",
		" a",
		"a ",
		"a/ b",
	];
	for (const name of [
		...bad,
		"a\u202eb",
		"a\u200bb",
		"a\u2028b",
		"\ud800",
		"x".repeat(maxPathBytes + 1),
		"é".repeat(maxPathBytes / 2 + 1),
	]) {
		assert.equal(isValidPath(name), false, JSON.stringify(name));
		const problem = findFilesProblem([file("good.py"), file(name)]);
		assert.deepEqual(problem, { code: "invalidFileName", file: printableName(name) });
		assert.doesNotMatch(problem?.file ?? "", /[\p{Cc}\p{Cf}\u2028]/u);
	}
	for (const name of [
		"a",
		"a.py",
		"a/b/c.txt",
		"...",
		".gitignore",
		"ünïcode.py",
		"two words.py",
		"x".repeat(maxPathBytes),
		"é".repeat(maxPathBytes / 2),
	])
		assert.equal(findFilesProblem([file(name)]), null, name);
});

test("ATTACKS 17: names that a reader or a file system takes for the same are refused: Unicode form, case, a file that is also a folder", () => {
	for (const [first, second] of [
		["\u00e9.py", "e\u0301.py"],
		["Main.py", "main.py"],
		["\ufb01le", "file"],
		["a", "a/b"],
		["a/b/c", "A"],
	])
		assert.equal(findFilesProblem([file(first ?? ""), file(second ?? "")])?.code, "duplicateFileName", `${first} ${second}`);
	assert.equal(findFilesProblem([file("a/b"), file("a/c"), file("ab")]), null);
});

test("counts and sizes are taken up to the limit and not beyond, in bytes and over all files", () => {
	assert.equal(findFilesProblem([])?.code, "noFile");
	const many = Array.from({ length: maxFiles + 1 }, (_, index) => file(`f${index}`));
	assert.equal(findFilesProblem(many.slice(1)), null);
	assert.equal(findFilesProblem(many)?.code, "tooManyFiles");
	assert.equal(findFilesProblem([file("a", "x".repeat(maxFilesBytes))]), null);
	assert.equal(findFilesProblem([file("a", "x".repeat(maxFilesBytes)), file("b", "x")])?.code, "filesTooLarge");
	assert.equal(findFilesProblem([file("a", "€".repeat(maxFilesBytes / 2))])?.code, "filesTooLarge");
});

test("ATTACKS 8: text that UTF-8 cannot carry unchanged is refused, NUL and the rest is taken", () => {
	for (const text of ["\ud800", "a\udc00", "\udc00\ud800", "\ud83d"]) {
		assert.equal(isWellFormedText(text), false);
		assert.equal(findFilesProblem([file("a", text)])?.code, "invalidText");
	}
	for (const text of ["", "\0\u0001", "😀", "\ufeff"]) assert.equal(findFilesProblem([file("a", text)]), null);
});
