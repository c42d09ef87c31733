import assert from "node:assert/strict";
import { test } from "node:test";
import { type AgentFrame, AgentFrameReader, encodeFile, encodePrespawn, encodeStdin, encodeStep } from "./agent-frames.ts";
import { encodeFrame, ProtocolBreach } from "./frame-reader.ts";

const ready = encodeFrame(0x81, Buffer.from([1]));
const stdout = (text: string): Buffer => encodeFrame(0x82, Buffer.from(text));

function exitPayload(how: number, value: number, cause: number, wallUs = 2_000n): Buffer {
	const payload = Buffer.alloc(34);
	payload.writeUInt8(how, 0);
	payload.writeUInt32BE(value, 1);
	payload.writeUInt8(cause, 5);
	payload.writeBigUInt64BE(wallUs, 6);
	payload.writeBigUInt64BE(1_500n, 14);
	payload.writeBigUInt64BE(4_096n, 22);
	payload.writeUInt32BE(1, 30);
	return payload;
}

function readAll(chunks: readonly Buffer[]): AgentFrame[] {
	const reader = new AgentFrameReader();
	return chunks.flatMap((chunk) => [...reader.read(chunk)].map((frame) => ("bytes" in frame ? { ...frame } : frame)));
}

/** Output comes as it arrives; what counts is the bytes between the other frames. */
function joinOutput(frames: readonly AgentFrame[]): AgentFrame[] {
	const joined: AgentFrame[] = [];
	for (const frame of frames) {
		const last = joined.at(-1);
		if ((frame.type === "stdout" || frame.type === "stderr") && last?.type === frame.type)
			joined[joined.length - 1] = { type: frame.type, bytes: Buffer.concat([last.bytes, frame.bytes]) };
		else joined.push(frame);
	}
	return joined;
}

function breachOf(...chunks: Buffer[]): string {
	try {
		readAll(chunks);
	} catch (error) {
		if (error instanceof ProtocolBreach) return error.rule;
		throw error;
	}
	return "none";
}

test("frames are the same however the stream is cut (PROTOCOL.md, a frame)", () => {
	const stream = Buffer.concat([ready, stdout("hello"), encodeFrame(0x86, exitPayload(0, 3, 0)), stdout("x".repeat(32_768)), ready]);
	const whole = readAll([stream]);
	assert.deepEqual(
		whole.map((frame) => frame.type),
		["ready", "stdout", "exit", "stdout", "ready"],
	);
	assert.deepEqual(whole[2], {
		type: "exit",
		how: "exited",
		value: 3,
		cause: "none",
		wallMs: 2,
		cpuMs: 1.5,
		peakMemoryBytes: 4_096,
		oomKills: 1,
	});
	for (const size of [1, 2, 4, 5, 6, 7, 4_095, 4_097, 32_768]) {
		const chunks: Buffer[] = [];
		for (let offset = 0; offset < stream.length; offset += size) chunks.push(stream.subarray(offset, offset + size));
		assert.deepEqual(joinOutput(readAll(chunks)), whole, `cut every ${size} bytes`);
	}
});

test("a length beyond the type's maximum is refused before any of its bytes are taken (PROTOCOL.md A1, ATTACKS.md 15)", () => {
	const fourGiB = Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff]);
	const heldBytes = process.memoryUsage().arrayBuffers;
	assert.equal(breachOf(fourGiB), "frameTooLong");
	assert.ok(process.memoryUsage().arrayBuffers - heldBytes < 65_536);
	assert.equal(breachOf(Buffer.from([0x82, 0, 0, 0x80, 0x01])), "frameTooLong");
	assert.equal(breachOf(Buffer.from([0x81, 0, 0, 0, 2])), "frameTooLong");
	assert.equal(breachOf(Buffer.from([0x82, 0, 0, 0x80, 0x00])), "none");
});

test("output is handed on as it arrives, as a view of what arrived", () => {
	const frame = stdout("hello");
	const [first, second] = [frame.subarray(0, 7), frame.subarray(7)];
	const reader = new AgentFrameReader();
	const pieces = [first, second].flatMap((chunk) => [...reader.read(chunk)]);
	assert.deepEqual(
		pieces.map((piece) => (piece.type === "stdout" ? piece.bytes.toString() : piece.type)),
		["he", "llo"],
	);
	for (const piece of pieces) assert.ok(piece.type === "stdout" && piece.bytes.buffer === frame.buffer);
});

test("a promised payload that never comes holds only what has come (ATTACKS.md 15)", () => {
	const readers = Array.from({ length: 2_000 }, () => new AgentFrameReader());
	const heldBytes = process.memoryUsage().arrayBuffers;
	for (const reader of readers) assert.equal([...reader.read(Buffer.from([0x82, 0, 0, 0x80, 0x00, 0x41]))].length, 1);
	assert.ok(process.memoryUsage().arrayBuffers - heldBytes < 16_777_216);
});

test("unknown types, garbage and the runner's own types are refused (PROTOCOL.md A2)", () => {
	for (const type of [0x00, 0x01, 0x02, 0x80, 0x88, 0xff]) assert.equal(breachOf(Buffer.from([type, 0, 0, 0, 0])), "unknownFrameType");
	assert.equal(breachOf(Buffer.from('{"type":"exit","code":0}')), "unknownFrameType");
});

test("payloads of the wrong length or with impossible values are refused (PROTOCOL.md A2)", () => {
	assert.equal(breachOf(encodeFrame(0x81)), "badReady");
	assert.equal(breachOf(encodeFrame(0x81, Buffer.from([2]))), "badReady");
	assert.equal(breachOf(encodeFrame(0x82)), "emptyOutput");
	assert.equal(breachOf(encodeFrame(0x84, Buffer.alloc(4))), "badStdinAck");
	assert.equal(breachOf(encodeFrame(0x84, Buffer.from([0, 1, 0, 1]))), "badStdinAck");
	assert.equal(breachOf(encodeFrame(0x85, Buffer.alloc(23))), "badStats");
	assert.equal(breachOf(encodeFrame(0x85, Buffer.alloc(24, 0xff))), "impossibleFigure");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(0, 0, 0).subarray(1))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(3, 0, 0))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(0, 0, 7))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(0, 256, 0))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(1, 0, 0))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(1, 65, 0))), "badExit");
	assert.equal(breachOf(encodeFrame(0x86, exitPayload(0, 0, 0, 2n ** 64n - 1n))), "impossibleFigure");
	assert.equal(breachOf(encodeFrame(0x87, Buffer.alloc(4))), "badFault");
	assert.equal(breachOf(encodeFrame(0x87, Buffer.from([4, 0, 0, 0, 0]))), "badFault");
});

const step = {
	terminal: { columns: 80, rows: 24 },
	idleWallMs: 1,
	totalWallMs: 2,
	cpuMs: 3,
	outputBytes: 4,
	argv: ["/bin/x", "a"],
	environment: { A: "b" },
};

test("a step is laid out as PROTOCOL.md has it", () => {
	const head = "02 0000002d 01 0050 0018 00000001 00000002 00000003 00000004 0002 0001".replaceAll(" ", "");
	assert.equal(encodeStep(step).toString("hex").slice(0, head.length), head.replace("0000002d", "00000026"));
	assert.equal(encodeStep(step).subarray(30).toString(), "/bin/x\0a\0A=b\0");
	assert.equal(
		encodeStep({ ...step, terminal: null })
			.subarray(5, 10)
			.toString("hex"),
		"0000000000",
	);
});

test("what waits for a step is told the step's start, byte for byte, and no limits (PROTOCOL.md A11)", () => {
	const start = encodePrespawn(step);
	assert.equal(start.subarray(0, 5).toString("hex"), "0900000016");
	assert.ok(start.subarray(5, 10).equals(encodeStep(step).subarray(5, 10)));
	assert.ok(start.subarray(10).equals(encodeStep(step).subarray(26)));
	assert.throws(() => encodePrespawn({ ...step, argv: ["/bin/x", "a\0b"] }), RangeError);
	assert.throws(() => encodePrespawn({ ...step, argv: ["/bin/x", "a".repeat(131_072)] }), RangeError);
});

test("a step without a limit, or with a NUL in a string, is never written (ATTACKS.md 12)", () => {
	for (const limit of [0, -1, Number.NaN, 1e308, 0.5]) {
		assert.throws(() => encodeStep({ ...step, idleWallMs: limit }), RangeError);
		assert.throws(() => encodeStep({ ...step, outputBytes: limit }), RangeError);
	}
	assert.throws(() => encodeStep({ ...step, argv: ["/bin/x", "a\0b"] }), RangeError);
	assert.throws(() => encodeStep({ ...step, argv: [] }), RangeError);
	assert.throws(() => encodeStep({ ...step, argv: ["/bin/x", "a".repeat(131_072)] }), RangeError);
});

test("a file carries its name's length in bytes, and input is cut into frames the agent takes", () => {
	assert.equal(encodeFile("ä.py", "x").toString("hex"), `01000000080005${Buffer.from("ä.pyx").toString("hex")}`);
	assert.throws(() => encodeFile("a".repeat(201), ""), RangeError);
	assert.deepEqual(
		encodeStdin(Buffer.alloc(65_536)).map((frame) => frame.length - 5),
		[32_768, 32_768],
	);
	assert.deepEqual(encodeStdin(Buffer.alloc(0)), []);
});
