import type { Outcome, StepName, StepReport } from "../../../protocol/outcome.ts";
import type { PistonEnding } from "../../../protocol/piston.ts";
import { StreamText } from "../api/printed.ts";
import { endingOf } from "./ending.ts";
import type { WatchedLimits } from "./limits.ts";
import { OverrunWatch } from "./overrun.ts";

/**
 * One run as Piston's two stages. A stage is told once it has begun, what it prints as text that no chunk boundary breaks, and its end
 * when it is known whether another follows. A compile stage that went over a limit of the request's has no run after it, even
 * where the sandbox, which knew nothing of that limit, had begun one.
 */

export interface StageSink {
	stage(stage: StepName): void;
	data(stage: StepName, stream: "stdout" | "stderr", text: string): void;
	ended(stage: StepName, ending: PistonEnding): void;
}

export class Stages {
	readonly #sink: StageSink;
	readonly #watch: OverrunWatch;
	#stage: StepName | null = null;
	#report: StepReport | null = null;
	readonly #text = new StreamText();
	#bytes = { stdout: 0, stderr: 0 };
	#totalBytes = 0;

	/** `stop` ends the run. */
	constructor(options: { watched: WatchedLimits; sink: StageSink; stop: () => void }) {
		this.#sink = options.sink;
		this.#watch = new OverrunWatch(options.watched, options.stop);
	}

	started(stage: StepName): void {
		if (this.#watch.in("compile") !== null) return;
		if (this.#stage !== null) this.#end(null);
		this.#stage = stage;
		this.#watch.started(stage);
		this.#sink.stage(stage);
	}

	output(stream: "stdout" | "stderr", bytes: Uint8Array): void {
		if (this.#isOverrun) return;
		this.#bytes[stream] += bytes.length;
		this.#totalBytes += bytes.length;
		this.#watch.printed(this.#totalBytes, this.#isMostlyErrors ? "EL" : "OL");
		if (this.#isOverrun) return;
		if (this.#stage !== null) this.#tell(this.#stage, stream, this.#text.add(this.#stage, stream, bytes));
	}

	measured(used: { readonly cpuMs: number; readonly memoryBytes: number }): void {
		if (!this.#isOverrun) this.#watch.measured(used);
	}

	step(report: StepReport): void {
		if (this.#watch.in("compile") !== null && this.#stage === "run") return;
		this.#report = report;
		this.#watch.ended(report);
	}

	/** False: there was no stage that could end; the run never began. */
	exit(outcome: Outcome): boolean {
		this.#watch.close();
		if (this.#stage === null) return false;
		this.#end(outcome);
		return true;
	}

	/** Nothing more is told. */
	close(): void {
		this.#watch.close();
	}

	get #isOverrun(): boolean {
		return this.#stage !== null && this.#watch.in(this.#stage) !== null;
	}

	get #isMostlyErrors(): boolean {
		return this.#bytes.stderr > this.#bytes.stdout;
	}

	#tell(stage: StepName, stream: "stdout" | "stderr", text: string): void {
		if (text !== "") this.#sink.data(stage, stream, text);
	}

	#end(outcome: Outcome | null): void {
		const stage = this.#stage;
		if (stage === null) return;
		for (const stream of ["stdout", "stderr"] as const) this.#tell(stage, stream, this.#text.end(stage, stream));
		const overrun = this.#watch.in(stage);
		this.#sink.ended(stage, endingOf({ report: this.#report, outcome, overrun, isMostlyErrors: this.#isMostlyErrors }));
		this.#stage = null;
		this.#report = null;
		this.#bytes = { stdout: 0, stderr: 0 };
	}
}
