import assert from "node:assert/strict";
import { once } from "node:events";
import test from "node:test";
import type { WebSocket as WsSocket } from "ws";
import { decodeStream, encodeStream } from "../../protocol/streams.ts";
import { expectMessage, openClient as open, program, send, started, welcome } from "./testing/hand-written-server.ts";

/** The client against a real WebSocket server, whose answers the test writes by hand. */

test("a run pressed before the connection is there starts when it is, and ends with the server's words", async (context) => {
	const { client, next, until } = await open(context);
	client.run(program);
	assert.equal(client.getState().run.kind, "requested");
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	const { message } = await expectMessage(next, "run");
	assert.deepEqual([message.run, message.mode, message.language], [1, "pty", "python"]);
	send(socket, { type: "queued", run: 1, ahead: 3 });
	await until(({ run }) => run.kind === "queued" && run.ahead === 3);
	send(socket, started);
	await until(({ run }) => run.kind === "running" && run.at.tier === "container");
	send(socket, { type: "exit", run: 1, outcome: { kind: "exited", code: 0 }, compile: null, program: null });
	await until(({ run }) => run.kind === "ended" && run.outcome.kind === "exited");
});

test("a broken connection is resumed with the count of what came, and unanswered input is sent again (PROTOCOL.md P10)", async (context) => {
	const { client, next, until, output } = await open(context);
	client.run(program);
	const first = await expectMessage(next, "hello");
	welcome(first.socket);
	await expectMessage(next, "run");
	send(first.socket, started);
	first.socket.send(encodeStream("stdout", Buffer.from("Name? ")));
	await until(({ run }) => run.kind === "running");
	client.sendInput(Buffer.from("Ada\r"));
	assert.ok(Buffer.isBuffer((await next()).message));
	first.socket.terminate();
	const second = await expectMessage(next, "hello");
	assert.deepEqual(second.message.resume, { session: "session-of-the-test", secret: "s", received: 2 });
	// The server has counted the run, and not the input.
	welcome(second.socket, { isResumed: true, received: 1 });
	const again = await next();
	assert.ok(Buffer.isBuffer(again.message));
	assert.deepEqual(decodeStream(again.message)?.bytes.toString(), Buffer.from("Ada\r").toString());
	second.socket.send(encodeStream("stdout", Buffer.from("Hello")));
	send(second.socket, { type: "exit", run: 1, outcome: { kind: "exited", code: 0 }, compile: null, program: null });
	await until(({ run }) => run.kind === "ended");
	assert.deepEqual(
		output.map(({ text }) => text),
		["Name? ", "Hello"],
	);
});

test("a resume that is not honoured ends the run as lost by us, and the page can run again", async (context) => {
	const { client, next, until } = await open(context);
	client.run(program);
	const first = await expectMessage(next, "hello");
	welcome(first.socket);
	await expectMessage(next, "run");
	send(first.socket, started);
	await until(({ run }) => run.kind === "running");
	first.socket.terminate();
	const second = await expectMessage(next, "hello");
	welcome(second.socket);
	await until(({ run }) => run.kind === "ended" && run.outcome.kind === "lost" && run.outcome.code === "sessionLost");
	client.run(program);
	assert.equal((await expectMessage(next, "run")).message.run, 2);
});

test("a run that had not started is asked for again in a new session", async (context) => {
	const { client, next } = await open(context);
	client.run(program);
	const first = await expectMessage(next, "hello");
	welcome(first.socket);
	await expectMessage(next, "run");
	first.socket.terminate();
	const second = await expectMessage(next, "hello");
	welcome(second.socket);
	assert.equal((await expectMessage(next, "run")).message.run, 1);
});

test("output is acknowledged when the terminal has taken it, and not before (PROTOCOL.md P9)", async (context) => {
	const { client, next, until, output, arrivals } = await open(context);
	client.run(program);
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	await expectMessage(next, "run");
	send(socket, started);
	for (let sent = 0; sent < 4; sent++) socket.send(encodeStream("stdout", Buffer.alloc(20_000)));
	send(socket, { type: "stats", run: 1, wallMs: 1, cpuMs: 1, memoryBytes: 1 });
	await until(({ run }) => run.kind === "running" && run.at.usage.wallMs === 1);
	const acks = () => arrivals.flatMap(({ message }) => (!Buffer.isBuffer(message) && message.type === "ack" ? [message.received] : []));
	assert.deepEqual(acks(), []);
	for (const { taken } of output) taken();
	const { socket: same } = await expectMessage(async () => {
		for (;;) {
			const index = arrivals.findIndex(({ message }) => !Buffer.isBuffer(message) && message.type === "ack");
			const [found] = index < 0 ? [] : arrivals.splice(index, 1);
			if (found !== undefined) return found;
			await once(socket, "message");
		}
	}, "ack");
	assert.equal(same, socket);
});

test("a silent connection is asked, and given up without an answer (PROTOCOL.md P12)", async (context) => {
	const { next, until } = await open(context, { heartbeat: { silenceMs: 500, pongLimitMs: 40 } });
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	await expectMessage(next, "ping");
	await until(({ connection }) => connection.kind === "waiting");
	await expectMessage(next, "hello");
});

test("an old page is told: by another build, by a refused protocol, by a message it cannot read", async (context) => {
	const other = await open(context, { pageBuild: "b0" });
	const hello = await expectMessage(other.next, "hello");
	welcome(hello.socket);
	await other.until(({ isPageOld }) => isPageOld);

	for (const refuse of [(socket: WsSocket) => socket.close(4426), (socket: WsSocket) => socket.send('{"type":"news"}')]) {
		const page = await open(context);
		refuse((await expectMessage(page.next, "hello")).socket);
		await page.until(({ connection }) => connection.kind === "closed" && connection.code === "unsupportedProtocol");
	}
});

test("what the server will not do is told apart from what it could not", async (context) => {
	const { client, next, until } = await open(context);
	const { socket } = await expectMessage(next, "hello");
	welcome(socket);
	client.run(program);
	await expectMessage(next, "run");
	send(socket, { type: "error", code: "tooManyRuns", message: "", run: 1 });
	await until(({ run }) => run.kind === "refused" && run.code === "tooManyRuns");
	client.run(program);
	await expectMessage(next, "run");
	send(socket, { type: "error", code: "engineDown", message: "", run: 2 });
	await until(({ run }) => run.kind === "ended" && run.outcome.kind === "lost");
});
