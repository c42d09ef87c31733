import type { ErrorCode } from "../../protocol/errors.ts";
import { findFilesProblem, isWellFormedText, type ProgramFile } from "../../protocol/files.ts";
import type { EffectiveLimits } from "../../protocol/messages.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import { fillCommand } from "../languages/command.ts";
import { type AgentStart, maxStepStringsBytes, stepStringsBytes } from "./agent-frames.ts";
import type { DoorRequest } from "./door-protocol.ts";
import { compileLimits, effectiveLimits, type LimitSettings } from "./limits.ts";

/** What a request to run comes to, once nothing in it is the gateway's word any more: files checked, commands made, limits clamped. */

export type RunRequest = Extract<DoorRequest, { type: "run" }>;

interface StepPlan {
	readonly argv: readonly string[];
	readonly limits: EffectiveLimits;
}

export interface RunPlan {
	readonly files: readonly ProgramFile[];
	readonly terminal: { readonly columns: number; readonly rows: number } | null;
	readonly environment: Readonly<Record<string, string>>;
	readonly compile: StepPlan | null;
	readonly run: StepPlan;
}

const baseEnvironment = {
	PATH: "/usr/local/bin:/usr/bin:/bin",
	HOME: "/workspace",
	LANG: "C.UTF-8",
};

/** Into pipes nobody wants colours; those who do not ask whether there is a terminal (Deno's errors) heed the variable of no-color.org. */
const plainLook = { TERM: "dumb", NO_COLOR: "1" };

function environmentOf(toolchain: Toolchain, terminal: RunPlan["terminal"]): Readonly<Record<string, string>> {
	return { ...baseEnvironment, ...(terminal === null ? plainLook : { TERM: "xterm-256color" }), ...toolchain.environment };
}

const usualTerminal = { columns: 80, rows: 24 };

/** How a program of one file, called as a new program's is and without arguments, will be started. Null where nothing is to wait. */
export function usualStart(toolchain: Toolchain, mode: RunRequest["mode"]): AgentStart | null {
	if (!toolchain.isPrespawned) return null;
	const { fileName } = toolchain.language;
	const terminal = mode === "pty" ? usualTerminal : null;
	return { terminal, argv: fillCommand(toolchain.run, fileName, [fileName]), environment: environmentOf(toolchain, terminal) };
}

/** How the program of a plan will be started when it is run again. Null where nothing is to wait. */
export function nextStart(toolchain: Toolchain, plan: RunPlan): AgentStart | null {
	return toolchain.isPrespawned ? { terminal: plan.terminal, argv: plan.run.argv, environment: plan.environment } : null;
}

/** The code when the request cannot be run. */
export function planRun(request: RunRequest, toolchain: Toolchain, settings: LimitSettings): RunPlan | ErrorCode {
	const problem = findFilesProblem(request.files);
	if (problem !== null) return problem.code;
	if (!request.files.some((file) => file.name === request.entry)) return "invalidRequest";
	if (!request.arguments.every((argument) => isWellFormedText(argument) && !argument.includes("\0"))) return "invalidRequest";
	const limits = effectiveLimits(settings, toolchain.limits, request.limits);
	const names = request.files.map((file) => file.name);
	const runArgv = [...fillCommand(toolchain.run, request.entry, names), ...request.arguments];
	const terminal = request.mode === "pty" ? { columns: request.columns, rows: request.rows } : null;
	const environment = environmentOf(toolchain, terminal);
	if (stepStringsBytes(runArgv, environment) > maxStepStringsBytes) return "invalidRequest";
	return {
		files: request.files,
		terminal,
		environment,
		compile:
			toolchain.compile === undefined
				? null
				: {
						argv: fillCommand(toolchain.compile, request.entry, names),
						limits: compileLimits(settings, toolchain.limits, limits),
					},
		run: { argv: runArgv, limits },
	};
}
