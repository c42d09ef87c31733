import assert from "node:assert/strict";
import test from "node:test";
import { gzipSync } from "node:zlib";
import { unpackModule } from "./module-bytes.ts";

test("a module comes out as it went in, up to its limit", async () => {
	const module = new Uint8Array(100_000).map((_, at) => (at * at) & 0xff);
	assert.deepEqual(await unpackModule(gzipSync(module), module.length), module);
});

test("a bomb is not unpacked beyond the limit", async () => {
	const bomb = gzipSync(new Uint8Array(64 * 1_048_576));
	assert.ok(bomb.length < 100_000);
	await assert.rejects(unpackModule(bomb, 1_048_576), RangeError);
});

test("what is no gzip, or is cut off, is refused", async () => {
	await assert.rejects(unpackModule(new TextEncoder().encode("Trapped"), 1_000));
	await assert.rejects(unpackModule(gzipSync(new Uint8Array(1_000).fill(7)).subarray(0, 20), 10_000));
});
