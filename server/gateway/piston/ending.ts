import { constants } from "node:os";
import { describeOutcome, type Outcome, type StepReport } from "../../../protocol/outcome.ts";
import type { PistonEnding, PistonStatus } from "../../../protocol/piston.ts";
import type { Overrun } from "./overrun.ts";

/** How a step ended, in Piston's words. What a limit or we ended was ended by SIGKILL. */

const signalNames = new Map<number, string>(Object.entries(constants.signals).map(([name, number]) => [number, name]));
// Two names of one number: the one that POSIX has.
for (const name of ["SIGABRT", "SIGIO", "SIGSYS"] as const) signalNames.set(constants.signals[name], name);

export interface StepEnd {
	/** null: it was lost before it could be measured. */
	readonly report: StepReport | null;
	/** null: it ended well, and another step followed. */
	readonly outcome: Outcome | null;
	/** A limit of the request's that the gateway watched. */
	readonly overrun: Overrun | null;
	/** More of the step's output came on stderr than on stdout. */
	readonly isMostlyErrors: boolean;
}

export function endingOf(end: StepEnd): PistonEnding {
	const { report } = end;
	return {
		...verdictOf(end),
		cpu_time: Math.round(report?.cpuMs ?? 0),
		wall_time: Math.round(report?.wallMs ?? 0),
		memory: Math.round(report?.peakMemoryBytes ?? 0),
	};
}

type Verdict = Pick<PistonEnding, "code" | "signal" | "message" | "status">;

const killed = (status: PistonStatus, message: string): Verdict => ({ code: null, signal: "SIGKILL", message, status });

function verdictOf({ report, outcome, overrun, isMostlyErrors }: StepEnd): Verdict {
	if (overrun !== null) return killed(overrun.status, overrun.message);
	if (outcome === null) return { code: report?.exitCode ?? 0, signal: null, message: null, status: null };
	const { sentence } = describeOutcome(outcome);
	switch (outcome.kind) {
		case "exited":
			if (outcome.code === 0) return { code: 0, signal: null, message: null, status: null };
			return { code: outcome.code, signal: null, message: sentence, status: "RE" };
		case "signalled":
			return bySignal(outcome.signal, sentence);
		case "compileFailed":
			if (typeof report?.signal === "number") return bySignal(report.signal, sentence);
			return { code: outcome.code ?? report?.exitCode ?? 1, signal: null, message: sentence, status: "RE" };
		case "limited":
			if (outcome.limit === "output") return killed(isMostlyErrors ? "EL" : "OL", sentence);
			return killed(outcome.limit === "memory" ? "SG" : "TO", sentence);
		case "stopped":
			return killed("SG", "Stopped, as it was asked to be.");
		case "lost":
			return { code: null, signal: null, message: sentence, status: "XX" };
	}
}

function bySignal(signal: number, message: string): Verdict {
	return { code: null, signal: signalNames.get(signal) ?? `SIG${signal}`, message, status: "SG" };
}
