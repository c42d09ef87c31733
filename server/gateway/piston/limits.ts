import type { RequestedLimits } from "../../../protocol/messages.ts";
import type { PistonRequest } from "../../../protocol/piston.ts";
import type { Config } from "../../config.ts";
import type { Toolchain } from "../../languages/catalogue.ts";
import type { PistonProblem } from "./files.ts";

/**
 * Piston's six limits. The sandbox keeps wall and processor time of the program; what a run's request cannot say, the gateway watches:
 * the times of the compile step and the memory of either (overrun.ts). A limit above the operator's is refused, never clamped in silence.
 */

type OperatorLimits = Pick<
	Config,
	"idleWallMs" | "totalWallMs" | "compileWallMs" | "cpuMs" | "memoryBytes" | "maxMemoryBytes" | "outputBytes"
>;

/** Kept by the gateway. Absent: no limit besides the operator's. */
export interface WatchedLimits {
	readonly compileWallMs?: number;
	readonly compileCpuMs?: number;
	readonly compileMemoryBytes?: number;
	readonly runMemoryBytes?: number;
	/** Of both streams and both steps. */
	readonly outputBytes?: number;
}

export interface PistonLimits {
	readonly requested: RequestedLimits;
	readonly watched: WatchedLimits;
}

/** Below this the sandbox measures too coarsely to keep a time. */
const minTimeMs = 100;

/** `isInteractive`: input may renew the time limit, so a run may be as long as the operator's longest. */
export function readLimits(
	body: PistonRequest,
	toolchain: Toolchain,
	operator: OperatorLimits,
	isInteractive: boolean,
): PistonLimits | PistonProblem {
	const memoryBytes = memoryOf(toolchain, operator);
	const compileWallMs = Math.min(operator.compileWallMs, toolchain.limits.compileWallMs ?? operator.compileWallMs);
	const runWallMs = isInteractive ? operator.totalWallMs : Math.min(operator.idleWallMs, operator.totalWallMs);
	const maxima = {
		compile_memory_limit: memoryBytes,
		run_memory_limit: memoryBytes,
		compile_timeout: compileWallMs,
		run_timeout: runWallMs,
		compile_cpu_time: operator.cpuMs,
		run_cpu_time: operator.cpuMs,
	} as const;
	for (const name of Object.keys(maxima) as (keyof typeof maxima)[]) {
		const problem = problemOf(name, body[name] ?? 0, maxima[name]);
		if (problem !== null) return { message: problem };
	}
	const given = (name: keyof typeof maxima): number | undefined => {
		const value = body[name] ?? 0;
		return value > 0 ? Math.floor(value) : undefined;
	};
	const runMs = given("run_timeout");
	const runCpuMs = given("run_cpu_time");
	return {
		requested: {
			...(runMs === undefined ? {} : { totalWallMs: runMs, idleWallMs: runMs }),
			...(runCpuMs === undefined ? {} : { cpuMs: runCpuMs }),
		},
		watched: {
			compileWallMs: given("compile_timeout"),
			compileCpuMs: given("compile_cpu_time"),
			compileMemoryBytes: given("compile_memory_limit"),
			runMemoryBytes: given("run_memory_limit"),
			outputBytes: operator.outputBytes,
		},
	};
}

function problemOf(name: string, value: number, maximum: number): string | null {
	const isMemory = name.endsWith("memory_limit");
	if (value > maximum) return `${name} cannot exceed the configured limit of ${maximum}`;
	if (value < 0 && !(isMemory && value === -1)) return `${name} must be non-negative`;
	if (value > 0 && !isMemory && value < minTimeMs) return `${name} must be at least ${minTimeMs}`;
	return null;
}

/** As the runner reckons it (server/runner/limits.ts). */
function memoryOf({ limits }: Toolchain, { memoryBytes, maxMemoryBytes }: OperatorLimits): number {
	return Math.min(limits.memoryBytes ?? memoryBytes, Math.max(memoryBytes, maxMemoryBytes));
}
