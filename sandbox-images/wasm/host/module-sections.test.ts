import assert from "node:assert/strict";
import { test } from "node:test";
import { withMemoryLimit, withoutDebug } from "./module-sections.ts";

const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];
const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content];
const moduleOf = (...sections: number[][]): Uint8Array<ArrayBuffer> =>
	Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);

/** (memory 2) (func (param i32) (result i32) local.get 0 memory.grow), both exported. */
const growing = (...memory: number[]): Uint8Array<ArrayBuffer> =>
	moduleOf(
		section(1, 1, 0x60, 1, 0x7f, 1, 0x7f),
		section(3, 1, 0),
		section(5, ...memory),
		section(7, 2, ...text("memory"), 2, 0, ...text("grow"), 0, 0),
		section(10, 1, 6, 0, 0x20, 0, 0x40, 0, 0x0b),
	);

function start(module: BufferSource): (pages: number) => number {
	const { grow } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
	assert.ok(typeof grow === "function");
	return (pages) => Number(grow(pages));
}

test("a module's memory grows to the limit and not beyond, whatever it says of itself; control: as it was it grows on", () => {
	for (const memory of [
		[1, 0, 2],
		[1, 1, 2, 0x80, 0x02],
	]) {
		const grow = start(withMemoryLimit(growing(...memory), 10));
		assert.deepEqual([grow(8), grow(1)], [2, -1]);
		const unlimited = start(growing(...memory));
		assert.deepEqual([unlimited(8), unlimited(1)], [2, 10]);
	}
	const lower = start(withMemoryLimit(growing(1, 1, 2, 3), 10));
	assert.deepEqual([lower(1), lower(1)], [2, -1]);
});

test("a memory that is too large from the start, shared, of 64 bits, or one of two is refused", () => {
	for (const memory of [
		[1, 0, 11],
		[1, 3, 1, 2],
		[1, 4, 1],
		[2, 0, 1, 0, 1],
	])
		assert.throws(() => withMemoryLimit(growing(...memory), 10), RangeError, String(memory));
});

test("what a debugger wants goes, the names of functions stay, and the rest is the same", () => {
	const names = section(0, ...text("name"), 1, 2, 3);
	const kept = growing(1, 0, 2);
	const debug = section(0, ...text(".debug_info"), ...new Array(50).fill(9));
	const whole = Uint8Array.from([...kept, ...debug, ...names]);
	assert.deepEqual(withoutDebug(whole), Uint8Array.from([...kept, ...names]));
});

test("sections and numbers that are cut off are refused", () => {
	for (const bad of [[5, 9, 1], [5], [5, 0x80], [5, 0x80, 0x80, 0x80, 0x80, 0x80, 1], [0, 3, 9, 1, 1, 5, 2]])
		assert.throws(() => withMemoryLimit(moduleOf(bad), 10), RangeError, String(bad));
});
