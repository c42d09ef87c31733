import * as z from "zod/mini";
import { amount } from "./schema.ts";

/**
 * Where a run's time goes: five stages, each beginning where the one before ends, so that together they are the time from the server's having
 * the `run` message to the program's end. The page, `Server-Timing` and the histograms of /metrics all show these same figures; nobody else measures.
 *
 *   queue    by the gateway   until the run is sent to the runner: the wait for a free place; next to nothing with a sandbox at hand
 *   claim    by the runner    until the sandbox is there and empty: a warm one is handed over, else one is made, or emptied after the run before
 *   compile  by the runner    the compile step; null where the language has none
 *   start    by the runner    from the program's being asked for to its first byte of output; null when it printed nothing
 *   run      by the runner    from there to its end; of a program that printed nothing, from its being asked for. null when it was never asked for
 *
 * Durations only, each by one clock: between the two processes lie some 0.1 ms that belong to no stage.
 */
export const stageNames = ["queue", "claim", "compile", "start", "run"] as const;
export type StageName = (typeof stageNames)[number];

const Duration = amount();

/** The runner's part. */
export const SandboxTiming = z.strictObject({
	claimMs: Duration,
	compileMs: z.nullable(Duration),
	startMs: z.nullable(Duration),
	runMs: z.nullable(Duration),
});
export type SandboxTiming = z.infer<typeof SandboxTiming>;

export const RunTiming = z.strictObject({ queueMs: Duration, ...SandboxTiming.shape });
export type RunTiming = z.infer<typeof RunTiming>;

/** Those that the run had, in their order. */
export function stagesOf(timing: RunTiming): { readonly stage: StageName; readonly ms: number }[] {
	const { queueMs, claimMs, compileMs, startMs, runMs } = timing;
	const durations = { queue: queueMs, claim: claimMs, compile: compileMs, start: startMs, run: runMs };
	return stageNames.flatMap((stage) => {
		const ms = durations[stage];
		return ms === null ? [] : [{ stage, ms }];
	});
}

/** The value of a `Server-Timing` header (https://www.w3.org/TR/server-timing/). */
export function serverTiming(timing: RunTiming): string {
	return stagesOf(timing)
		.map(({ stage, ms }) => `${stage};dur=${ms.toFixed(1)}`)
		.join(", ");
}
