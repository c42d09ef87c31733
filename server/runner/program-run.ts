import type { ErrorCode } from "../../protocol/errors.ts";
import type { EffectiveLimits } from "../../protocol/messages.ts";
import type { Outcome, StepName, StepReport } from "../../protocol/outcome.ts";
import type { SandboxTiming } from "../../protocol/run-timing.ts";
import type { AgentExit } from "./agent-frames.ts";
import { stdinCreditBytes } from "./agent-frames.ts";
import { type AgentHandlers, type AgentLink, streamClosed } from "./agent-link.ts";
import { InputReceipts } from "./input-receipts.ts";
import { limitedBy, outcomeOf, outputCutMarker, reportOf } from "./outcome.ts";
import type { RunPlan } from "./run-plan.ts";
import { StageClock } from "./stage-clock.ts";
import { StepWatch } from "./step-watch.ts";

/**
 * One run on one sandbox: the compile step where there is one, then the program. It may be made before its sandbox is there, and
 * keeps the input that comes early: at most the credit, so nothing here grows.
 *
 * It ends exactly once, by `sink.ended`. It never destroys the sandbox: `isSandboxUsable` tells the lease whether it must.
 */

export interface RunEnd {
	readonly outcome: Outcome;
	readonly compile: StepReport | null;
	readonly program: StepReport | null;
	/** null: it ended before its sandbox was there. */
	readonly timing: SandboxTiming | null;
	readonly isSandboxUsable: boolean;
}

export interface RunSink {
	started(step: StepName, limits: EffectiveLimits): void;
	/** False: no more until `outputDrained`. */
	output(stream: "stdout" | "stderr", bytes: Buffer): boolean;
	stats(stats: { wallMs: number; cpuMs: number; memoryBytes: number }): void;
	stdinAck(bytes: number): void;
	step(step: StepName, report: StepReport): void;
	ended(end: RunEnd): void;
}

/** How long an agent that was told to kill may take before the sandbox goes; also how long a stalled reader's output is awaited. */
const killGraceMs = 1_000;
/** What a stalled reader's connection may be made to hold so that the program's end can be read. */
const maxDrainBytes = 4_194_304;
const noSpaceErrno = 28;
const interruptByte = 3;
const interruptSignal = 2;

type State =
	| { readonly kind: "waiting" }
	| { readonly kind: "stepping"; readonly step: StepName; readonly link: AgentLink }
	| { readonly kind: "ended" };

export class ProgramRun {
	readonly #plan: RunPlan;
	readonly #sink: RunSink;
	readonly #watch = new StepWatch((limit) => this.#strike(limit));
	readonly #clock = new StageClock();
	readonly #receipts = new InputReceipts((bytes) => this.#sink.stdinAck(bytes));
	#state: State = { kind: "waiting" };
	#killTimer: NodeJS.Timeout | undefined;
	/** Set when we ended the step from here: what the run comes to, whatever the agent says of it. */
	#verdict: Outcome | null = null;
	#reports: { compile: StepReport | null; program: StepReport | null } = { compile: null, program: null };
	#outputBytes = 0;
	#earlyInput: Buffer[] = [];
	#isEofPending = false;
	#unackedBytes = 0;
	#terminal: RunPlan["terminal"];

	constructor(plan: RunPlan, sink: RunSink) {
		this.#plan = plan;
		this.#sink = sink;
		this.#terminal = plan.terminal;
	}

	get isWaiting(): boolean {
		return this.#state.kind === "waiting";
	}

	/** Takes the link's handlers over until it ends. The link must be ready. */
	begin(link: AgentLink): void {
		if (this.#state.kind !== "waiting") return;
		link.handlers = this.#handlers(link);
		this.#startStep(link, this.#plan.compile === null ? "run" : "compile");
	}

	#startStep(link: AgentLink, step: StepName): void {
		const { argv, limits } = step === "compile" && this.#plan.compile !== null ? this.#plan.compile : this.#plan.run;
		const isFirst = this.#state.kind === "waiting";
		this.#state = { kind: "stepping", step, link };
		this.#clock.stepBegan(step);
		link.startStep(isFirst ? this.#plan.files : [], {
			terminal: this.#terminal,
			idleWallMs: limits.idleWallMs,
			totalWallMs: limits.totalWallMs,
			cpuMs: limits.cpuMs,
			outputBytes: Math.max(1, limits.outputBytes - this.#outputBytes),
			argv,
			environment: this.#plan.environment,
		});
		this.#watch.start(limits);
		this.#sink.started(step, limits);
		if (step === "run") this.#passEarlyInput(link);
		else if (this.#terminal === null) link.eof();
	}

	#passEarlyInput(link: AgentLink): void {
		for (const bytes of this.#earlyInput.splice(0)) link.stdin(bytes);
		if (this.#isEofPending) link.eof();
	}

	/** False: more than the credit, a breach by the sender. */
	stdin(bytes: Buffer): boolean {
		if (this.#state.kind === "ended") return true;
		this.#unackedBytes += bytes.length;
		if (this.#unackedBytes > stdinCreditBytes) return false;
		if (this.#state.kind === "stepping" && this.#state.step === "run") {
			this.#watch.touch();
			return this.#state.link.stdin(bytes);
		}
		this.#keepEarlyInput(bytes);
		return true;
	}

	/** Ctrl-C at a terminal, while it compiles, means the compiler; what was typed before it is dropped, as a terminal does. */
	#keepEarlyInput(bytes: Buffer): void {
		const interruptAt = this.#terminal === null ? -1 : bytes.lastIndexOf(interruptByte);
		if (interruptAt < 0 || this.#state.kind !== "stepping") {
			this.#earlyInput.push(Buffer.from(bytes));
			return;
		}
		const rest = bytes.subarray(interruptAt + 1);
		const droppedBytes = this.#unackedBytes - rest.length;
		this.#earlyInput = rest.length > 0 ? [Buffer.from(rest)] : [];
		this.#unackedBytes = rest.length;
		this.#receipts.add(droppedBytes);
		this.#state.link.signal(interruptSignal);
	}

	eof(): void {
		if (this.#state.kind === "stepping" && this.#state.step === "run") this.#state.link.eof();
		else this.#isEofPending = true;
	}

	resize(columns: number, rows: number): void {
		if (this.#terminal === null) return;
		this.#terminal = { columns, rows };
		if (this.#state.kind === "stepping") this.#state.link.resize(columns, rows);
	}

	signal(signal: number): void {
		if (this.#state.kind === "stepping") this.#state.link.signal(signal);
	}

	stop(): void {
		this.#kill({ kind: "stopped" });
	}

	/** Ends it at once, for a reason that is not the program's; the sandbox is of no more use. */
	lose(code: ErrorCode): void {
		this.#end({ kind: "lost", code }, false);
	}

	outputDrained(): void {
		if (this.#state.kind === "stepping") this.#state.link.resume();
	}

	/** Asks the agent to end the step; the sandbox goes when the agent does not obey in time. */
	#kill(verdict: Outcome): void {
		if (this.#state.kind === "waiting") this.#end(verdict, true);
		if (this.#state.kind !== "stepping" || this.#verdict !== null) return;
		this.#verdict = verdict;
		this.#watch.stop();
		this.#state.link.kill();
		this.#awaitExit(this.#state.link, verdict);
	}

	/** A wall from outside. Where the reader had stalled, the agent's EXIT may be waiting behind output that nobody took. */
	#strike(limit: "idleWall" | "totalWall"): void {
		if (this.#state.kind !== "stepping") return;
		const { step, link } = this.#state;
		const verdict = limitedBy(limit, step, this.#limitsOf(step));
		if (link.isPaused && this.#plan.run.limits.outputBytes <= maxDrainBytes) this.#awaitExit(link, verdict);
		else this.#end(verdict, false);
	}

	#awaitExit(link: AgentLink, verdict: Outcome): void {
		this.#killTimer = setTimeout(() => this.#end(verdict, false), killGraceMs);
		if (this.#plan.run.limits.outputBytes <= maxDrainBytes) link.resume();
	}

	#limitsOf(step: StepName): EffectiveLimits {
		return step === "compile" && this.#plan.compile !== null ? this.#plan.compile.limits : this.#plan.run.limits;
	}

	#handlers(link: AgentLink): AgentHandlers {
		return {
			ready: () => this.#end({ kind: "lost", code: "sandboxLost" }, false),
			output: (stream, bytes) => this.#takeOutput(link, stream, bytes),
			stdinAck: (bytes) => {
				this.#unackedBytes -= bytes;
				if (this.#isLive()) this.#receipts.add(bytes);
			},
			stats: (stats) => {
				if (this.#isLive()) this.#sink.stats(stats);
			},
			fileRefused: (errno) => this.#kill({ kind: "lost", code: errno === noSpaceErrno ? "workspaceFull" : "internal" }),
			exit: (exit) => this.#takeExit(link, exit),
			dead: (reason) => this.#die(link, reason),
		};
	}

	/** A sandbox that ended by itself may have taken all the memory that its machine gives it: that is the program's doing. */
	#die(link: AgentLink, reason: string): void {
		const lost: Outcome = this.#verdict ?? { kind: "lost", code: "sandboxLost" };
		if (this.#verdict !== null || reason !== streamClosed || this.#state.kind !== "stepping") {
			this.#end(lost, false);
			return;
		}
		const { step } = this.#state;
		// Whatever the engine takes to say, nothing strikes a program that is dead.
		this.#watch.stop();
		void link.sandbox
			.hasRunOutOfMemory()
			.then((isProgramsDoing) => this.#end(isProgramsDoing ? limitedBy("memory", step, this.#limitsOf(step)) : lost, false));
	}

	#isLive(): boolean {
		return this.#state.kind === "stepping";
	}

	#takeOutput(link: AgentLink, stream: "stdout" | "stderr", bytes: Buffer): void {
		if (!this.#isLive()) return;
		this.#clock.spoke();
		const limitBytes = this.#plan.run.limits.outputBytes;
		const allowed = bytes.subarray(0, limitBytes - this.#outputBytes);
		this.#outputBytes += bytes.length;
		// What a step prints whose files could not be written is no output of the reader's program.
		if (this.#verdict?.kind === "lost") return;
		if (allowed.length > 0 && !this.#sink.output(stream, allowed) && this.#killTimer === undefined) link.pause();
		// The agent cuts at the cap exactly; one that goes on is not ours any more.
		if (this.#outputBytes > limitBytes) this.#end({ kind: "limited", limit: "output", value: limitBytes }, false);
	}

	#takeExit(link: AgentLink, exit: AgentExit): void {
		if (this.#state.kind !== "stepping") return;
		const { step } = this.#state;
		if (exit.cause === "killed" && this.#verdict === null) {
			this.#end({ kind: "lost", code: "sandboxLost" }, false);
			return;
		}
		this.#watch.stop();
		clearTimeout(this.#killTimer);
		const report = reportOf(exit);
		this.#reports[step === "compile" ? "compile" : "program"] = report;
		const outcome =
			this.#verdict?.kind === "lost" ? this.#verdict : outcomeOf(exit, step, this.#limitsOf(step), this.#plan.compile !== null);
		if (outcome === null && this.#verdict === null) {
			this.#sink.step(step, report);
			this.#startStep(link, "run");
		} else this.#end(outcome ?? { kind: "stopped" }, true, step);
	}

	/** `step`: the one that has just been reported. */
	#end(outcome: Outcome, isSandboxUsable: boolean, step?: StepName): void {
		if (this.#state.kind === "ended") return;
		const timing = this.#clock.read();
		this.#state = { kind: "ended" };
		this.#watch.stop();
		this.#receipts.flush();
		clearTimeout(this.#killTimer);
		this.#earlyInput = [];
		if (outcome.kind === "limited" && outcome.limit === "output") this.#sink.output("stdout", outputCutMarker(outcome.value));
		const { compile, program } = this.#reports;
		const report = step === "compile" ? compile : program;
		if (step !== undefined && report !== null) this.#sink.step(step, report);
		this.#sink.ended({ outcome, compile, program, timing, isSandboxUsable });
	}
}
