import type { PistonResult } from "../../../protocol/piston.ts";
import type { RunTiming } from "../../../protocol/run-timing.ts";
import type { LiveRun, RunRefusal } from "../live-run/live-run.ts";
import { CollectedRun } from "./collected-run.ts";
import type { PistonJob } from "./prepare.ts";
import { Stages } from "./stages.ts";

/** The answer, and where the time went when the runner said it. */
export interface Executed {
	readonly result: PistonResult;
	readonly timing: RunTiming | undefined;
}

/** One run from its request to its whole answer. `signal`: nobody waits for it any more, and it is given up. */
export function execute(job: PistonJob, live: LiveRun, signal: AbortSignal): Promise<Executed | RunRefusal> {
	return new Promise((resolve) => {
		const collected = new CollectedRun();
		const stages = new Stages({ watched: job.watched, sink: collected, stop: () => live.stop() });
		const finish = (answer: Executed | RunRefusal): void => {
			signal.removeEventListener("abort", abandon);
			stages.close();
			live.close();
			resolve(answer);
		};
		const abandon = (): void => finish({ code: "shuttingDown" });
		signal.addEventListener("abort", abandon);
		live.start(job.order, {
			started: ({ step }) => stages.started(step),
			output: (_, stream, bytes) => stages.output(stream, bytes),
			stats: (stats) => stages.measured(stats),
			step: (_, report) => stages.step(report),
			refused: finish,
			exit: ({ outcome, timing }) => {
				stages.exit(outcome);
				const stagesToldOf = collected.result();
				if (stagesToldOf !== null) finish({ result: { language: job.language, version: job.version, ...stagesToldOf }, timing });
				else finish({ code: outcome.kind === "lost" ? outcome.code : "internal" });
			},
		});
		live.stdin(Buffer.from(job.stdin));
		live.eof();
	});
}
