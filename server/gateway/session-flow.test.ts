import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { floodByte } from "./testing/door-double.ts";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("PROTOCOL.md P7: input beyond the credit closes with 4411 and ends the session", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	page.run(1, "deaf");
	await page.next("started");
	page.sendStdin(Buffer.alloc(32_768));
	page.sendStdin(Buffer.alloc(32_768));
	page.send({ type: "resize", run: 1, columns: 90, rows: 20 });
	await page.until(
		() => door.requests.some(({ type }) => type === "resize") || page.messages.some(({ type }) => type === "ack") || undefined,
	);
	assert.equal(page.closeCode, null);
	page.sendStdin(Buffer.alloc(1));
	assert.equal(await page.closed(), 4411);
	await door.untilLeases(0);
});

test("ATTACKS 5: 100 MB flooded at a client that reads slowly arrive complete, while the server's memory stays flat", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	const totalBytes = 100 * 1_048_576;
	let received = 0;
	let wrong = 0;
	let mostAheadBytes = 0;
	page.onOutput = (bytes) => {
		for (let index = 0; index < bytes.length; index += 97) if (bytes[index] !== floodByte(received + index)) wrong++;
		received += bytes.length;
		mostAheadBytes = Math.max(mostAheadBytes, door.floodedBytes - received);
		if (received % (8 * 1_048_576) < bytes.length) {
			if (beforeBytes === 0) beforeBytes = usedBytes();
			else grownBytes.push(usedBytes() - beforeBytes);
		}
		if (received % 1_048_576 < bytes.length) {
			page.socket.pause();
			setTimeout(() => page.socket.resume(), 5);
		}
	};
	const usedBytes = (): number => {
		collectGarbage();
		const { heapUsed, external } = process.memoryUsage();
		return heapUsed + external;
	};
	const grownBytes: number[] = [];
	let beforeBytes = 0;
	page.run(1, `flood ${totalBytes}`);
	await page.until(() => (received === totalBytes ? true : undefined), "end of the flood", 120_000);
	await page.exitOf(1);
	assert.equal(wrong, 0);
	const mostBytes = Math.max(...grownBytes);
	context.diagnostic(`at most ${mostAheadBytes} bytes between program and page; memory grew by ${mostBytes} bytes at most`);
	assert.ok(mostAheadBytes < 4 * 1_048_576, `${mostAheadBytes} bytes were under way`);
	// Buffers are freed some time after they were let go; what is kept would be in every one of the last figures.
	const keptBytes = Math.min(...grownBytes.slice(-5));
	assert.ok(keptBytes < 8 * 1_048_576 && mostBytes < 48 * 1_048_576, `memory grew: ${grownBytes.join(", ")}`);
	page.close();
});

test("ATTACKS 7: a page that acknowledges nothing holds its program back, and is dropped when it stays so", async (context) => {
	const { url, door } = await openFixture(context, { timings: { pingEveryMs: 50, stallMs: 400 } });
	const page = await TestPage.open(url, { doesAcknowledge: false });
	page.run(1, `flood ${100 * 1_048_576}`);
	assert.equal(await page.closed(), 4408);
	assert.ok(page.outputBytes <= 262_144, `${page.outputBytes} bytes came without an acknowledgement`);
	assert.ok(door.floodedBytes < 4 * 1_048_576, `${door.floodedBytes} bytes were taken from the program`);
	await door.untilLeases(0);
});
