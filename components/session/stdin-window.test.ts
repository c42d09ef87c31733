import assert from "node:assert/strict";
import test from "node:test";
import { maxBinaryBytes, stdinWindowBytes } from "../../protocol/streams.ts";
import { maxQueuedInputBytes, StdinWindow } from "./stdin-window.ts";

function openWindow(): { window: StdinWindow; sent: Uint8Array[]; sentBytes: () => number } {
	const sent: Uint8Array[] = [];
	const window = new StdinWindow((bytes) => sent.push(bytes));
	window.open();
	return { window, sent, sentBytes: () => sent.reduce((sum, part) => sum + part.length, 0) };
}

test("never more than the window is on its way, and acknowledged bytes let the rest follow in order (PROTOCOL.md P7)", () => {
	const { window, sent, sentBytes } = openWindow();
	const paste = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
	assert.equal(window.write(paste), true);
	assert.equal(sentBytes(), stdinWindowBytes);
	for (let given = 0; given < paste.length; given += 10_000) {
		window.acknowledge(10_000);
		assert.ok(sentBytes() - given - 10_000 <= stdinWindowBytes);
	}
	assert.deepEqual(Buffer.concat(sent), Buffer.from(paste));
	assert.ok(sent.every((part) => part.length < maxBinaryBytes));
});

test("a paste that the queue cannot hold is refused whole", () => {
	const { window, sent } = openWindow();
	assert.equal(window.write(new Uint8Array(maxQueuedInputBytes + 1)), false);
	assert.equal(sent.length, 0);
	assert.equal(window.write(Uint8Array.of(1)), true);
	assert.equal(sent.length, 1);
});

test("what is typed before the program is there waits for it", () => {
	const sent: Uint8Array[] = [];
	const window = new StdinWindow((bytes) => sent.push(bytes));
	window.write(Uint8Array.of(1, 2));
	assert.equal(sent.length, 0);
	window.open();
	assert.deepEqual(Buffer.concat(sent), Buffer.from([1, 2]));
});
