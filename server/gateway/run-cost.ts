import type { StepReport } from "../../protocol/outcome.ts";

/**
 * What a run has used, in seconds of its sandbox and seconds of a processor, added: a program that waits for a key holds a place, one that
 * computes holds a core as well. It grows with each report, so that a long run is paid for while it runs.
 */
export class RunCost {
	#endedStepsMs = 0;
	#chargedMs = 0;

	/** Seconds that the running step's figures add to what was charged. */
	stats(figures: Pick<StepReport, "wallMs" | "cpuMs">): number {
		return this.#charge(this.#endedStepsMs + figures.wallMs + figures.cpuMs);
	}

	/** The same, for a step that has ended. */
	step({ wallMs, cpuMs }: StepReport): number {
		this.#endedStepsMs += wallMs + cpuMs;
		return this.#charge(this.#endedStepsMs);
	}

	#charge(usedMs: number): number {
		const addedMs = Math.max(0, usedMs - this.#chargedMs);
		this.#chargedMs += addedMs;
		return addedMs / 1_000;
	}
}
