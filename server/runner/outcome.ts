import type { EffectiveLimits } from "../../protocol/messages.ts";
import { formatBytes, type LimitName, type Outcome, type StepName, type StepReport } from "../../protocol/outcome.ts";
import type { AgentExit } from "./agent-frames.ts";

/** From what the agent says of a step to what the reader is told of the run. */

/** Conventional exit code for a program that could not be started (POSIX shell, 2.8.2). */
const notFoundCode = 127;
const notExecutableCode = 126;
const noSuchFile = 2;

export function reportOf(exit: AgentExit): StepReport {
	return {
		exitCode: exit.how === "exited" ? exit.value : null,
		signal: exit.how === "signalled" ? exit.value : null,
		wallMs: exit.wallMs,
		cpuMs: exit.cpuMs,
		peakMemoryBytes: exit.peakMemoryBytes,
	};
}

/** The outcome of a limit that struck, from within or from outside. */
export function limitedBy(limit: Exclude<LimitName, "compileWall">, step: StepName, limits: EffectiveLimits): Outcome {
	const value = {
		idleWall: limits.idleWallMs,
		totalWall: limits.totalWallMs,
		cpu: limits.cpuMs,
		memory: limits.memoryBytes,
		output: limits.outputBytes,
	}[limit];
	if (step === "compile" && (limit === "idleWall" || limit === "totalWall")) return { kind: "limited", limit: "compileWall", value };
	return { kind: "limited", limit, value };
}

/** null: the step ended well, and the next one may start. `isCompiled`: what runs was made by a compile step of this run. */
export function outcomeOf(exit: AgentExit, step: StepName, limits: EffectiveLimits, isCompiled: boolean): Outcome | null {
	if (exit.cause === "killed") return { kind: "stopped" };
	if (exit.cause !== "none") return limitedBy(exit.cause, step, limits);
	if (exit.how === "notStarted") {
		// A compiler that makes no runnable file is the program's doing; an interpreter that is not there is ours.
		if (step === "compile" || !isCompiled) return { kind: "lost", code: "internal" };
		return { kind: "exited", code: exit.value === noSuchFile ? notFoundCode : notExecutableCode };
	}
	if (step === "compile") {
		if (exit.how === "exited" && exit.value === 0) return null;
		return { kind: "compileFailed", code: exit.how === "exited" ? exit.value : null };
	}
	return exit.how === "exited" ? { kind: "exited", code: exit.value } : { kind: "signalled", signal: exit.value };
}

/** The last thing on stdout of a run whose output was cut; the cap does not count it. */
export function outputCutMarker(limitBytes: number): Buffer {
	return Buffer.from(`\r\n[output cut after ${formatBytes(limitBytes)}]\r\n`);
}
