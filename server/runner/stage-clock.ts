import type { StepName } from "../../protocol/outcome.ts";
import type { SandboxTiming } from "../../protocol/run-timing.ts";

/** The runner's part of where a run's time went, as protocol/run-timing.ts defines it. Made when the run is asked for. */
export class StageClock {
	readonly #now: () => number;
	readonly #askedAtMs: number;
	#claimMs = 0;
	#compileMs: number | null = null;
	#startMs: number | null = null;
	#step: { readonly name: StepName; readonly beganAtMs: number } | null = null;

	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
		this.#askedAtMs = now();
	}

	stepBegan(name: StepName): void {
		const nowMs = this.#now();
		if (this.#step === null) this.#claimMs = nowMs - this.#askedAtMs;
		else this.#compileMs = nowMs - this.#step.beganAtMs;
		this.#step = { name, beganAtMs: nowMs };
	}

	/** The step printed something. */
	spoke(): void {
		if (this.#step?.name === "run") this.#startMs ??= this.#now() - this.#step.beganAtMs;
	}

	/** Up to now; null while no step has begun. */
	read(): SandboxTiming | null {
		if (this.#step === null) return null;
		const stepMs = this.#now() - this.#step.beganAtMs;
		const isCompile = this.#step.name === "compile";
		return {
			claimMs: this.#claimMs,
			compileMs: isCompile ? stepMs : this.#compileMs,
			startMs: this.#startMs,
			runMs: isCompile ? null : stepMs - (this.#startMs ?? 0),
		};
	}
}
