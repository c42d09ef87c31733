import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { WebSocketServer, WebSocket as WsSocket } from "ws";
import { ClientMessage, type ServerMessage, subprotocol } from "../../../protocol/messages.ts";
import type { LoadLocalTier } from "../local-runner.ts";
import { SessionClient } from "../session-client.ts";
import type { SessionState } from "../session-state.ts";

/** A real WebSocket server whose answers the test writes by hand, and the client that speaks to it. */

type Arrival = { socket: WsSocket; message: ClientMessage | Buffer };

export const limits = {
	idleWallMs: 10_000,
	totalWallMs: 300_000,
	cpuMs: 60_000,
	memoryBytes: 1,
	processes: 1,
	workspaceBytes: 1,
	outputBytes: 1,
};
export const started = { type: "started", run: 1, step: "run", tier: "container", language: "python", version: "3", limits } as const;
export const program = { language: "python", files: [{ name: "main.py", content: "1" }], arguments: [] };

export function send(socket: WsSocket, message: ServerMessage): void {
	socket.send(JSON.stringify(message));
}

export function welcome(socket: WsSocket, change: { isResumed?: boolean; received?: number; build?: string } = {}): void {
	const session = "session-of-the-test";
	send(socket, { type: "welcome", session, secret: "s", visitorToken: "v", isResumed: false, received: 0, build: "b1", ...change });
}

/** No busy machine is as slow as this; the one test of silence takes shorter times. */
const patient = { silenceMs: 30_000, pongLimitMs: 30_000 };

interface OpenOptions {
	readonly pageBuild?: string;
	readonly heartbeat?: typeof patient;
	readonly loadLocalTier?: LoadLocalTier;
}

export async function openClient(context: TestContext, { pageBuild = "b1", heartbeat = patient, loadLocalTier }: OpenOptions = {}) {
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
		...(loadLocalTier && { loadLocalTier }),
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
export async function expectMessage<T extends ClientMessage["type"]>(next: () => Promise<Arrival>, type: T) {
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
