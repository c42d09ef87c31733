import { formatBytes, formatDuration, type StepName, type StepReport } from "../../../protocol/outcome.ts";
import type { PistonStatus } from "../../../protocol/piston.ts";
import type { WatchedLimits } from "./limits.ts";

/**
 * The limits of a request that its sandbox was not told of. They are looked at with each measurement, four times a second, and once
 * more when a step has ended: a program may be over one for a moment, but is never told to have kept it.
 */

export interface Overrun {
	readonly status: PistonStatus;
	readonly message: string;
}

interface Used {
	readonly cpuMs: number;
	readonly memoryBytes: number;
}

/** The runner's own words about its limit come on top of it. */
const outputSlackBytes = 1_024;

export class OverrunWatch {
	readonly #limits: WatchedLimits;
	readonly #stop: () => void;
	#step: StepName | null = null;
	#timer: NodeJS.Timeout | undefined;
	#found: { readonly step: StepName; readonly overrun: Overrun } | null = null;

	/** `stop` ends the run; called once at most. */
	constructor(limits: WatchedLimits, stop: () => void) {
		this.#limits = limits;
		this.#stop = stop;
	}

	/** What was overrun, and in which step. */
	in(step: StepName): Overrun | null {
		return this.#found?.step === step ? this.#found.overrun : null;
	}

	started(step: StepName): void {
		this.close();
		this.#step = step;
		const { compileWallMs } = this.#limits;
		if (step !== "compile" || compileWallMs === undefined) return;
		this.#timer = setTimeout(
			() => this.#strike("TO", `Stopped after ${formatDuration(compileWallMs)}: compiling reached the time limit that was asked for.`),
			compileWallMs,
		);
	}

	measured(used: Used): void {
		const isCompiling = this.#step === "compile";
		const memoryBytes = isCompiling ? this.#limits.compileMemoryBytes : this.#limits.runMemoryBytes;
		const cpuMs = isCompiling ? this.#limits.compileCpuMs : undefined;
		if (memoryBytes !== undefined && used.memoryBytes > memoryBytes)
			this.#strike("SG", `Stopped: it used more than ${formatBytes(memoryBytes)} of memory, the limit that was asked for.`);
		else if (cpuMs !== undefined && used.cpuMs > cpuMs)
			this.#strike("TO", `Stopped: compiling used more than ${formatDuration(cpuMs)} of processor time, the limit that was asked for.`);
	}

	/** All that the run has printed so far. The runner ends a run at this limit by itself; one that does not is not relied on. */
	printed(bytes: number, status: "OL" | "EL"): void {
		const { outputBytes } = this.#limits;
		if (outputBytes !== undefined && bytes > outputBytes + outputSlackBytes)
			this.#strike(status, `Stopped: it printed more than ${formatBytes(outputBytes)}, the limit for one run.`);
	}

	ended(report: StepReport | null): void {
		clearTimeout(this.#timer);
		if (report !== null) this.measured({ cpuMs: report.cpuMs, memoryBytes: report.peakMemoryBytes });
		this.#step = null;
	}

	close(): void {
		clearTimeout(this.#timer);
	}

	#strike(status: PistonStatus, message: string): void {
		if (this.#found !== null || this.#step === null) return;
		clearTimeout(this.#timer);
		this.#found = { step: this.#step, overrun: { status, message } };
		this.#stop();
	}
}
