import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import { encodeStream } from "../../protocol/streams.ts";
import type { LocalRunEvents, LocalTier } from "./local-runner.ts";
import { expectMessage, limits, openClient, program, send, started, welcome } from "./testing/hand-written-server.ts";

/** A run that the server was asked for gives way to one in this browser, and nothing of the two is mixed. */

const here = { ...program, tier: "browser" } as const;

const ctrlC = 3;

/** A tier whose one program the test plays; Ctrl-C ends it. */
function handWrittenTier() {
	const played: { run: number; events: LocalRunEvents }[] = [];
	let wake = (): void => undefined;
	const asked = new Promise<void>((resolve) => {
		wake = resolve;
	});
	const tier: LocalTier = {
		run: ({ request: { run } }, events) => {
			played.push({ run, events });
			wake();
			const end = () => events.onMessage({ type: "exit", run, outcome: { kind: "stopped" }, compile: null, program: null });
			const sendInput = (bytes: Uint8Array) => {
				if (bytes[0] === ctrlC) end();
				return true;
			};
			return { stop: end, sendInput };
		},
		close: () => undefined,
	};
	const print = (text: string) => played.at(-1)?.events.onBytes("stdout", Buffer.from(text), () => undefined);
	const start = () => {
		const { run, events } = played.at(-1) ?? {};
		if (run !== undefined) events?.onMessage({ ...started, run, tier: "browser", limits });
	};
	return { loadLocalTier: async () => tier, asked, print, start };
}

test("a program that ran on the server when its connection broke is left for one here, and what comes of it later is not shown", async (context) => {
	const local = handWrittenTier();
	const { client, next, until, output } = await openClient(context, local);
	client.run(program);
	const first = await expectMessage(next, "hello");
	welcome(first.socket);
	await expectMessage(next, "run");
	send(first.socket, started);
	await until(({ run }) => run.kind === "running");
	first.socket.terminate();
	await until(({ connection }) => connection.kind === "waiting");
	client.runHere(here);
	await local.asked;
	local.start();
	local.print("here");
	await until(({ run }) => run.kind === "running" && run.at.tier === "browser");

	const second = await expectMessage(next, "hello");
	welcome(second.socket, { isResumed: true, received: 1 });
	assert.equal((await expectMessage(next, "stop")).message.run, 1);
	second.socket.send(encodeStream("stdout", Buffer.from("of the old run")));
	send(second.socket, { type: "exit", run: 1, outcome: { kind: "stopped" }, compile: null, program: null });
	send(second.socket, { type: "ack", received: 2 });
	client.stop();
	await until(({ run }) => run.kind === "ended" && run.outcome.kind === "stopped");
	assert.deepEqual(
		output.map(({ text }) => text),
		["here"],
	);

	client.run(program);
	assert.equal((await expectMessage(next, "run")).message.run, 3);
	send(second.socket, { ...started, run: 3 });
	second.socket.send(encodeStream("stdout", Buffer.from("of the server again")));
	send(second.socket, { type: "exit", run: 3, outcome: { kind: "exited", code: 0 }, compile: null, program: null });
	await until(({ run }) => run.kind === "ended" && run.run === 3);
	assert.equal(output.at(-1)?.text, "of the server again");
});

test("the next run on the server waits until the one that was left has ended there", async (context) => {
	const local = handWrittenTier();
	const { client, next, until, arrivals } = await openClient(context, local);
	client.run(program);
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	await expectMessage(next, "run");
	send(socket, { type: "queued", run: 1, ahead: 9 });
	await until(({ run }) => run.kind === "queued");
	client.runHere(here);
	assert.equal((await expectMessage(next, "stop")).message.run, 1);
	await local.asked;
	client.stop();
	await until(({ run }) => run.kind === "ended");
	client.run(program);
	assert.deepEqual(client.getState().run, { kind: "requested", run: 3 });
	socket.ping();
	await once(socket, "pong");
	assert.deepEqual(arrivals, [], "nothing was sent yet");
	send(socket, { type: "exit", run: 1, outcome: { kind: "stopped" }, compile: null, program: null });
	assert.equal((await expectMessage(next, "run")).message.run, 3);
});

test("a run that was held back and stopped is never sent", async (context) => {
	const local = handWrittenTier();
	const { client, next, until } = await openClient(context, local);
	client.run(program);
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	await expectMessage(next, "run");
	client.runHere(here);
	await expectMessage(next, "stop");
	client.stop();
	client.run(program);
	client.stop();
	await until(({ run }) => run.kind === "ended" && run.run === 3 && run.outcome.kind === "stopped");
	send(socket, { type: "exit", run: 1, outcome: { kind: "stopped" }, compile: null, program: null });
	await until(({ run }) => run.kind === "ended");
	client.run(program);
	assert.equal((await expectMessage(next, "run")).message.run, 4);
});

test("a server that knows the session no more has nothing left to end", async (context) => {
	const local = handWrittenTier();
	const { client, next, until } = await openClient(context, local);
	client.run(program);
	client.runHere(here);
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	await until(({ connection }) => connection.kind === "open");
	client.stop();
	client.run(program);
	assert.equal((await expectMessage(next, "run")).message.run, 3);
});

test("a key that ends the program here at once leaves it ended", async (context) => {
	const local = handWrittenTier();
	const { client, next } = await openClient(context, local);
	await expectMessage(next, "hello");
	client.runHere(here);
	await local.asked;
	local.start();
	assert.equal(client.getState().run.kind, "running");
	assert.equal(client.sendInput(Uint8Array.of(ctrlC)), true);
	assert.equal(client.getState().run.kind, "ended");
});
