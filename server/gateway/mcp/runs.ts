import type { ApiRunResult, ApiStep } from "../../../protocol/api.ts";
import { describeOutcome, type StepName, type StepReport } from "../../../protocol/outcome.ts";
import { Printed } from "../api/printed.ts";
import type { LiveRun, RunExit, RunRefusal } from "../live-run/live-run.ts";
import type { Runs } from "./code-sessions.ts";

type Place = Pick<ApiRunResult, "language" | "version" | "tier">;

/** A live run, held for a client, as runs that are answered whole. The run's own output limit bounds what is collected. */
export function openRuns(live: LiveRun, maxOutputBytes: number): Runs {
	return {
		get isBusy() {
			return live.isBusy;
		},
		run(request, signal) {
			if (live.isBusy) return Promise.resolve({ code: "alreadyRunning" });
			if (live.isClosed) return Promise.resolve({ code: "sessionLost" });
			return new Promise((resolve) => {
				const printed = new Printed(maxOutputBytes + outputSlackBytes);
				let started: Place | null = null;
				const finish = (answer: ApiRunResult | RunRefusal): void => {
					signal.removeEventListener("abort", abandon);
					resolve(answer);
				};
				const abandon = (): void => {
					live.stop();
					finish({ code: "sessionLost" });
				};
				signal.addEventListener("abort", abandon);
				const { stdin, language, version, tier, files, entry, limits } = request;
				const order = { language, version, tier, files, entry, limits, arguments: request.arguments };
				live.start(
					{ ...order, mode: "pipes", columns: 80, rows: 24 },
					{
						started: (start) => {
							started = start;
						},
						output: (step, stream, bytes) => printed.add(step, stream, bytes),
						refused: finish,
						exit: (exit) => finish(started === null ? refusalOf(exit) : resultOf(started, exit, printed)),
					},
				);
				live.stdin(Buffer.from(stdin));
				live.eof();
			});
		},
		close: () => live.close(),
	};
}

/** It ended before it began. */
function refusalOf({ outcome }: RunExit): RunRefusal {
	return { code: outcome.kind === "lost" ? outcome.code : "sessionLost" };
}

function resultOf({ language, version, tier }: Place, { outcome, compile, program }: RunExit, printed: Printed): ApiRunResult {
	const { fault, sentence } = describeOutcome(outcome);
	return {
		language,
		version,
		tier,
		outcome,
		message: sentence,
		fault,
		compile: stepOf("compile", compile, printed),
		program: stepOf("run", program, printed),
		limit: outcome.kind === "limited" ? outcome.limit : null,
	};
}

/** A step that was cut off has printed, and no figures. null: it never was. */
function stepOf(step: StepName, report: StepReport | null, printed: Printed): ApiStep | null {
	const text = printed.of(step);
	return report === null && text.output === "" ? null : { ...(report ?? unmeasured), ...text };
}

const unmeasured: StepReport = { exitCode: null, signal: null, wallMs: 0, cpuMs: 0, peakMemoryBytes: 0 };

/** The runner's own words about a limit come on top of it. */
const outputSlackBytes = 1_024;
