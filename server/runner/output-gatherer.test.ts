import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { fullBytes, OutputGatherer } from "./output-gatherer.ts";

/** Time stands still until `pass`, so what is late is late by the gatherer's doing alone. */
function open(context: TestContext) {
	context.mock.timers.enable({ apis: ["setTimeout"] });
	let nowMs = 1_000;
	const written: { stream: string; parts: readonly Buffer[]; text: string }[] = [];
	const gatherer = new OutputGatherer(
		(stream, parts, bytes) => {
			const joined = Buffer.concat([...parts]);
			assert.equal(joined.length, bytes);
			written.push({ stream, parts, text: joined.toString() });
		},
		() => nowMs,
	);
	const pass = (ms: number): void => {
		nowMs += ms;
		context.mock.timers.tick(ms);
	};
	return { gatherer, written, pass, texts: () => written.map(({ text }) => text) };
}

const turn = (): Promise<void> => Promise.resolve();

test("an echo goes out in the turn in which it came, and so does the next key's however fast it is typed", async (context) => {
	const { gatherer, texts } = open(context);
	for (const key of "echoes") {
		gatherer.add("stdout", Buffer.from(key));
		await turn();
	}
	assert.deepEqual(texts(), [..."echoes"]);
});

test("a flood is gathered: what comes after the window's first kilobyte waits for its end, in one write", async (context) => {
	const { gatherer, written, pass, texts } = open(context);
	gatherer.add("stdout", Buffer.alloc(2_000, "a"));
	await turn();
	for (let line = 0; line < 100; line++) {
		gatherer.add("stdout", Buffer.from("b"));
		await turn();
	}
	assert.equal(written.length, 1);
	pass(8);
	assert.deepEqual(texts().slice(1), ["b".repeat(100)]);
	gatherer.add("stdout", Buffer.from("c"));
	await turn();
	assert.equal(texts()[2], "c", "after it the first byte is prompt again");
});

test("a program that writes byte by byte without end is gathered too, though it never has a kilobyte in a window", async (context) => {
	const { gatherer, written } = open(context);
	for (let byte = 0; byte < 500; byte++) {
		gatherer.add("stdout", Buffer.from("x"));
		await turn();
	}
	assert.ok(written.length <= 32, `${written.length} writes within one window`);
});

test("what is full goes out at once, and no write carries more than a frame does", async (context) => {
	const { gatherer, written } = open(context);
	gatherer.add("stdout", Buffer.alloc(2_000));
	await turn();
	for (let piece = 0; piece < 8; piece++) gatherer.add("stdout", Buffer.alloc(20_000, String(piece)));
	assert.equal(written.length, 8, "the last piece waits for the window's end");
	for (const { parts } of written) assert.ok(parts.reduce((sum, part) => sum + part.length, 0) <= fullBytes);
});

test("the order is kept between the streams and before whatever is said next", async (context) => {
	const { gatherer, written, texts } = open(context);
	gatherer.add("stdout", Buffer.from("1"));
	gatherer.add("stderr", Buffer.from("2"));
	gatherer.add("stdout", Buffer.from("3"));
	gatherer.flush();
	assert.deepEqual(texts(), ["1", "2", "3"]);
	assert.deepEqual(
		written.map(({ stream }) => stream),
		["stdout", "stderr", "stdout"],
	);
	await turn();
	assert.equal(written.length, 3);
});

test("a large piece is passed on as the bytes that came, and crumbs are copied beside one another", (context) => {
	const { gatherer, written } = open(context);
	const large = Buffer.alloc(4_000, "L");
	for (const piece of [Buffer.from("a"), Buffer.from("b"), large, Buffer.from("c")]) gatherer.add("stdout", piece);
	gatherer.flush();
	const parts = written[0]?.parts ?? [];
	assert.deepEqual(
		parts.map(({ length }) => length),
		[2, 4_000, 1],
	);
	assert.equal(parts[1], large);
	assert.equal(parts[0]?.toString(), "ab");
	assert.equal(parts[2]?.toString(), "c");
});

test("after its end nothing is written, not even what waited", async (context) => {
	const { gatherer, written, pass } = open(context);
	gatherer.add("stdout", Buffer.from("x"));
	gatherer.close();
	await turn();
	pass(100);
	assert.deepEqual(written, []);
});
