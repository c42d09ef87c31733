import type { StepName } from "../../../protocol/outcome.ts";
import type { PistonEnding, PistonResult, PistonStage } from "../../../protocol/piston.ts";
import type { StageSink } from "./stages.ts";

/** What `execute` answers: both stages with all that they printed, which the run's own output limit bounds. */
export class CollectedRun implements StageSink {
	readonly #printed = { compile: { stdout: "", stderr: "", output: "" }, run: { stdout: "", stderr: "", output: "" } };
	readonly #ended = new Map<StepName, PistonEnding>();

	stage(): void {}

	data(stage: StepName, stream: "stdout" | "stderr", text: string): void {
		this.#printed[stage][stream] += text;
		this.#printed[stage].output += text;
	}

	ended(stage: StepName, ending: PistonEnding): void {
		this.#ended.set(stage, ending);
	}

	/** null: no stage has ended. A run that never was, because compiling failed, equals the compile stage. */
	result(): Pick<PistonResult, "run" | "compile"> | null {
		const compile = this.#stage("compile");
		const run = this.#stage("run") ?? compile;
		if (run === null) return null;
		return compile === null ? { run } : { run, compile };
	}

	#stage(name: StepName): PistonStage | null {
		const ending = this.#ended.get(name);
		return ending === undefined ? null : { ...this.#printed[name], ...ending };
	}
}
