import assert from "node:assert/strict";
import { test } from "node:test";
import { cellKey } from "./cell-key.ts";

const cell = { language: "python", files: [{ name: "", content: "print(1)\n" }] };

test("white space that mark-up tools change does not change a cell's key", async () => {
	const key = await cellKey(cell);
	assert.match(key, /^[0-9a-f]{32}$/);
	for (const content of ["print(1)", "print(1)  \r\n\r\n"]) assert.equal(await cellKey({ ...cell, files: [{ name: "", content }] }), key);
});

test("whatever changes what runs changes the key", async () => {
	const others = [
		{ ...cell, language: "ruby" },
		{ ...cell, version: "3.11" },
		{ ...cell, files: [{ name: "", content: "print(2)\n" }] },
		{ ...cell, files: [{ name: "a.py", content: "print(1)\n" }] },
		{ ...cell, files: [{ name: "", content: "\tprint(1)\n" }] },
		{ ...cell, arguments: ["-v"] },
		{ ...cell, stdin: "Ada" },
		{ ...cell, after: ["0".repeat(32)] },
	];
	const keys = await Promise.all([cell, ...others].map(cellKey));
	assert.equal(new Set(keys).size, keys.length);
});
