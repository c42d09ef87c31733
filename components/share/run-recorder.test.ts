import assert from "node:assert/strict";
import test from "node:test";
import { Recording } from "../../protocol/recordings.ts";
import type { StreamName } from "../../protocol/streams.ts";
import { maxRecordedCharacters, RunRecorder } from "./run-recorder.ts";

const program = { language: "python", files: [{ name: "main.py", content: "x" }], arguments: ["a"], stdin: "" };
const end = { version: "3.13", tier: "gvisor", outcome: { kind: "exited", code: 0 } } as const;
const encode = (text: string) => new TextEncoder().encode(text);

function recorder() {
	const seen: [StreamName, string][] = [];
	const clock = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) };
	const next = {
		begin: () => void seen.push(["stdin", "begin"]),
		write: (stream: StreamName, bytes: Uint8Array, taken: () => void) => {
			seen.push([stream, new TextDecoder().decode(bytes)]);
			taken();
		},
	};
	const made = new RunRecorder(next, () => clock.nowMs);
	return { made, seen, clock };
}

test("a run is kept as asciicast events, typed input included, and everything is handed on", () => {
	const { made, seen, clock } = recorder();
	made.begin();
	made.name(program, { columns: 100, rows: 30 });
	clock.nowMs += 5_000;
	made.write("stdout", encode("name? "), () => undefined);
	clock.nowMs += 1_500;
	made.typed(encode("Ada\r"));
	clock.nowMs += 100;
	made.write("stderr", encode("oops"), () => undefined);
	const recording = made.recording(program, end);
	assert.deepEqual(recording, {
		language: "python",
		version: "3.13",
		tier: "gvisor",
		recordedAt: "2026-01-02T03:04:05.000Z",
		outcome: end.outcome,
		columns: 100,
		rows: 30,
		events: [
			[0, "o", "name? "],
			[1.5, "i", "Ada\r"],
			[1.6, "o", "\x1b[31moops\x1b[39m"],
		],
	});
	assert.deepEqual(Recording.parse(recording), recording);
	assert.deepEqual(
		seen.map(([, text]) => text),
		["begin", "name? ", "oops"],
	);
});

test("what comes at once is one event, and a character that arrives in halves is whole", () => {
	const { made, clock } = recorder();
	made.begin();
	made.name(program, { columns: 80, rows: 24 });
	const [first, ...rest] = encode("ü");
	made.write("stdout", Uint8Array.of(first ?? 0), () => undefined);
	clock.nowMs += 10;
	made.write("stdout", Uint8Array.from(rest), () => undefined);
	clock.nowMs += 10;
	made.write("stdout", encode("!"), () => undefined);
	const recording = made.recording(program, end);
	assert.ok(typeof recording !== "string");
	assert.deepEqual(recording.events, [[0, "o", "ü!"]]);
});

test("a recording is offered only for the very program that ran", () => {
	const { made } = recorder();
	assert.equal(made.recording(program, end), "nothing");
	made.begin();
	made.name(program, { columns: 80, rows: 24 });
	assert.notEqual(typeof made.recording(program, end), "string");
	for (const changed of [
		{ ...program, files: [{ name: "main.py", content: "y" }] },
		{ ...program, arguments: [] },
		{ ...program, stdin: "1" },
		{ ...program, language: "ruby" },
	])
		assert.equal(made.recording(changed, end), "changed");
	assert.equal(made.recording(program, { ...end, outcome: { kind: "lost", code: "sandboxLost" } }), "nothing");
});

test("a run that is too long is not recorded at all, and the next one is", () => {
	const { made } = recorder();
	made.begin();
	made.name(program, { columns: 80, rows: 24 });
	for (let at = 0; at <= 20; at++) made.write("stdout", encode("x".repeat(maxRecordedCharacters / 20)), () => undefined);
	assert.equal(made.recording(program, end), "tooLong");
	made.begin();
	made.name(program, { columns: 80, rows: 24 });
	made.write("stdout", encode("short"), () => undefined);
	assert.notEqual(typeof made.recording(program, end), "string");
});
