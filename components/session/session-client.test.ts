import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import test, { type TestContext } from "node:test";
import { WebSocketServer, WebSocket as WsSocket } from "ws";
import { ClientMessage, type ServerMessage, subprotocol } from "../../protocol/messages.ts";
import { decodeStream, encodeStream } from "../../protocol/streams.ts";
import { SessionClient } from "./session-client.ts";
import type { SessionState } from "./session-state.ts";

/** The client against a real WebSocket server, whose answers the test writes by hand. */

type Arrival = { socket: WsSocket; message: ClientMessage | Buffer };

const limits = { idleWallMs: 10_000, totalWallMs: 300_000, cpuMs: 60_000, memoryBytes: 1, processes: 1, workspaceBytes: 1, outputBytes: 1 };
const started = { type: "started", run: 1, step: "run", tier: "container", language: "python", version: "3", limits } as const;
const program = { language: "python", files: [{ name: "main.py", content: "1" }], arguments: [] };

function send(socket: WsSocket, message: ServerMessage): void {
	socket.send(JSON.stringify(message));
}

function welcome(socket: WsSocket, change: { isResumed?: boolean; received?: number; build?: string } = {}): void {
	const session = "session-of-the-test";
	send(socket, { type: "welcome", session, secret: "s", visitorToken: "v", isResumed: false, received: 0, build: "b1", ...change });
}

/** No busy machine is as slow as this; the one test of silence takes shorter times. */
const patient = { silenceMs: 30_000, pongLimitMs: 30_000 };

async function open(context: TestContext, { pageBuild = "b1", heartbeat = patient } = {}) {
	const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => subprotocol });
	await once(server, "listening");
	const arrivals: Arrival[] = [];
	let wake = (): void => undefined;
	server.on("connection", (socket) =>
		socket.on("message", (data: Buffer, isBinary: boolean) => {
			arrivals.push({ socket, message: isBinary ? data : ClientMessage.parse(JSON.parse(data.toString())) });
			wake();
		}),
	);
	/** The next thing the page sends that is not an acknowledgement. */
	const next = async (): Promise<Arrival> => {
		for (;;) {
			const arrival = arrivals.shift();
			if (arrival === undefined) {
				await new Promise<void>((resolve) => {
					wake = resolve;
				});
			} else if (Buffer.isBuffer(arrival.message) || arrival.message.type !== "ack") return arrival;
		}
	};
	const output: { text: string; taken: () => void }[] = [];
	const client = new SessionClient({
		url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
		pageBuild,
		openSocket: (url, protocols) => new WsSocket(url, protocols) as unknown as WebSocket,
		heartbeat,
		retryMs: 5,
		maxRetryMs: 20,
		output: {
			begin: () => undefined,
			write: (_stream, bytes, taken) => output.push({ text: new TextDecoder().decode(bytes), taken }),
		},
	});
	context.after(() => {
		client.close();
		for (const socket of server.clients) socket.terminate();
		server.close();
	});
	/** Waits until the page's state is so. */
	const until = (isSo: (state: SessionState) => boolean): Promise<void> =>
		new Promise((resolve) => {
			const look = (): void => {
				if (!isSo(client.getState())) return;
				stop();
				resolve();
			};
			const stop = client.subscribe(look);
			look();
		});
	client.connect();
	return { client, next, until, output, arrivals };
}

/** The next arrival, which must be of this type; pings come between and are answered. */
async function expectMessage<T extends ClientMessage["type"]>(next: () => Promise<Arrival>, type: T) {
	for (;;) {
		const { socket, message } = await next();
		assert.ok(!Buffer.isBuffer(message), "bytes came instead");
		if (message.type === "ping" && type !== "ping") {
			send(socket, { type: "pong", nonce: message.nonce });
			continue;
		}
		assert.equal(message.type, type);
		return { socket, message: message as Extract<ClientMessage, { type: T }> };
	}
}

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
