import { constants } from "node:os";
import type { Logger } from "pino";
import { describeError, type ErrorCode } from "../../protocol/errors.ts";
import type { ClientMessage, RunMessage } from "../../protocol/messages.ts";
import type { Outcome, StepReport } from "../../protocol/outcome.ts";
import type { RunTiming } from "../../protocol/run-timing.ts";
import { type StreamName, stdinWindowBytes } from "../../protocol/streams.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { EarlyInput } from "./early-input.ts";
import type { IdleLease, IdleLeases } from "./idle-leases.ts";
import type { FairQueue, Slot, Ticket } from "./queue.ts";
import type { Consumer, Permit, Quotas, Refusal } from "./quotas.ts";
import type { CountedMessage, ReliableChannel } from "./reliable-channel.ts";
import { RunCost } from "./run-cost.ts";
import type { RunObserver } from "./run-figures.ts";
import { type PreparedRun, prepareRun, type RunProblem } from "./run-request.ts";
import { Sandbox, type SandboxEvents } from "./sandbox.ts";

/**
 * One tab, or one caller of the HTTP interface: its runs, one at a time, and the sandbox that it keeps between them. It outlives its
 * connections (PROTOCOL.md P10) and knows nothing of them but the channel.
 *
 *   idle ──run──▶ waiting (for a slot) ──granted──▶ running ──exit, gone──▶ idle (perhaps with the sandbox kept)
 *     └──run with a sandbox of that language kept──────▲
 *   every state ──end──▶ ended
 *
 * It is longer than most files here: the state machine is one thing, and split it would have to hand its state around.
 *
 * Who holds what: waiting holds the permit and the ticket, running and idle the sandbox, which bears permit and slot.
 */

export interface SessionWorld {
	readonly catalogue: LanguageCatalogue;
	readonly quotas: Quotas;
	readonly queue: FairQueue;
	readonly idleLeases: IdleLeases;
	readonly runnerSocketPath: string;
	readonly runnerStatus: () => RunnerStatus | null;
	readonly observer: RunObserver;
	readonly now: () => number;
	/** How long an idle session keeps its sandbox. */
	readonly sessionIdleMs: number;
	/** How long a sandbox serves one session while others wait; at its next run it queues again. */
	readonly turnMs: number;
}

/** A sandbox given back is counted by the runner until it is dead, 10 to 100 ms; the next claim asks again until then, soon at first. */
const busyRetryMs = (refusals: number): number => Math.min(50, 5 * 2 ** Math.min(refusals, 4));
const maxBusyRetries = 200;
/** Proxies give up on an answer that takes a minute: who waits for one is told before. */
const callerWaitMs = 50_000;

type State =
	| { readonly kind: "idle"; readonly kept: Kept | null }
	| {
			readonly kind: "waiting";
			readonly prepared: PreparedRun;
			readonly permit: Permit;
			readonly early: EarlyInput;
			ticket: Ticket | null;
	  }
	| {
			readonly kind: "running";
			readonly prepared: PreparedRun;
			readonly sandbox: Sandbox;
			/** null once it is claimed. */
			early: EarlyInput | null;
			startedMs: number | null;
			/** It waited so long before it was sent to the runner. */
			readonly queueMs: number;
			compile: StepReport | null;
			readonly cost: RunCost;
	  }
	| { readonly kind: "ended" };

interface Kept extends IdleLease {
	readonly sandbox: Sandbox;
	readonly timer: NodeJS.Timeout;
}

/** Where a session says what happens. */
export interface SessionChannel {
	/** Holds: produce nothing more for now. A change is told to the `onBlocked` that the channel was made with. */
	readonly isBlocked: boolean;
	send(message: CountedMessage): void;
	/** Keeps no view of the bytes. */
	sendBytes(stream: Exclude<StreamName, "stdin">, bytes: Uint8Array): void;
	/** Nothing is sent any more. */
	detach(): void;
}

/** Messages that a session answers; the others are the connection's own. */
export type SessionMessage = Extract<ClientMessage, { type: "run" | "stop" | "resize" | "signal" | "eof" }>;

export class Session<Channel extends SessionChannel = ReliableChannel> {
	readonly channel: Channel;
	readonly consumer: Consumer;
	readonly #world: SessionWorld;
	readonly #log: Logger;
	#state: State = { kind: "idle", kept: null };
	#lastRun = 0;
	/** When the last run was asked for. */
	#askedMs = 0;
	#unacknowledgedStdinBytes = 0;

	constructor(world: SessionWorld, consumer: Consumer, makeChannel: (onBlocked: (isBlocked: boolean) => void) => Channel, log: Logger) {
		this.#world = world;
		this.consumer = consumer;
		this.#log = log;
		this.channel = makeChannel((isBlocked) => {
			const lease = this.#sandbox?.lease;
			if (isBlocked) lease?.pause();
			else lease?.resume();
		});
	}

	/** True while a run is waited for or runs. */
	get isBusy(): boolean {
		return this.#state.kind === "waiting" || this.#state.kind === "running";
	}

	handle(message: SessionMessage): void {
		if (message.type === "run") {
			const problem = this.#start(message);
			if (problem !== null) this.#refuse(message.run, problem);
			return;
		}
		const state = this.#state;
		if ((state.kind !== "waiting" && state.kind !== "running") || state.prepared.run !== message.run) return; // PROTOCOL.md P6
		state.early?.note(message);
		if (state.kind === "waiting") {
			if (message.type === "stop") this.#stopInQueue(state);
		} else if (message.type === "stop") state.sandbox.lease.stop();
		else if (message.type === "eof") state.sandbox.lease.eof();
		else if (message.type === "resize") state.sandbox.lease.resize(message.columns, message.rows);
		else state.sandbox.lease.signal(constants.signals[`SIG${message.signal}`]);
	}

	/** False: more than the page had credit for (PROTOCOL.md P7). Keeps no view of `bytes`. */
	takeStdin(bytes: Uint8Array): boolean {
		const state = this.#state;
		if (state.kind !== "waiting" && state.kind !== "running") return true;
		this.#unacknowledgedStdinBytes += bytes.length;
		if (this.#unacknowledgedStdinBytes > stdinWindowBytes) return false;
		state.early?.add(bytes);
		return state.kind === "waiting" || !state.sandbox.lease.isOpen || state.sandbox.lease.stdin(bytes);
	}

	/** The runner went away: who waits for it is told; leases that it held report for themselves. */
	runnerDown(): void {
		const state = this.#state;
		if (state.kind !== "waiting") return;
		this.#stopWaiting(state);
		this.#refuse(state.prepared.run, { code: "runnerDown" });
	}

	/** Gives everything back. Nothing is sent any more. */
	end(): void {
		const state = this.#state;
		this.#state = { kind: "ended" };
		this.channel.detach();
		if (state.kind === "waiting") {
			state.ticket?.leave();
			state.permit.release();
		} else if (state.kind === "running") {
			this.#countSeconds(state.startedMs);
			state.sandbox.close();
		} else if (state.kind === "idle" && state.kept !== null) this.#drop(state.kept);
	}

	get #sandbox(): Sandbox | null {
		if (this.#state.kind === "running") return this.#state.sandbox;
		return this.#state.kind === "idle" ? (this.#state.kept?.sandbox ?? null) : null;
	}

	/** null: it runs or waits. */
	#start(message: RunMessage): RunProblem | Refusal | null {
		const state = this.#state;
		if (state.kind !== "idle") return { code: "alreadyRunning" };
		if (message.run <= this.#lastRun) return { code: "invalidRequest", field: "run" };
		this.#lastRun = message.run;
		const result = prepareRun(message, this.#world.catalogue, this.#world.runnerStatus());
		if ("problem" in result) return result.problem;
		const refusal = this.#world.quotas.takeRun(this.consumer);
		if (refusal !== null) return refusal;
		this.#unacknowledgedStdinBytes = 0;
		this.#askedMs = this.#world.now();
		const { prepared } = result;
		const { kept } = state;
		if (kept !== null && this.#mayKeep(kept.sandbox, prepared)) {
			this.#unkeep(kept);
			this.#launch(prepared, kept.sandbox, null);
			return null;
		}
		if (kept !== null) this.#drop(kept);
		return this.#enterQueue(prepared);
	}

	#mayKeep(sandbox: Sandbox, { toolchain, tier }: PreparedRun): boolean {
		const isTurnOver = this.#world.queue.unserved > 0 && this.#world.now() - sandbox.grantedMs > this.#world.turnMs;
		return sandbox.toolchain === toolchain && sandbox.tier === tier && sandbox.lease.isOpen && !isTurnOver;
	}

	#enterQueue(prepared: PreparedRun): Refusal | null {
		const permit = this.#takePermit();
		if ("code" in permit) return permit;
		const state: Extract<State, { kind: "waiting" }> = {
			kind: "waiting",
			prepared,
			permit,
			early: new EarlyInput(prepared.request),
			ticket: null,
		};
		this.#state = state;
		const { visitor, site, caller } = this.consumer;
		const place = this.#world.queue.enter({
			visitor,
			...(site === undefined ? {} : { site }),
			...(caller === undefined ? {} : { longestWaitMs: callerWaitMs }),
			...(caller?.kind === "key" ? { lineLength: caller.allowance.sandboxes } : {}),
			ahead: (ahead, waitMs) => this.channel.send({ type: "queued", run: prepared.run, ahead, ...(waitMs === null ? {} : { waitMs }) }),
			granted: (slot) => this.#granted(state, slot),
			turnedAway: ({ retryAfterMs }) => {
				this.#stopWaiting(state);
				this.#refuse(prepared.run, { code: "queueFull", retryAfterMs });
			},
		});
		if ("leave" in place) {
			state.ticket = place;
			return null;
		}
		this.#stopWaiting(state);
		return { code: "queueFull", retryAfterMs: place.retryAfterMs };
	}

	/** A visitor at the limit gives up the sandbox that another tab keeps idle, rather than being refused. */
	#takePermit(): Permit | Refusal {
		const { quotas, idleLeases } = this.#world;
		const first = quotas.takeSandbox(this.consumer);
		if (!("code" in first)) return first;
		const by = first.party === "address" || first.party === "site" ? first.party : "visitor";
		return idleLeases.giveBackOneOf(this.consumer, by) ? quotas.takeSandbox(this.consumer) : first;
	}

	#granted(state: Extract<State, { kind: "waiting" }>, slot: Slot): void {
		const { prepared, permit } = state;
		const sandbox: Sandbox = new Sandbox({
			socketPath: this.#world.runnerSocketPath,
			toolchain: prepared.toolchain,
			tier: prepared.tier,
			slot,
			permit,
			nowMs: this.#world.now(),
			events: { ...this.#events(() => sandbox), busy: () => this.#tryAgain(sandbox, slot, permit) },
			onBreach: (detail) => this.#log.error({ detail }, "the runner broke the door's protocol"),
		});
		this.#launch(prepared, sandbox, state.early);
	}

	#launch(prepared: PreparedRun, sandbox: Sandbox, early: EarlyInput | null): void {
		const queueMs = this.#world.now() - this.#askedMs;
		this.#state = { kind: "running", prepared, sandbox, early, startedMs: null, queueMs, compile: null, cost: new RunCost() };
		if (this.channel.isBlocked) sandbox.lease.pause();
		sandbox.lease.run(prepared.request);
		early?.replayTo(sandbox.lease);
	}

	/** Waits on, with the slot in hand; what was typed is kept. */
	#tryAgain(sandbox: Sandbox, slot: Slot, permit: Permit): void {
		const state = this.#state;
		const early = state.kind === "running" && state.sandbox === sandbox ? state.early : null;
		if (state.kind !== "running" || early === null) {
			slot.release();
			permit.release();
			return;
		}
		const { prepared } = state;
		early.refusals++;
		const timer = setTimeout(() => this.#granted(waiting, slot), busyRetryMs(early.refusals));
		const ticket: Ticket = {
			leave() {
				clearTimeout(timer);
				slot.release();
			},
		};
		const waiting: Extract<State, { kind: "waiting" }> = { kind: "waiting", prepared, permit, early, ticket };
		this.#state = waiting;
		if (early.isStopped) this.#stopInQueue(waiting);
		else if (early.refusals > maxBusyRetries) {
			this.#stopWaiting(waiting);
			this.#refuse(prepared.run, { code: "queueFull", retryAfterMs: this.#world.queue.retryAfterMs });
		}
	}

	#stopInQueue(state: Extract<State, { kind: "waiting" }>): void {
		this.#stopWaiting(state);
		this.#sendExit(state.prepared, { kind: "stopped" }, null);
	}

	#stopWaiting(state: Extract<State, { kind: "waiting" }>): void {
		state.ticket?.leave();
		state.permit.release();
		this.#state = { kind: "idle", kept: null };
	}

	/** Each handler first sees that the sandbox is still the one of the running program. */
	#events(sandboxOf: () => Sandbox): Omit<SandboxEvents, "busy"> {
		const whileRunning = (act: (state: Extract<State, { kind: "running" }>, run: number) => void): void => {
			if (this.#state.kind === "running" && this.#state.sandbox === sandboxOf()) act(this.#state, this.#state.prepared.run);
		};
		return {
			claimed: () =>
				whileRunning((state) => {
					state.early = null;
				}),
			started: ({ step, limits }) =>
				whileRunning((state, run) => {
					state.startedMs ??= this.#world.now();
					const { language, version } = state.prepared.toolchain;
					const { tier } = state.sandbox;
					this.channel.send({ type: "started", run, step, tier, language: language.id, version: version.version, limits });
				}),
			output: (stream, bytes) =>
				whileRunning(() => {
					this.#world.observer.printed(bytes.length);
					this.channel.sendBytes(stream, bytes);
				}),
			stats: (stats) =>
				whileRunning((state, run) => {
					this.#world.queue.charge(this.consumer, state.cost.stats(stats));
					this.channel.send({ ...stats, type: "stats", run });
				}),
			stdinAck: (bytes) =>
				whileRunning((_, run) => {
					this.#unacknowledgedStdinBytes -= bytes;
					this.channel.send({ type: "stdinAck", run, bytes });
				}),
			step: ({ step, report }) =>
				whileRunning((state, run) => {
					if (step === "compile") state.compile = report;
					this.#world.queue.charge(this.consumer, state.cost.step(report));
					this.channel.send({ type: "step", run, step, report });
				}),
			exit: ({ outcome, compile, program, timing }) =>
				whileRunning((state) => {
					this.#countSeconds(state.startedMs);
					this.#keep(state.sandbox);
					const whole = timing === null ? undefined : { queueMs: state.queueMs, ...timing };
					this.#sendExit(state.prepared, outcome, compile, program, whole);
				}),
			gone: (code, wasClaimed) => this.#sandboxGone(sandboxOf(), code, wasClaimed),
		};
	}

	#sandboxGone(sandbox: Sandbox, code: ErrorCode, wasClaimed: boolean): void {
		const state = this.#state;
		if (state.kind === "idle" && state.kept?.sandbox === sandbox) {
			this.#unkeep(state.kept);
			return;
		}
		if (state.kind !== "running" || state.sandbox !== sandbox) return;
		this.#state = { kind: "idle", kept: null };
		this.#countSeconds(state.startedMs);
		const { run } = state.prepared;
		this.#log.warn({ run, code, language: sandbox.toolchain.key }, wasClaimed ? "sandbox lost" : "sandbox refused");
		if (wasClaimed) this.#sendExit(state.prepared, { kind: "lost", code }, state.compile);
		else this.#refuse(run, { code });
	}

	#keep(sandbox: Sandbox): void {
		if (!sandbox.lease.isOpen) {
			this.#state = { kind: "idle", kept: null };
			return;
		}
		const kept: Kept = {
			sandbox,
			consumer: this.consumer,
			timer: setTimeout(() => kept.giveBack(), this.#world.sessionIdleMs),
			giveBack: () => this.#drop(kept),
		};
		this.#state = { kind: "idle", kept };
		this.#world.idleLeases.add(kept);
	}

	#unkeep(kept: Kept): void {
		clearTimeout(kept.timer);
		this.#world.idleLeases.remove(kept);
		if (this.#state.kind === "idle") this.#state = { kind: "idle", kept: null };
	}

	#drop(kept: Kept): void {
		this.#unkeep(kept);
		kept.sandbox.close();
	}

	#countSeconds(startedMs: number | null): void {
		if (startedMs === null) return;
		const ranMs = this.#world.now() - startedMs;
		this.#world.quotas.takeSeconds(this.consumer, ranMs / 1_000);
		this.#world.queue.ranFor(ranMs);
	}

	#sendExit(
		{ run, tier, toolchain }: PreparedRun,
		outcome: Outcome,
		compile: StepReport | null,
		program: StepReport | null = null,
		timing?: RunTiming,
	): void {
		this.#world.observer.ended({ language: toolchain.language.id, tier, outcome, timing });
		this.channel.send({ type: "exit", run, outcome, compile, program, ...(timing === undefined ? {} : { timing }) });
	}

	#refuse(run: number, problem: RunProblem | Refusal): void {
		const { code } = problem;
		const field = "field" in problem ? problem.field : undefined;
		const retryAfterMs = "retryAfterMs" in problem ? problem.retryAfterMs : undefined;
		this.#log.info({ run, code }, "run refused");
		this.#world.observer.refused(code);
		this.channel.send({
			type: "error",
			code,
			message: describeError(code, field, retryAfterMs),
			...(field === undefined || field === "" ? {} : { field }),
			run,
			...(retryAfterMs === undefined ? {} : { retryAfterMs }),
		});
	}
}
