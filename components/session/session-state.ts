import { type ErrorCode, errorTable } from "../../protocol/errors.ts";
import type { EffectiveLimits, ServerMessage } from "../../protocol/messages.ts";
import type { Outcome, StepName, StepReport } from "../../protocol/outcome.ts";
import type { RunTiming } from "../../protocol/run-timing.ts";

/** What the page knows of its session: the connection, and the run. Pure; session-client.ts feeds it. */

export type Connection =
	| { readonly kind: "connecting" }
	| { readonly kind: "open" }
	/** Broken; the next attempt is made by itself. `attempts` failed in a row. */
	| { readonly kind: "waiting"; readonly attempts: number; readonly code: ErrorCode | null }
	/** Will not come back without a reload. */
	| { readonly kind: "closed"; readonly code: ErrorCode };

export interface RunUsage {
	readonly wallMs: number;
	readonly cpuMs: number;
	readonly memoryBytes: number;
}

export interface RunningStep {
	readonly step: StepName;
	readonly tier: string;
	readonly language: string;
	readonly version: string;
	/** A server compiles it, and then it runs in this browser. */
	readonly isForHere: boolean;
	readonly limits: EffectiveLimits;
	/** By the page's own clock (performance.now), to show time pass between two `stats`. */
	readonly startedAtMs: number;
	readonly lastInputAtMs: number;
	readonly usage: RunUsage;
}

export type RunState =
	| { readonly kind: "idle" }
	/** Pressed, and not yet answered. */
	| { readonly kind: "requested"; readonly run: number }
	/** `waitMs`: roughly how long that takes; null: nobody knows yet. */
	| { readonly kind: "queued"; readonly run: number; readonly ahead: number; readonly waitMs: number | null }
	/** For this browser: what runs it is fetched (`share` of it has come, 0 to 1) or being started (null). */
	| { readonly kind: "loading"; readonly run: number; readonly name: string; readonly share: number | null }
	| { readonly kind: "running"; readonly run: number; readonly isStopping: boolean; readonly at: RunningStep }
	| {
			readonly kind: "ended";
			readonly run: number;
			readonly outcome: Outcome;
			readonly compile: StepReport | null;
			readonly program: StepReport | null;
			/** null when it ended before it began. */
			readonly at: RunningStep | null;
			/** Absent: nobody measured it. */
			readonly timing?: RunTiming | undefined;
	  }
	/** The server would not do it. `retryAfterMs`: when it makes sense to ask again, where the server knows. */
	| {
			readonly kind: "refused";
			readonly run: number;
			readonly code: ErrorCode;
			readonly field: string | undefined;
			readonly retryAfterMs?: number | undefined;
	  };

export interface SessionState {
	readonly connection: Connection;
	readonly run: RunState;
	/** The server runs another build than this page was made by. */
	readonly isPageOld: boolean;
}

export const initialState: SessionState = { connection: { kind: "connecting" }, run: { kind: "idle" }, isPageOld: false };

/** True from the press of Run until its answer. */
export function isBusy(run: RunState): run is Extract<RunState, { kind: "requested" | "queued" | "loading" | "running" }> {
	return run.kind === "requested" || run.kind === "queued" || run.kind === "loading" || run.kind === "running";
}

function runningStep(run: RunState): RunningStep | null {
	return run.kind === "running" ? run.at : null;
}

/** True while it is this browser's, which no server knows of and no broken connection concerns. */
export function isLocal(run: RunState): boolean {
	return run.kind === "loading" || (run.kind === "running" && run.at.tier === "browser");
}

/** The run, lost: by a restart of the server, or because the page's connection was gone too long. */
export function loseRun(run: RunState, code: ErrorCode): RunState {
	if (!isBusy(run)) return run;
	return { kind: "ended", run: run.run, outcome: { kind: "lost", code }, compile: null, program: null, at: runningStep(run) };
}

/** The run after a message. Messages of another run have crossed a newer press of Run, and change nothing. */
export function advanceRun(run: RunState, message: ServerMessage, nowMs: number): RunState {
	if (!("run" in message) || !isBusy(run) || message.run !== run.run) return run;
	switch (message.type) {
		case "queued":
			return { kind: "queued", run: run.run, ahead: message.ahead, waitMs: message.waitMs ?? null };
		case "started": {
			const { step, tier, language, version, limits } = message;
			const usage = { wallMs: 0, cpuMs: 0, memoryBytes: 0 };
			const at = { step, tier, language, version, isForHere: false, limits, startedAtMs: nowMs, lastInputAtMs: nowMs, usage };
			return { kind: "running", run: run.run, isStopping: run.kind === "running" && run.isStopping, at };
		}
		case "stats": {
			if (run.kind !== "running") return run;
			const { wallMs, cpuMs, memoryBytes } = message;
			return { ...run, at: { ...run.at, usage: { wallMs, cpuMs, memoryBytes } } };
		}
		case "exit":
			return {
				kind: "ended",
				run: run.run,
				outcome: message.outcome,
				compile: message.compile,
				program: message.program,
				at: runningStep(run),
				timing: message.timing,
			};
		case "error":
			if (run.kind === "running" || errorTable[message.code].fault === "us") return loseRun(run, message.code);
			return { kind: "refused", run: run.run, code: message.code, field: message.field, retryAfterMs: message.retryAfterMs };
		default:
			return run;
	}
}
