import type { Logger } from "pino";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import type { AgentStart } from "./agent-frames.ts";
import type { AgentHandlers, AgentLink } from "./agent-link.ts";
import type { LimitSettings } from "./limits.ts";
import type { Pool } from "./pool.ts";
import { ProgramRun, type RunEnd, type RunSink } from "./program-run.ts";
import { nextStart, planRun, type RunRequest } from "./run-plan.ts";

/**
 * One lease: at most one sandbox at a time, and at most one run. The lease owns the link from the claim on and gives it back with
 * `pool.retire`, never to another lease.
 *
 *     claiming ──▶ idle ──begin──▶ running ──ended──▶ resetting ──READY──▶ idle
 *        ▲                            │ unusable         │ no READY, or dead
 *        └────── next run ────── vacant ◀────────────────┘
 *
 * A run that comes in any state but `idle` waits for it.
 */

export interface LeaseSink extends Omit<RunSink, "ended"> {
	claimed(isWarm: boolean): void;
	/** Instead of `claimed`: there will be no sandbox. */
	refused(code: ErrorCode): void;
	exit(end: Omit<RunEnd, "isSandboxUsable">): void;
}

const resetTimeoutMs = 2_000;

type State =
	| { readonly kind: "vacant" }
	| { readonly kind: "claiming"; cancel(): void }
	| { readonly kind: "idle"; readonly link: AgentLink }
	| { readonly kind: "running"; readonly link: AgentLink }
	| { readonly kind: "resetting"; readonly link: AgentLink; readonly timer: NodeJS.Timeout }
	| { readonly kind: "closed" };

export class Lease {
	readonly #pool: Pool;
	readonly #toolchain: Toolchain;
	readonly tier: ServerTierId;
	readonly #settings: LimitSettings;
	readonly #sink: LeaseSink;
	readonly #log: Logger;
	#state: State = { kind: "vacant" };
	#hasClaimed = false;
	/** The end of a run that came to nothing before the claim was answered: `claimed` comes first. */
	#heldExits: Omit<RunEnd, "isSandboxUsable">[] = [];
	#run: ProgramRun | null = null;
	/** What is to wait for the next run; null before the first, and where nothing is. */
	#nextStart: AgentStart | null = null;
	#hasRun = false;

	constructor(options: { pool: Pool; toolchain: Toolchain; tier: ServerTierId; settings: LimitSettings; sink: LeaseSink; log: Logger }) {
		this.#pool = options.pool;
		this.#toolchain = options.toolchain;
		this.tier = options.tier;
		this.#settings = options.settings;
		this.#sink = options.sink;
		this.#log = options.log;
	}

	/** The run that input, resize, signal and stop are for; null outside one. */
	get run(): ProgramRun | null {
		return this.#run;
	}

	/** Called once, first. */
	claim(): void {
		this.#takeSandbox();
	}

	/** False: an earlier run has not ended, a breach by the sender. */
	start(request: RunRequest): boolean {
		if (this.#run !== null || this.#heldExits.length > 0 || this.#state.kind === "closed") return false;
		const plan = planRun(request, this.#toolchain, this.#settings);
		if (typeof plan === "string") {
			this.#tellExit({ outcome: { kind: "lost", code: plan }, compile: null, program: null, timing: null });
			return true;
		}
		this.#nextStart = nextStart(this.#toolchain, plan);
		if (!this.#hasRun) this.#pool.noteMode(this.#toolchain, this.tier, request.mode);
		this.#hasRun = true;
		this.#run = new ProgramRun(plan, { ...this.#sink, ended: (end) => this.#runEnded(end) });
		if (this.#state.kind === "vacant") this.#takeSandbox();
		else this.#beginIfPossible();
		return true;
	}

	/** Kills and removes the sandbox. Resolves when the engine has confirmed. The sink hears nothing more. */
	async close(): Promise<void> {
		const state = this.#state;
		this.#state = { kind: "closed" };
		this.#run?.lose("shuttingDown");
		if (state.kind === "claiming") state.cancel();
		if (state.kind === "resetting") clearTimeout(state.timer);
		if ("link" in state) await this.#retire(state.link);
	}

	#takeSandbox(): void {
		const claim = this.#pool.claim(this.#toolchain, this.tier, {
			granted: (link) => this.#granted(link, false),
			refused: (code) => this.#refused(code),
		});
		if (claim.kind === "granted") this.#granted(claim.link, true);
		else if (claim.kind === "refused") this.#refused(claim.code);
		else this.#state = { kind: "claiming", cancel: claim.cancel };
	}

	#granted(link: AgentLink, isWarm: boolean): void {
		this.#becomeIdle(link);
		if (!this.#hasClaimed) {
			this.#hasClaimed = true;
			this.#sink.claimed(isWarm);
			for (const exit of this.#heldExits.splice(0)) this.#sink.exit(exit);
		}
		this.#beginIfPossible();
	}

	#refused(code: ErrorCode): void {
		this.#state = { kind: "vacant" };
		if (this.#hasClaimed) this.#run?.lose(code);
		else this.#sink.refused(code);
	}

	#becomeIdle(link: AgentLink): void {
		link.handlers = this.#handlers(link);
		this.#state = { kind: "idle", link };
	}

	/** Where no run has the link's handlers, only its readiness and its death matter. */
	#handlers(link: AgentLink): AgentHandlers {
		const nothing = (): void => undefined;
		return {
			ready: () => this.#resetDone(link),
			dead: (reason) => this.#giveUp(link, reason),
			output: nothing,
			stdinAck: nothing,
			stats: nothing,
			exit: nothing,
			fileRefused: nothing,
		};
	}

	#beginIfPossible(): void {
		if (this.#state.kind !== "idle" || this.#run === null) return;
		const { link } = this.#state;
		this.#state = { kind: "running", link };
		this.#run.begin(link);
	}

	/** The sandbox is emptied, or given up, before anybody is told: the next run need not wait for this answer's way. */
	#runEnded(end: RunEnd): void {
		this.#run = null;
		const state = this.#state;
		if (state.kind === "closed") return;
		if (state.kind === "running") {
			if (end.isSandboxUsable && state.link.isReady) this.#reset(state.link);
			else this.#giveUp(state.link, "unusableAfterRun");
		}
		this.#tellExit({ outcome: end.outcome, compile: end.compile, program: end.program, timing: end.timing });
	}

	#tellExit(exit: Omit<RunEnd, "isSandboxUsable">): void {
		if (this.#hasClaimed) this.#sink.exit(exit);
		else this.#heldExits.push(exit);
	}

	#reset(link: AgentLink): void {
		const timer = setTimeout(() => this.#giveUp(link, "resetTimeout"), resetTimeoutMs);
		this.#state = { kind: "resetting", link, timer };
		link.handlers = this.#handlers(link);
		link.resume();
		link.reset();
	}

	#resetDone(link: AgentLink): void {
		if (this.#state.kind !== "resetting") return;
		clearTimeout(this.#state.timer);
		this.#becomeIdle(link);
		if (this.#run === null && this.#nextStart !== null) link.prespawn(this.#nextStart);
		this.#beginIfPossible();
	}

	/** Never shown to the reader: the next run gets a fresh sandbox. */
	#giveUp(link: AgentLink, reason: string): void {
		if (this.#state.kind === "closed" || this.#state.kind === "vacant") return;
		if (this.#state.kind === "resetting") clearTimeout(this.#state.timer);
		this.#state = { kind: "vacant" };
		this.#log.warn({ sandbox: link.sandbox.id, reason }, "a sandbox was given up");
		void this.#retire(link);
		if (this.#run !== null) this.#takeSandbox();
	}

	#retire(link: AgentLink): Promise<void> {
		link.handlers = { ...this.#handlers(link), ready: () => undefined, dead: () => undefined };
		return this.#pool.retire(link);
	}
}
