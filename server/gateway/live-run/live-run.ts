import type { Logger } from "pino";
import type { ErrorCode } from "../../../protocol/errors.ts";
import type { ClientMessage, RunMessage, ServerMessage } from "../../../protocol/messages.ts";
import type { Outcome, StepName, StepReport } from "../../../protocol/outcome.ts";
import type { RunTiming } from "../../../protocol/run-timing.ts";
import { stdinWindowBytes } from "../../../protocol/streams.ts";
import type { Consumer } from "../quotas.ts";
import type { CountedMessage } from "../reliable-channel.ts";
import { Session, type SessionWorld } from "../session.ts";
import { DirectChannel } from "./direct-channel.ts";

/**
 * A run that somebody inside the gateway holds, for a caller over HTTP: the same session as a page's, so that queue, quotas and a sandbox's
 * life are what they are for everybody, without a wire between. It owns the session and, by it, the sandbox.
 *
 * One run: the sandbox is fresh, and given back before `exit` or `refused` is told. A kept one stays for the next `start` until it was idle for
 * the session's time, or `close`.
 */

type Told<T extends ServerMessage["type"]> = Omit<Extract<ServerMessage, { type: T }>, "type" | "run">;

export type Signal = Extract<ClientMessage, { type: "signal" }>["signal"];

/** Without the number, which is the live run's own business. */
export type RunOrder = Omit<RunMessage, "type" | "run">;

export interface RunRefusal {
	readonly code: ErrorCode;
	/** The part of the order that was wrong. */
	readonly field?: string;
	readonly retryAfterMs?: number;
}

export interface RunExit {
	readonly outcome: Outcome;
	readonly compile: StepReport | null;
	readonly program: StepReport | null;
	/** Absent: it had no sandbox, or was lost with it. */
	readonly timing?: RunTiming | undefined;
}

/**
 * Each start is answered by one `refused` or one `exit`, the last of its calls, unless it was closed before. `queued` and `refused` may be called
 * before `start` returns.
 */
export interface RunHandlers {
	/** So many wait before it, and it may take so long; undefined: nobody knows yet. */
	queued?(ahead: number, waitMs: number | undefined): void;
	started(start: Told<"started">): void;
	/** A view: valid until it returns. A character may be split between two calls. */
	output(step: StepName, stream: "stdout" | "stderr", bytes: Uint8Array): void;
	stats?(stats: Told<"stats">): void;
	step?(step: StepName, report: StepReport): void;
	exit(exit: RunExit): void;
	refused(refusal: RunRefusal): void;
}

export interface LiveRunOptions {
	readonly world: SessionWorld;
	readonly consumer: Consumer;
	readonly log: Logger;
	/** True: the sandbox stays for the next start. */
	readonly isKept: boolean;
	/** Paused for longer than this it is ended, because a program that waits for its listener keeps a sandbox from others. */
	readonly stallMs: number;
	/** Once: the session is over. */
	readonly onClosed: (run: LiveRun) => void;
}

type Input = { readonly kind: "bytes"; readonly bytes: Uint8Array } | { readonly kind: "end" };

export class LiveRun {
	readonly #options: LiveRunOptions;
	readonly #session: Session<DirectChannel>;
	#handlers: RunHandlers | null = null;
	#number = 0;
	#step: StepName = "compile";
	#waitingInput: Input[] = [];
	#waitingInputBytes = 0;
	#creditBytes = 0;
	#stallTimer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: LiveRunOptions) {
		this.#options = options;
		this.#session = new Session(
			options.world,
			options.consumer,
			(onBlocked) =>
				new DirectChannel({
					onBlocked,
					onMessage: (message) => this.#take(message),
					onBytes: (stream, bytes) => this.#handlers?.output(this.#step, stream, bytes),
				}),
			options.log,
		);
	}

	/** A start that was not answered yet. */
	get isBusy(): boolean {
		return this.#handlers !== null;
	}

	get isClosed(): boolean {
		return this.#isClosed;
	}

	/** Input that waits until the program takes what was sent before. It is the caller's to bound. */
	get waitingInputBytes(): number {
		return this.#waitingInputBytes;
	}

	/** Throws when an earlier start was not answered yet, or it is closed: the caller's mistake. */
	start(order: RunOrder, handlers: RunHandlers): void {
		if (this.isBusy || this.#isClosed) throw new Error("A live run was started while it runs, or after its end.");
		this.#handlers = handlers;
		this.#number++;
		this.#waitingInput = [];
		this.#waitingInputBytes = 0;
		this.#creditBytes = stdinWindowBytes;
		this.#session.handle({ ...order, type: "run", run: this.#number });
	}

	/** Keeps a copy of what the program has no room for. After its end nothing happens, here and in the next four. */
	stdin(bytes: Uint8Array): void {
		if (!this.isBusy || bytes.length === 0) return;
		this.#waitingInput.push({ kind: "bytes", bytes: Uint8Array.from(bytes) });
		this.#waitingInputBytes += bytes.length;
		this.#sendInput();
	}

	/** The end of input, behind all that was given. */
	eof(): void {
		if (!this.isBusy) return;
		this.#waitingInput.push({ kind: "end" });
		this.#sendInput();
	}

	/** To the program's processes. One that comes before the program has started is lost. */
	signal(signal: Signal): void {
		if (this.isBusy) this.#session.handle({ type: "signal", run: this.#number, signal });
	}

	resize(columns: number, rows: number): void {
		if (this.isBusy) this.#session.handle({ type: "resize", run: this.#number, columns, rows });
	}

	/** `exit` follows, with the outcome "stopped" unless it ended by itself just before. Not while it is paused. */
	stop(): void {
		if (this.isBusy) this.#session.handle({ type: "stop", run: this.#number });
	}

	/** Output comes no more, but for what is under way already (64 KiB at most), and neither does the exit. */
	pause(): void {
		if (this.#isClosed) return;
		this.#session.channel.block(true);
		this.#stallTimer ??= setTimeout(() => this.abort({ kind: "lost", code: "heartbeatLost" }), this.#options.stallMs);
	}

	resume(): void {
		clearTimeout(this.#stallTimer);
		this.#stallTimer = undefined;
		this.#session.channel.block(false);
	}

	/** The runner went away. */
	runnerDown(): void {
		this.#session.runnerDown();
	}

	/** Gives everything back at once, and tells who waits that it ended so. */
	abort(outcome: Outcome): void {
		const handlers = this.#handlers;
		this.close();
		handlers?.exit({ outcome, compile: null, program: null });
	}

	/** Gives everything back; nothing is told any more. May be called at any time, more than once. */
	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#handlers = null;
		this.#waitingInput = [];
		this.#waitingInputBytes = 0;
		clearTimeout(this.#stallTimer);
		this.#session.end();
		this.#options.onClosed(this);
	}

	#take(message: CountedMessage): void {
		switch (message.type) {
			case "queued":
				this.#handlers?.queued?.(message.ahead, message.waitMs);
				break;
			case "started":
				this.#step = message.step;
				this.#handlers?.started(message);
				break;
			case "stats":
				this.#handlers?.stats?.(message);
				break;
			case "step":
				this.#handlers?.step?.(message.step, message.report);
				break;
			case "stdinAck":
				this.#creditBytes += message.bytes;
				this.#sendInput();
				break;
			case "exit": {
				const { outcome, compile, program, timing } = message;
				this.#finish((handlers) => handlers.exit({ outcome, compile, program, timing }));
				break;
			}
			case "error": {
				const { code, field, retryAfterMs } = message;
				const refusal = { code, ...(field === undefined ? {} : { field }), ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
				this.#finish((handlers) => handlers.refused(refusal));
				break;
			}
		}
	}

	#finish(tell: (handlers: RunHandlers) => void): void {
		const handlers = this.#handlers;
		this.#handlers = null;
		this.#waitingInput = [];
		this.#waitingInputBytes = 0;
		if (!this.#options.isKept) this.close();
		if (handlers !== null) tell(handlers);
	}

	#sendInput(): void {
		for (let next = this.#waitingInput[0]; next !== undefined; next = this.#waitingInput[0]) {
			if (next.kind === "end") this.#session.handle({ type: "eof", run: this.#number });
			else if (this.#creditBytes === 0) return;
			else {
				const bytes = next.bytes.subarray(0, this.#creditBytes);
				this.#creditBytes -= bytes.length;
				this.#waitingInputBytes -= bytes.length;
				this.#session.takeStdin(bytes);
				if (bytes.length < next.bytes.length) {
					this.#waitingInput[0] = { kind: "bytes", bytes: next.bytes.subarray(bytes.length) };
					return;
				}
			}
			this.#waitingInput.shift();
		}
	}
}
