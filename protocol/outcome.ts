import * as z from "zod/mini";
import { describeError, errorCodes, errorTable, type Fault } from "./errors.ts";
import { amount, integer } from "./schema.ts";

/** How a run ended, and what its steps used. The runner makes it, the page shows it, the same words everywhere. */

export const StepName = z.enum(["compile", "run"]);
export type StepName = z.infer<typeof StepName>;

export const StepReport = z.strictObject({
	/** null when a signal ended it or it never started. */
	exitCode: z.nullable(z.int()),
	/** Signal number, or null. */
	signal: z.nullable(integer(1, 64)),
	wallMs: amount(),
	/** User and system time of all its processes. */
	cpuMs: amount(),
	peakMemoryBytes: amount(),
});
export type StepReport = z.infer<typeof StepReport>;

export const LimitName = z.enum(["idleWall", "totalWall", "compileWall", "cpu", "memory", "output"]);
export type LimitName = z.infer<typeof LimitName>;

export const Outcome = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("exited"), code: z.int() }),
	z.strictObject({ kind: z.literal("signalled"), signal: integer(1, 64) }),
	z.strictObject({ kind: z.literal("compileFailed"), code: z.nullable(z.int()) }),
	/** `limit` struck; `value` is it: milliseconds for the times, bytes for memory and output. */
	z.strictObject({ kind: z.literal("limited"), limit: LimitName, value: z.number().check(z.positive()) }),
	/** The reader pressed Stop, or closed the page. */
	z.strictObject({ kind: z.literal("stopped") }),
	/** It did not end by the program's or the reader's doing. */
	z.strictObject({ kind: z.literal("lost"), code: z.enum(errorCodes) }),
]);
export type Outcome = z.infer<typeof Outcome>;

const signalNames: Readonly<Record<number, string>> = {
	1: "SIGHUP, hang-up",
	2: "SIGINT, interrupt",
	3: "SIGQUIT, quit",
	4: "SIGILL, illegal instruction",
	5: "SIGTRAP, trap",
	6: "SIGABRT, aborted",
	7: "SIGBUS, bus error",
	8: "SIGFPE, arithmetic error",
	9: "SIGKILL, killed",
	11: "segmentation fault",
	13: "SIGPIPE, broken pipe",
	15: "SIGTERM, terminated",
	24: "SIGXCPU, CPU time",
	31: "SIGSYS, system call refused",
};

/** "11 (segmentation fault)" */
export function describeSignal(signal: number): string {
	const name = signalNames[signal];
	return name === undefined ? String(signal) : `${signal} (${name})`;
}

/** "10 s", "1 min 30 s", "250 ms" */
export function formatDuration(ms: number): string {
	if (ms < 1_000) return `${Math.round(ms)} ms`;
	const seconds = Math.round(ms / 100) / 10;
	if (seconds < 60) return `${seconds} s`;
	const minutes = Math.floor(seconds / 60);
	const rest = Math.round(seconds - minutes * 60);
	return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** "256 MiB", "1.5 MiB", "12 KiB" */
export function formatBytes(bytes: number): string {
	const units = ["B", "KiB", "MiB", "GiB"];
	let value = bytes;
	let unit = 0;
	while (value >= 1_024 && unit < units.length - 1) {
		value /= 1_024;
		unit++;
	}
	return `${value >= 10 || unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

function describeLimit(limit: LimitName, value: number): string {
	switch (limit) {
		case "idleWall":
			return `Stopped after ${formatDuration(value)}: it reached the time limit.`;
		case "totalWall":
			return `Stopped after ${formatDuration(value)} in all: it reached the limit for one run, input or not.`;
		case "compileWall":
			return `Stopped after ${formatDuration(value)}: compiling reached its time limit.`;
		case "cpu":
			return `Stopped: it used more than ${formatDuration(value)} of processor time.`;
		case "memory":
			return `Stopped: it used more than ${formatBytes(value)} of memory.`;
		case "output":
			return `Stopped: it printed more than ${formatBytes(value)}, the limit for one run.`;
	}
}

/** Whose doing, and the sentence for the page's status. */
export function describeOutcome(outcome: Outcome): { fault: Fault | null; sentence: string } {
	switch (outcome.kind) {
		case "exited":
			return outcome.code === 0
				? { fault: null, sentence: "Finished." }
				: { fault: "program", sentence: `Ended with exit code ${outcome.code}.` };
		case "signalled":
			return { fault: "program", sentence: `Ended by signal ${describeSignal(outcome.signal)}.` };
		case "compileFailed":
			return { fault: "program", sentence: "It did not compile. The compiler's words are in the terminal." };
		case "limited":
			return { fault: "program", sentence: describeLimit(outcome.limit, outcome.value) };
		case "stopped":
			return { fault: null, sentence: "Stopped by you." };
		case "lost":
			return { fault: errorTable[outcome.code].fault, sentence: describeError(outcome.code) };
	}
}
