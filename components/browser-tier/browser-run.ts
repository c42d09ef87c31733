import type { EffectiveLimits, RunRequest } from "../../protocol/messages.ts";
import { formatBytes, type Outcome } from "../../protocol/outcome.ts";
import type { LocalRun, LocalRunEvents } from "../session/local-runner.ts";
import { cookOutput, LineDiscipline } from "./line-discipline.ts";
import type { FrameMessage, SandboxFrame } from "./sandbox-frame.ts";
import type { RuntimeKind } from "./wire.ts";

/**
 * One run in this browser, from the page's side: the terminal's line discipline, the limits, and the words that a server would send.
 * What the frame says moves this forward; that a run has ended is decided here, once, and takes the frame away.
 */

const mebibyte = 1_048_576;

/** A server's defaults (server/config.ts): the operator's own are not known where no server is asked. */
const defaultLimits = {
	idleWallMs: 10_000,
	totalWallMs: 300_000,
	cpuMs: 300_000,
	memoryBytes: 256 * mebibyte,
	processes: 1,
	workspaceBytes: 64 * mebibyte,
	outputBytes: mebibyte,
} as const satisfies EffectiveLimits;

/** What is kept for a program that does not read. */
const maxHeldInputBytes = mebibyte;
const statsEveryMs = 500;
const interruptSignal = 2;
/** How a program asks for input; only such a one is asked for it beforehand where it cannot wait. JavaScript always can. */
const readsInput = {
	python: /\binput\s*\(|\bstdin\b|fileinput|getpass/,
	javascript: /./,
	module: /\bstdin\b|\bcin\b|scanf|getc|getline|\bgets\b|\bread\s*\(/,
} as const satisfies Record<RuntimeKind, RegExp>;

const encoder = new TextEncoder();
const askBeforehand =
	"[This browser cannot let a program wait for input in its middle.\n Type all of its input now, a line for each question; Ctrl-D starts it.]\n";

interface RunParts {
	readonly request: RunRequest;
	readonly kind: RuntimeKind;
	readonly entry: string;
	readonly events: LocalRunEvents;
	/** Milliseconds of a clock that only goes forward. */
	readonly now: () => number;
	/** Called once, when the run is over. */
	readonly onEnd: () => void;
}

export class BrowserRun implements LocalRun {
	readonly #parts: RunParts;
	readonly #limits: EffectiveLimits;
	readonly #lines: LineDiscipline;
	#frame: SandboxFrame | null = null;
	#module: Uint8Array | null = null;
	#phase: "loading" | "asking" | "running" | "over" = "loading";
	#isReading = false;
	#startedAtMs = 0;
	#activeMs = 0;
	#activeSinceMs = 0;
	#memoryBytes = 0;
	#idleTimer: ReturnType<typeof setTimeout> | undefined;
	#totalTimer: ReturnType<typeof setTimeout> | undefined;
	#statsTimer: ReturnType<typeof setInterval> | undefined;

	constructor(parts: RunParts) {
		this.#parts = parts;
		const { idleWallMs, totalWallMs, outputBytes } = parts.request.limits ?? {};
		this.#limits = {
			...defaultLimits,
			idleWallMs: Math.min(idleWallMs ?? defaultLimits.idleWallMs, defaultLimits.idleWallMs),
			totalWallMs: Math.min(totalWallMs ?? defaultLimits.totalWallMs, defaultLimits.totalWallMs),
			outputBytes: Math.min(outputBytes ?? defaultLimits.outputBytes, defaultLimits.outputBytes),
		};
		this.#lines = new LineDiscipline({
			echo: (bytes) => this.#show(bytes),
			onInput: () => this.#onInput(),
			onInterrupt: () => this.#onInterrupt(),
		});
	}

	/** The runtime has come. `module`: what a server has compiled of the program; null: it runs from its source. */
	use(frame: SandboxFrame, module: Uint8Array | null): void {
		if (this.#phase === "over") frame.remove();
		else {
			this.#frame = frame;
			this.#module = module;
			frame.listen((message) => this.#hear(message));
		}
	}

	/** It will not come. */
	giveUp(code: "browserUnloaded" | "browserUnable"): void {
		this.#end({ kind: "lost", code });
	}

	stop(): void {
		this.#end({ kind: "stopped" });
	}

	sendInput(bytes: Uint8Array): boolean {
		if (this.#phase === "over") return true;
		if (this.#lines.heldBytes + bytes.length > maxHeldInputBytes) return false;
		if (this.#phase === "running") this.#renewIdleLimit();
		this.#lines.type(bytes);
		return true;
	}

	#hear(message: FrameMessage): void {
		if (this.#phase === "over") return;
		switch (message.type) {
			case "ready":
				this.#onReady(message.canWait);
				return;
			case "unopened":
				this.giveUp("browserUnloaded");
				return;
			case "failed":
				console.info("The runtime of this browser failed.", message.detail);
				this.giveUp("browserUnable");
				return;
			case "output":
				this.#show(cookOutput(message.bytes));
				return;
			case "read":
				this.#memoryBytes = message.memoryBytes;
				this.#setReading(true);
				this.#answer();
				return;
			case "exit":
				this.#memoryBytes = message.memoryBytes;
				this.#end({ kind: "exited", code: message.code }, message.code);
				return;
			case "outputFull":
				this.#show(encoder.encode(`\r\n[output cut after ${formatBytes(this.#limits.outputBytes)}]\r\n`));
				this.#end({ kind: "limited", limit: "output", value: this.#limits.outputBytes });
				return;
			case "breach":
				this.#end({ kind: "lost", code: "browserBreach" });
		}
	}

	#onReady(canWait: boolean): void {
		const { request, kind } = this.#parts;
		const mustAsk = !canWait && request.files.some(({ content }) => readsInput[kind].test(content));
		const nowMs = this.#parts.now();
		this.#startedAtMs = nowMs;
		this.#activeSinceMs = nowMs;
		this.#parts.events.onMessage({
			type: "started",
			run: request.run,
			step: "run",
			tier: "browser",
			language: request.language,
			version: request.version ?? "",
			limits: this.#limits,
		});
		this.#statsTimer = setInterval(() => this.#sendStats(), statsEveryMs);
		this.#totalTimer = setTimeout(
			() => this.#end({ kind: "limited", limit: "totalWall", value: this.#limits.totalWallMs }),
			this.#limits.totalWallMs,
		);
		if (mustAsk) {
			this.#phase = "asking";
			this.#setReading(true);
			this.#show(cookOutput(encoder.encode(askBeforehand)));
		} else this.#start(canWait ? null : new Uint8Array());
	}

	#start(givenInput: Uint8Array | null): void {
		const { request, entry } = this.#parts;
		this.#phase = "running";
		this.#setReading(false);
		this.#renewIdleLimit();
		const { columns = 80, rows = 24, arguments: words = [] } = request;
		const program = {
			files: request.files,
			entry,
			module: this.#module,
			arguments: words,
			columns,
			rows,
			givenInput,
			memoryLimitBytes: this.#limits.memoryBytes,
		};
		this.#frame?.start(program, this.#limits.outputBytes);
	}

	#onInput(): void {
		if (this.#phase === "asking") this.#collect();
		else this.#answer();
	}

	/** Everything until Ctrl-D is the program's input. */
	#collect(): void {
		const lines: Uint8Array[] = [...this.#collected];
		for (let taken = this.#lines.take(); taken !== undefined; taken = this.#lines.take()) {
			if (taken === null) {
				this.#collected = [];
				this.#start(concatenate(lines));
				return;
			}
			lines.push(taken);
		}
		this.#collected = lines;
	}

	#collected: readonly Uint8Array[] = [];

	#answer(): void {
		if (!this.#isReading || this.#phase !== "running") return;
		const bytes = this.#lines.take();
		if (bytes === undefined) return;
		this.#setReading(false);
		this.#frame?.input(bytes);
	}

	/** A Python program that waits sees KeyboardInterrupt; another ends, as by a signal that it does not handle. */
	#onInterrupt(): void {
		if (this.#phase === "running" && this.#isReading && this.#parts.kind === "python") {
			this.#setReading(false);
			this.#frame?.interrupt();
		} else if (this.#phase !== "loading") this.#end({ kind: "signalled", signal: interruptSignal });
	}

	#setReading(isReading: boolean): void {
		if (this.#isReading === isReading) return;
		this.#isReading = isReading;
		const nowMs = this.#parts.now();
		if (isReading) this.#activeMs += nowMs - this.#activeSinceMs;
		else this.#activeSinceMs = nowMs;
	}

	#renewIdleLimit(): void {
		clearTimeout(this.#idleTimer);
		const { idleWallMs } = this.#limits;
		this.#idleTimer = setTimeout(() => this.#end({ kind: "limited", limit: "idleWall", value: idleWallMs }), idleWallMs);
	}

	/** The time that it did not wait for its reader stands for processor time, which no browser tells. */
	#usage(): { wallMs: number; cpuMs: number } {
		const nowMs = this.#parts.now();
		return { wallMs: nowMs - this.#startedAtMs, cpuMs: this.#activeMs + (this.#isReading ? 0 : nowMs - this.#activeSinceMs) };
	}

	#sendStats(): void {
		const { events, request } = this.#parts;
		events.onMessage({ type: "stats", run: request.run, ...this.#usage(), memoryBytes: this.#memoryBytes });
	}

	#show(bytes: Uint8Array): void {
		this.#parts.events.onBytes("stdout", bytes, () => undefined);
	}

	#end(outcome: Outcome, exitCode: number | null = null): void {
		if (this.#phase === "over") return;
		const wasStarted = this.#phase === "running";
		const signal = outcome.kind === "signalled" ? outcome.signal : null;
		const program = wasStarted ? { exitCode, signal, ...this.#usage(), peakMemoryBytes: this.#memoryBytes } : null;
		this.#phase = "over";
		clearTimeout(this.#idleTimer);
		clearTimeout(this.#totalTimer);
		clearInterval(this.#statsTimer);
		this.#frame?.remove();
		this.#parts.events.onMessage({ type: "exit", run: this.#parts.request.run, outcome, compile: null, program });
		this.#parts.onEnd();
	}
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
