import type { z } from "zod";
import type { ErrorCode } from "../protocol/errors.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import { describeOutcome, type Outcome, type StepReport } from "../protocol/outcome.ts";

/** One run as a client of the socket sees it: its output as it comes, its input as the program takes it, its end. */

type Message<T extends ServerMessage["type"]> = Extract<z.infer<typeof ServerMessage>, { type: T }>;

export interface RunExit {
	readonly outcome: Outcome;
	/** What the page would show. */
	readonly sentence: string;
	readonly compile: StepReport | null;
	readonly program: StepReport | null;
}

/** Every way in which a run is over; a refusal is the `error` message that answered it. */
export type RunEnd =
	| { readonly kind: "exit"; readonly exit: RunExit }
	| { readonly kind: "refused"; readonly code: ErrorCode; readonly field: string | undefined; readonly message: string }
	| { readonly kind: "disconnected"; readonly closeCode: number };

/** The run was answered by an error. */
export class RunRefused extends Error {
	constructor(
		readonly code: ErrorCode,
		readonly field: string | undefined,
		message: string,
	) {
		super(`${code}: ${message}`);
	}
}

/** What a run needs of its connection. */
export interface RunWire {
	control(message: { type: "stop" | "eof" } | { type: "signal"; signal: "INT" | "TERM" | "QUIT" | "HUP" | "USR1" | "USR2" }): void;
	resize(columns: number, rows: number): void;
	/** Sends what the credit allows now and the rest as it grows. */
	stdin(bytes: Uint8Array): void;
}

const defaultWaitMs = 30_000;

export class SessionRun {
	readonly id: number;
	/** Resolves when it is over; never rejects. */
	readonly ended: Promise<RunEnd>;
	/** Both streams in the order in which they came, and each by itself. */
	readonly chunks: Buffer[] = [];
	readonly stdoutChunks: Buffer[] = [];
	readonly stderrChunks: Buffer[] = [];
	readonly started: Message<"started">[] = [];
	readonly queued: number[] = [];
	readonly stats: Message<"stats">[] = [];
	readonly steps: Message<"step">[] = [];
	/** performance.now() of the first output byte; null before it. */
	firstOutputAt: number | null = null;
	/** Bytes of input that the program has taken. */
	stdinTakenBytes = 0;
	readonly #wire: RunWire;
	readonly #decoder = new TextDecoder();
	readonly #watchers = new Set<() => void>();
	#text = "";
	#isOver = false;
	#resolve: (end: RunEnd) => void = () => undefined;

	constructor(id: number, wire: RunWire) {
		this.id = id;
		this.#wire = wire;
		this.ended = new Promise((resolve) => {
			this.#resolve = resolve;
		});
	}

	/** Everything printed so far, as text. */
	get text(): string {
		return this.#text;
	}

	get output(): Buffer {
		return Buffer.concat(this.chunks);
	}

	get isOver(): boolean {
		return this.#isOver;
	}

	/** Rejects when the run was refused or the connection went away first. Made anew at each call, so nobody has to handle it unasked. */
	get exit(): Promise<RunExit> {
		return this.ended.then((end) => {
			if (end.kind === "exit") return end.exit;
			if (end.kind === "refused") throw new RunRefused(end.code, end.field, end.message);
			throw new Error(`The connection closed (${end.closeCode}) before the run ended. Output so far:\n${this.#tail()}`);
		});
	}

	type(input: string | Uint8Array): void {
		this.#wire.stdin(typeof input === "string" ? Buffer.from(input) : input);
	}

	eof(): void {
		this.#wire.control({ type: "eof" });
	}

	stop(): void {
		this.#wire.control({ type: "stop" });
	}

	signal(signal: "INT" | "TERM" | "QUIT" | "HUP" | "USR1" | "USR2"): void {
		this.#wire.control({ type: "signal", signal });
	}

	resize(columns: number, rows: number): void {
		this.#wire.resize(columns, rows);
	}

	/** Resolves to the text from `from` on that holds the wanted; rejects when the run ends or the time is up without it. */
	waitForOutput(wanted: string | RegExp, { timeoutMs = defaultWaitMs, from = 0 } = {}): Promise<string> {
		const isThere = (): boolean => {
			const text = from === 0 ? this.#text : this.#text.slice(from);
			return typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
		};
		return this.waitFor(isThere, `the output ${typeof wanted === "string" ? JSON.stringify(wanted) : wanted}`, timeoutMs).then(() =>
			this.#text.slice(from),
		);
	}

	/** Resolves once the server has said that a step runs. */
	async waitForStart(): Promise<Message<"started">> {
		await this.waitFor(() => this.started.length > 0, "the start", defaultWaitMs);
		const [first] = this.started;
		if (first === undefined) throw new Error("unreachable: waited for the start");
		return first;
	}

	/** Checks `isTrue` at each message of this run. */
	waitFor(isTrue: () => boolean, what: string, timeoutMs = defaultWaitMs): Promise<void> {
		return new Promise((resolve, reject) => {
			const settle = (error?: string): void => {
				clearTimeout(timer);
				this.#watchers.delete(check);
				if (error === undefined) resolve();
				else reject(new Error(`${error} ${what}. Output so far:\n${this.#tail()}`));
			};
			const check = (): void => {
				if (isTrue()) settle();
				else if (this.#isOver) settle("The run ended without");
			};
			const timer = setTimeout(() => settle(`${timeoutMs} ms passed without`), timeoutMs);
			this.#watchers.add(check);
			check();
		});
	}

	/** For SessionClient: what the server said about this run. */
	take(message: ServerMessage): void {
		switch (message.type) {
			case "queued":
				this.queued.push(message.ahead);
				break;
			case "started":
				this.started.push(message);
				break;
			case "stats":
				this.stats.push(message);
				break;
			case "step":
				this.steps.push(message);
				break;
			case "stdinAck":
				this.stdinTakenBytes += message.bytes;
				break;
			case "exit": {
				const { outcome, compile, program } = message;
				this.finish({ kind: "exit", exit: { outcome, sentence: describeOutcome(outcome).sentence, compile, program } });
				return;
			}
			case "error":
				this.finish({ kind: "refused", code: message.code, field: message.field, message: message.message });
				return;
		}
		this.#notify();
	}

	takeOutput(stream: "stdout" | "stderr", bytes: Buffer): void {
		this.firstOutputAt ??= performance.now();
		this.chunks.push(bytes);
		(stream === "stdout" ? this.stdoutChunks : this.stderrChunks).push(bytes);
		this.#text += this.#decoder.decode(bytes, { stream: true });
		this.#notify();
	}

	finish(end: RunEnd): void {
		if (this.#isOver) return;
		this.#isOver = true;
		this.#resolve(end);
		this.#notify();
	}

	#notify(): void {
		for (const watcher of [...this.#watchers]) watcher();
	}

	#tail(): string {
		return this.#text.slice(-2_000);
	}
}
