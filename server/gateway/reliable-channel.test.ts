import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeStream, maxStreamBytes } from "../../protocol/streams.ts";
import { ReliableChannel, type WireFrame } from "./reliable-channel.ts";

function open() {
	const frames: WireFrame[] = [];
	const channel = new ReliableChannel({ onBlocked: () => undefined, now: () => 0 });
	channel.attach({ send: (frame) => void frames.push(frame) });
	const told = () =>
		frames.map((frame) => {
			if (typeof frame === "string") return JSON.parse(frame).type;
			const decoded = decodeStream(frame);
			return `${decoded?.stream} ${Buffer.from(decoded?.bytes ?? []).toString()}`;
		});
	return { channel, frames, told };
}

const turn = (): Promise<void> => Promise.resolve();

test("pieces of one turn become one message, and the order is kept between the streams and with what is said", async () => {
	const { channel, told } = open();
	for (const piece of ["a", "b", "c"]) channel.sendBytes("stdout", Buffer.from(piece));
	channel.sendBytes("stderr", Buffer.from("d"));
	channel.send({ type: "stats", run: 1, wallMs: 1, cpuMs: 1, memoryBytes: 1 });
	channel.sendBytes("stdout", Buffer.from("e"));
	await turn();
	assert.deepEqual(told(), ["stdout abc", "stderr d", "stats", "stdout e"]);
	channel.detach();
});

test("a message takes what fits and no more, and keeps no view of what it was made of", async () => {
	const { channel, frames } = open();
	const scratch = Buffer.alloc(20_000, "1");
	channel.sendBytes("stdout", scratch);
	channel.sendBytes("stdout", Buffer.alloc(20_000, "2"));
	await turn();
	scratch.fill("x");
	assert.deepEqual(
		frames.map((frame) => [frame.length, frame[1]]),
		[
			[20_001, "1".charCodeAt(0)],
			[20_001, "2".charCodeAt(0)],
		],
	);
	assert.ok(frames.every(({ length }) => length <= maxStreamBytes + 1));
	channel.detach();
});

test("what a connection that is gone did not see is there for the next, the last piece too", () => {
	const { channel } = open();
	channel.detach();
	channel.sendBytes("stdout", Buffer.from("late"));
	assert.equal(channel.canResume(0), true);
	const seen: WireFrame[] = [];
	channel.attach({ send: (frame) => void seen.push(frame) });
	assert.deepEqual(
		seen.map(({ length }) => length),
		[5],
	);
	channel.detach();
});
