import assert from "node:assert/strict";
import test from "node:test";
import { maxWriteBytes, readWorkerMessage } from "./wire.ts";

test("what a worker may say is read, and only that", () => {
	const exit = { type: "exit", code: 3, memoryBytes: 10 };
	assert.deepEqual(readWorkerMessage(exit), exit);
	assert.deepEqual(readWorkerMessage({ type: "read", memoryBytes: 1, more: "dropped" }), { type: "read", memoryBytes: 1 });
	assert.deepEqual(readWorkerMessage(Uint8Array.of(65)), { type: "output", bytes: Uint8Array.of(65) });
	const forged: unknown[] = [
		{ type: "started", run: 1, step: "run", tier: "gvisor", language: "python", version: "3", limits: {} },
		{ type: "welcome" },
		{ type: "outputFull" },
		{ type: "exit", code: -1, memoryBytes: 1 },
		{ type: "exit", code: 256, memoryBytes: 1 },
		{ type: "exit", code: "0", memoryBytes: 1 },
		{ type: "exit", code: 0, memoryBytes: Number.NaN },
		{ type: "exit", code: 0 },
		{ type: "ready" },
		{ type: "failed", detail: {} },
		new Uint8Array(),
		new Uint8Array(maxWriteBytes + 1),
		"output",
		null,
		undefined,
		[Uint8Array.of(1)],
	];
	for (const message of forged) assert.equal(readWorkerMessage(message), null);
});

test("a long excuse is cut", () => {
	const read = readWorkerMessage({ type: "failed", detail: "x".repeat(1_000_000) });
	assert.equal(read?.type === "failed" && read.detail.length, 400);
});
