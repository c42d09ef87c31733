import { Counter, Histogram, type Registry } from "prom-client";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { type RunTiming, stagesOf } from "../../protocol/run-timing.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";

/**
 * What becomes of runs, for the operator. Labels are of our own making (a language of the catalogue, a tier, a code), never a reader's words,
 * so their number is bounded.
 */

/** Told by sessions, whoever holds them: a page, an embed, a caller over HTTP. */
export interface RunObserver {
	/** Once for each run that was taken. `timing` as the reader is told it. */
	ended(run: {
		readonly language: string;
		readonly tier: ServerTierId;
		readonly outcome: Outcome;
		readonly timing: RunTiming | undefined;
	}): void;
	/** Instead of `ended`, or of a connection. */
	refused(code: ErrorCode): void;
	/** So much of a program's output was passed on. */
	printed(bytes: number): void;
}

/** From a warm sandbox's claim to the longest run. */
const stageBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export class RunFigures implements RunObserver {
	readonly #stages: Histogram<"stage" | "language" | "tier">;
	readonly #runs: Counter<"language" | "tier" | "outcome">;
	readonly #kills: Counter<"reason">;
	readonly #refusals: Counter<"code">;
	/** Handed to the counter when somebody reads it: there may be thousands of pieces a second. */
	#printedBytes = 0;

	constructor(registry: Registry) {
		const registers = [registry];
		this.#stages = new Histogram({
			name: "sandglass_run_stage_seconds",
			help: "Where runs' time went: queue, claim, compile, start (to the first byte of output), run.",
			labelNames: ["stage", "language", "tier"],
			buckets: stageBucketsSeconds,
			registers,
		});
		this.#runs = new Counter({
			name: "sandglass_runs_total",
			help: "Runs that were taken and have ended, by how.",
			labelNames: ["language", "tier", "outcome"],
			registers,
		});
		this.#kills = new Counter({
			name: "sandglass_kills_total",
			help: "Programs that did not end by themselves: the limit that struck, `stopped` by the reader, or the code with which a run was lost.",
			labelNames: ["reason"],
			registers,
		});
		this.#refusals = new Counter({
			name: "sandglass_refusals_total",
			help: "Runs and connections that were refused, by the code that the reader was told.",
			labelNames: ["code"],
			registers,
		});
		const take = (): number => {
			const bytes = this.#printedBytes;
			this.#printedBytes = 0;
			return bytes;
		};
		new Counter({
			name: "sandglass_output_bytes_total",
			help: "Bytes of programs' output that were passed on to their readers.",
			registers,
			collect() {
				this.inc(take());
			},
		});
	}

	ended({ language, tier, outcome, timing }: Parameters<RunObserver["ended"]>[0]): void {
		this.#runs.inc({ language, tier, outcome: outcome.kind });
		if (outcome.kind === "limited") this.#kills.inc({ reason: outcome.limit });
		else if (outcome.kind === "stopped") this.#kills.inc({ reason: "stopped" });
		else if (outcome.kind === "lost") this.#kills.inc({ reason: outcome.code });
		for (const { stage, ms } of timing === undefined ? [] : stagesOf(timing)) this.#stages.observe({ stage, language, tier }, ms / 1_000);
	}

	refused(code: ErrorCode): void {
		this.#refusals.inc({ code });
	}

	printed(bytes: number): void {
		this.#printedBytes += bytes;
	}
}
