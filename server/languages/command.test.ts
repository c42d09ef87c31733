import assert from "node:assert/strict";
import { test } from "node:test";
import { fillCommand } from "./command.ts";

test("{file} and {stem} stand for the entry, inside a word too", () => {
	assert.deepEqual(fillCommand(["/x", "{file}", "-o={stem}.out"], "src/main.go", []), ["/x", "src/main.go", "-o=src/main.out"]);
});

test("{sources} becomes every file of the entry's kind, the entry first", () => {
	const files = ["a.c", "main.c", "a.h", "b.c"];
	assert.deepEqual(fillCommand(["/cc", "{sources}", "-lm"], "main.c", files), ["/cc", "main.c", "a.c", "b.c", "-lm"]);
});

test("a name that looks like an option becomes none (ATTACKS.md 34)", () => {
	assert.deepEqual(fillCommand(["/cc", "{sources}"], "-main.c", ["-main.c", "-o.c"]), ["/cc", "./-main.c", "./-o.c"]);
	assert.deepEqual(fillCommand(["/java", "{stem}"], "-jar.java", []), ["/java", "./-jar"]);
});

test("a name that looks like a placeholder or a replacement pattern stays as it is", () => {
	assert.deepEqual(fillCommand(["/x", "{file}"], "{stem}$&.py", []), ["/x", "{stem}$&.py"]);
});
