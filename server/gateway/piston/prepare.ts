import type { PistonRequest } from "../../../protocol/piston.ts";
import type { Config } from "../../config.ts";
import type { RunnerStatus } from "../../runner/door-protocol.ts";
import type { RunOrder } from "../live-run/live-run.ts";
import { type PistonProblem, readFiles } from "./files.ts";
import { readLimits, type WatchedLimits } from "./limits.ts";
import type { Runtimes } from "./runtimes.ts";

/** From Piston's request to a run of ours. What is wrong is told before anything is counted, queued or started. */

export interface PistonJob {
	readonly order: RunOrder;
	readonly watched: WatchedLimits;
	/** All input, where it came with the request. */
	readonly stdin: string;
	/** As `runtimes` names them. */
	readonly language: string;
	readonly version: string;
}

export interface PistonWorld {
	readonly runtimes: Runtimes;
	readonly config: Config;
	readonly runnerStatus: () => RunnerStatus | null;
}

export function prepareJob(body: PistonRequest, world: PistonWorld, isInteractive: boolean): PistonJob | PistonProblem {
	const runtime = world.runtimes.find(body.language, body.version, world.runnerStatus());
	if (runtime === undefined) return { message: `${body.language}-${body.version} runtime is unknown` };
	const { toolchain, description } = runtime;
	const program = readFiles(body.files, toolchain);
	if ("message" in program) return program;
	const limits = readLimits(body, toolchain, world.config, isInteractive);
	if ("message" in limits) return limits;
	return {
		order: {
			language: toolchain.language.id,
			version: toolchain.version.version,
			files: program.files,
			entry: program.entry,
			arguments: body.args ?? [],
			mode: "pipes",
			columns: 80,
			rows: 24,
			limits: limits.requested,
		},
		watched: limits.watched,
		stdin: body.stdin ?? "",
		language: description.language,
		version: description.version,
	};
}
