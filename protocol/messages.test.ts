import assert from "node:assert/strict";
import { test } from "node:test";
import { describeError, errorCodes, errorTable } from "./errors.ts";
import { ClientMessage, isCounted } from "./messages.ts";
import { describeOutcome, formatBytes, formatDuration, type LimitName, Outcome } from "./outcome.ts";
import { decodeStream, encodeStream, maxBinaryBytes } from "./streams.ts";

test("PROTOCOL.md P8: every message is counted but those of the connection itself", () => {
	for (const type of ["hello", "welcome", "ack", "ping", "pong"]) assert.equal(isCounted({ type }), false, type);
	for (const type of ["run", "stop", "resize", "signal", "eof", "queued", "started", "stats", "step", "exit", "stdinAck", "error"])
		assert.equal(isCounted({ type }), true, type);
});

test("a run needs only its id, language and files; the rest has defaults", () => {
	const run = ClientMessage.parse({ type: "run", run: 1, language: "python", files: [] });
	assert.deepEqual(run, {
		type: "run",
		run: 1,
		language: "python",
		files: [],
		arguments: [],
		mode: "pty",
		columns: 80,
		rows: 24,
		limits: {},
	});
});

test("ATTACKS 12: no number that is out of bounds, no fraction and no word passes for a limit", () => {
	for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e308, "100", null, true, []]) {
		const message = { type: "run", run: 1, language: "python", files: [], limits: { idleWallMs: value } };
		assert.equal(ClientMessage.safeParse(message).success, false, String(value));
	}
});

test("ATTACKS 42: no message has room for an image, a runtime, a mount or a flag", () => {
	for (const type of ["hello", "run", "stop", "resize", "signal", "eof", "ack", "ping"]) {
		const whole = { type, run: 1, language: "c", files: [], columns: 80, rows: 24, signal: "INT", received: 0, nonce: 0 };
		const known = ClientMessage._zod.def.options.find((option) => [...option.shape.type._zod.values].some((value) => value === type));
		const valid = Object.fromEntries(Object.entries(whole).filter(([key]) => known !== undefined && key in known.shape));
		assert.equal(ClientMessage.safeParse(valid).success, true, type);
		for (const key of ["image", "runtime", "mounts", "privileged", "host", "__proto__x"])
			assert.equal(ClientMessage.safeParse({ ...valid, [key]: "x" }).success, false, `${type} ${key}`);
	}
});

test("program bytes go into a frame and out of it unchanged; what is empty, too long or of no stream is none", () => {
	const bytes = Uint8Array.from([0, 255, 128, 10]);
	for (const stream of ["stdin", "stdout", "stderr"] as const)
		assert.deepEqual(decodeStream(encodeStream(stream, bytes)), { stream, bytes });
	for (const frame of [[], [1], [3, 1], [255, 1]]) assert.equal(decodeStream(Uint8Array.from(frame)), null);
	assert.notEqual(decodeStream(new Uint8Array(maxBinaryBytes)), null);
	assert.equal(decodeStream(new Uint8Array(maxBinaryBytes + 1)), null);
});

test("every error has a sentence that names its field or leaves the place out, and a close code of its own", () => {
	const closeCodes = errorCodes.map((code) => errorTable[code].closeCode).filter((code) => code !== null);
	assert.equal(new Set(closeCodes).size, closeCodes.length);
	for (const code of errorCodes) {
		assert.doesNotMatch(describeError(code), /[{}]|\(\)/, code);
		assert.match(describeError(code, "files.0.name"), /\.$/, code);
	}
	assert.equal(describeError("invalidFileName", "a/../b"), "A file name cannot be used (a/../b).");
});

test("an outcome says in plain words whose doing it was", () => {
	const words = (outcome: Outcome) => describeOutcome(Outcome.parse(outcome));
	assert.deepEqual(words({ kind: "exited", code: 0 }), { fault: null, sentence: "Finished." });
	assert.equal(words({ kind: "signalled", signal: 11 }).sentence, "Ended by signal 11 (segmentation fault).");
	assert.equal(words({ kind: "lost", code: "sandboxLost" }).fault, "us");
	const limits: [LimitName, number, RegExp][] = [
		["idleWall", 10_000, /after 10 s/],
		["totalWall", 300_000, /after 5 min/],
		["compileWall", 30_000, /compiling.*time limit/],
		["cpu", 60_000, /1 min of processor time/],
		["memory", 268_435_456, /more than 256 MiB of memory/],
		["output", 1_048_576, /more than 1 MiB/],
	];
	for (const [limit, value, sentence] of limits) {
		const told = words({ kind: "limited", limit, value });
		assert.equal(told.fault, "program");
		assert.match(told.sentence, sentence);
	}
});

test("durations and sizes read as a person writes them", () => {
	assert.deepEqual([250, 999, 1_500, 10_000, 59_900, 90_000, 300_000].map(formatDuration), [
		"250 ms",
		"999 ms",
		"1.5 s",
		"10 s",
		"59.9 s",
		"1 min 30 s",
		"5 min",
	]);
	assert.deepEqual([0, 1_023, 1_024, 1_572_864, 268_435_456].map(formatBytes), ["0 B", "1023 B", "1 KiB", "1.5 MiB", "256 MiB"]);
});
