import { WebSocket } from "ws";
import type { ApiRunRequest } from "../protocol/api.ts";
import { MarkCutter } from "../protocol/cell-joining.ts";
import { type ClientMessageInput, isCounted, ServerMessage, socketPath, subprotocol } from "../protocol/messages.ts";
import type { CastEvent, Recording } from "../protocol/recordings.ts";
import { ackDelayMs, Inbox } from "../protocol/reliability.ts";
import { decodeStream, encodeStream } from "../protocol/streams.ts";

/**
 * `--bake` for a block with prepared input: the program runs in a terminal, as a reader has it, and a line is typed when it has said something
 * and then gone quiet; more patiently where it has said nothing since the last line. What comes of it is a recording that plays back as a conversation.
 */

export interface TerminalRun {
	readonly url: string;
	readonly request: ApiRunRequest;
	/** What the blocks above print and are typed is left out. */
	readonly isMarked: boolean;
	readonly quietMs: number;
	/** The same for a program that asks without a word. */
	readonly silentMs: number;
	readonly timeoutMs: number;
	readonly signal: AbortSignal;
}

export type TerminalRecording = Pick<Recording, "language" | "version" | "tier" | "outcome" | "events">;

const columns = 80;
const rows = 24;
const maxEvents = 10_000;
const runId = 1;

/** Null: this server gives no terminal to a caller like this one, or the run came to nothing. */
export function recordInTerminal({
	url,
	request,
	isMarked,
	quietMs,
	silentMs,
	timeoutMs,
	signal,
}: TerminalRun): Promise<TerminalRecording | null> {
	const address = new URL(socketPath, url);
	const origin = address.origin;
	address.protocol = address.protocol.replace("http", "ws");
	const socket = new WebSocket(address, [subprotocol], { handshakeTimeout: timeoutMs, perMessageDeflate: false, headers: { origin } });
	const lines = request.stdin.match(/[^\n]+\n?|\n/g) ?? [];
	const inbox = new Inbox();
	const decoder = new TextDecoder();
	const cutter = isMarked ? new MarkCutter() : null;
	const events: CastEvent[] = [];
	let startedAt = 0;
	let place = { language: request.language, version: "", tier: "" };
	let quiet: NodeJS.Timeout | undefined;
	let isEofSent = false;
	/** The terminal shows what was typed; only more than that is the program's own. */
	let unheardCharacters = 0;

	return new Promise((resolve) => {
		const timer = setTimeout(() => finish(null), timeoutMs);
		const acknowledge = setInterval(() => send({ type: "ack", received: inbox.takeAck() }), ackDelayMs);
		const onAbort = (): void => finish(null);
		signal.addEventListener("abort", onAbort);

		function finish(recording: TerminalRecording | null): void {
			clearTimeout(timer);
			clearTimeout(quiet);
			clearInterval(acknowledge);
			signal.removeEventListener("abort", onAbort);
			socket.close(1000);
			resolve(recording);
		}

		function send(message: ClientMessageInput): void {
			if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
		}

		function add(kind: "o" | "i", text: string): void {
			if (events.length === 0) startedAt = performance.now();
			if (text !== "" && events.length < maxEvents) events.push([Math.round(performance.now() - startedAt) / 1_000, kind, text]);
		}

		function takeOutput(text: string): void {
			add("o", cutter === null ? text : cutter.push(text));
			unheardCharacters -= text.length;
			typeWhenQuiet();
		}

		function typeWhenQuiet(): void {
			clearTimeout(quiet);
			quiet = setTimeout(
				() => {
					const line = lines.shift();
					if (line === undefined) {
						if (!isEofSent) send({ type: "eof", run: runId });
						isEofSent = true;
						return;
					}
					const typed = line.endsWith("\n") ? line : `${line}\n`;
					if (cutter === null || cutter.hasMark) add("i", typed);
					socket.send(encodeStream("stdin", Buffer.from(typed)), { binary: true });
					// A line end is shown as two.
					unheardCharacters = typed.length + 1;
					typeWhenQuiet();
				},
				unheardCharacters < 0 ? quietMs : silentMs,
			);
		}

		function take(message: ServerMessage): void {
			if (isCounted(message) && inbox.receive(1)) send({ type: "ack", received: inbox.takeAck() });
			switch (message.type) {
				case "welcome": {
					const { stdin: _, ...order } = request;
					send({ ...order, type: "run", run: runId, mode: "pty", columns, rows });
					return;
				}
				case "started":
					place = { language: message.language, version: message.version, tier: message.tier };
					if (message.step === "run") typeWhenQuiet();
					return;
				case "error":
					finish(null);
					return;
				case "exit":
					add("o", cutter === null ? decoder.decode() : cutter.push(decoder.decode()) + cutter.end());
					finish({ ...place, outcome: message.outcome, events: joinEvents(events) });
			}
		}

		socket.on("open", () => send({ type: "hello" }));
		socket.on("message", (data: Buffer, isBinary: boolean) => {
			const frame = isBinary ? decodeStream(data) : null;
			if (frame !== null) {
				if (inbox.receive(data.length)) send({ type: "ack", received: inbox.takeAck() });
				takeOutput(decoder.decode(frame.bytes, { stream: true }));
				return;
			}
			const message = isBinary ? null : readMessage(data);
			if (message === null) finish(null);
			else take(message);
		});
		socket.on("error", () => finish(null));
		socket.on("close", () => finish(null));
	});
}

function readMessage(data: Buffer): ServerMessage | null {
	try {
		return ServerMessage.parse(JSON.parse(data.toString()));
	} catch {
		return null;
	}
}

/** What comes within a moment is one event: how a terminal's bytes were cut up is chance. */
function joinEvents(events: readonly CastEvent[]): CastEvent[] {
	const joined: CastEvent[] = [];
	for (const [at, kind, text] of events) {
		const last = joined.at(-1);
		if (last !== undefined && last[1] === kind && at - last[0] < 0.05) joined[joined.length - 1] = [last[0], kind, last[2] + text];
		else joined.push([at, kind, text]);
	}
	return joined;
}
