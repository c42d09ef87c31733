import type { PistonResult } from "../../../protocol/piston.ts";
import type { LiveRun, RunRefusal } from "../live-run/live-run.ts";
import { CollectedRun } from "./collected-run.ts";
import type { PistonJob } from "./prepare.ts";
import { Stages } from "./stages.ts";

/** One run from its request to its whole answer. `signal`: nobody waits for it any more, and it is given up. */
export function execute(job: PistonJob, live: LiveRun, signal: AbortSignal): Promise<PistonResult | RunRefusal> {
	return new Promise((resolve) => {
		const collected = new CollectedRun();
		const stages = new Stages({ watched: job.watched, sink: collected, stop: () => live.stop() });
		const finish = (answer: PistonResult | RunRefusal): void => {
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
			exit: ({ outcome }) => {
				stages.exit(outcome);
				const stagesToldOf = collected.result();
				if (stagesToldOf !== null) finish({ language: job.language, version: job.version, ...stagesToldOf });
				else finish({ code: outcome.kind === "lost" ? outcome.code : "internal" });
			},
		});
		live.stdin(Buffer.from(job.stdin));
		live.eof();
	});
}
