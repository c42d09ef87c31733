import { describeError, errorTable, roughly } from "../../protocol/errors.ts";
import { isCompiledByServer } from "../../protocol/modules.ts";
import { describeOutcome, formatDuration } from "../../protocol/outcome.ts";
import { type Connection, isLocal, type RunState, type SessionState } from "../session/session-state.ts";

/** What the status says, and in which tone: whose doing it was decides the colour, never the wish to blame. */

export type Tone = "idle" | "busy" | "good" | "neutral" | "program" | "reader" | "us";

export interface StatusLine {
	readonly tone: Tone;
	readonly sentence: string;
}

function describePlace(ahead: number, waitMs: number | null): string {
	const place = ahead === 0 ? "you are next" : `${ahead} ahead of you`;
	return waitMs === null ? `Waiting: ${place}.` : `Waiting: ${place}, ${roughly(waitMs)}.`;
}

function describeRun(run: RunState): StatusLine {
	switch (run.kind) {
		case "idle":
			return { tone: "idle", sentence: "Ready." };
		case "requested":
			return { tone: "busy", sentence: "Starting …" };
		case "queued":
			return { tone: "busy", sentence: describePlace(run.ahead, run.waitMs) };
		case "loading": {
			const sentence =
				run.share === null
					? `Starting ${run.name} in this browser …`
					: `Loading ${run.name} for this browser … ${Math.floor(run.share * 100)} %`;
			return { tone: "busy", sentence };
		}
		case "running":
			if (run.isStopping) return { tone: "busy", sentence: "Stopping …" };
			if (run.at.isForHere) return { tone: "busy", sentence: "Compiling on the server, to run in this browser …" };
			if (isLocal(run)) {
				const how = isCompiledByServer(run.at.language) ? "Compiled on the server, running in this browser …" : "Running in this browser …";
				return { tone: "busy", sentence: how };
			}
			return { tone: "busy", sentence: run.at.step === "compile" ? "Compiling …" : "Running …" };
		case "refused":
			return {
				tone: errorTable[run.code].fault === "user" ? "reader" : "us",
				sentence: describeError(run.code, run.field, run.retryAfterMs),
			};
		case "ended": {
			const { fault, sentence } = describeOutcome(run.outcome);
			if (fault === "program") return { tone: "program", sentence };
			if (fault === null) return { tone: run.outcome.kind === "stopped" ? "neutral" : "good", sentence };
			return { tone: fault === "user" ? "reader" : "us", sentence };
		}
	}
}

/** A run that waits for a connection says so; one that is over keeps its words whatever the connection does. */
export function describeStatus({ connection, run }: SessionState): StatusLine {
	const isWaiting = run.kind === "requested" || run.kind === "queued" || run.kind === "running";
	if (isWaiting && !isLocal(run) && connection.kind === "waiting") {
		const sentence =
			run.kind === "running" ? "Connection lost; taking the program up again …" : "Connection lost; it starts when the server is back.";
		return { tone: "us", sentence };
	}
	return describeRun(run);
}

/** What to say above everything about the connection; null: nothing. */
export function describeConnection(connection: Connection): string | null {
	if (connection.kind === "closed") return describeError(connection.code);
	if (connection.kind !== "waiting" || connection.attempts < 2) return null;
	const cause = connection.code === null ? "The server cannot be reached." : describeError(connection.code);
	return `${cause} This page tries again by itself; what you wrote is kept.`;
}

/** "3.4 s", steady in width while it runs. */
export function formatWall(ms: number): string {
	return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(Math.round(ms / 1_000) * 1_000);
}
