import type { EffectiveLimits, RequestedLimits } from "../../protocol/messages.ts";
import type { Config } from "../config.ts";
import type { LanguageLimits } from "../languages/schema.ts";
import type { SandboxSpec } from "./drivers/driver.ts";

/** The limits that rule: the operator's, which a language may raise only where the operator names a maximum, and a request only lower. */

export type LimitSettings = Pick<
	Config,
	| "idleWallMs"
	| "totalWallMs"
	| "compileWallMs"
	| "cpuMs"
	| "cpuCores"
	| "memoryBytes"
	| "maxMemoryBytes"
	| "processes"
	| "maxProcesses"
	| "workspaceBytes"
	| "workspaceInodes"
	| "outputBytes"
	| "openFiles"
>;

/** What a language gets where it asks: up to the operator's maximum, which is never below the operator's default. */
function asked(ask: number | undefined, fallback: number, maximum: number): number {
	return Math.min(ask ?? fallback, Math.max(fallback, maximum));
}

/** Fixed when the sandbox is made. Half of its memory is the most that its workspace may be: files there count as memory. */
export function sandboxLimits(settings: LimitSettings, language: LanguageLimits): Omit<SandboxSpec, "tier" | "image" | "label"> {
	const memoryBytes = asked(language.memoryBytes, settings.memoryBytes, settings.maxMemoryBytes);
	return {
		memoryBytes,
		processes: asked(language.processes, settings.processes, settings.maxProcesses),
		cpuCores: settings.cpuCores,
		workspaceBytes: Math.min(settings.workspaceBytes, Math.floor(memoryBytes / 2)),
		workspaceInodes: settings.workspaceInodes,
		openFiles: settings.openFiles,
	};
}

/** `requested` was read by its schema: whole numbers, at least 1, or absent. What is too much is clamped without a word. */
export function effectiveLimits(settings: LimitSettings, language: LanguageLimits, requested: RequestedLimits): EffectiveLimits {
	const { memoryBytes, processes, workspaceBytes } = sandboxLimits(settings, language);
	const atMost = (request: number | undefined, limit: number): number => Math.max(1, Math.min(request ?? limit, limit));
	return {
		idleWallMs: atMost(requested.idleWallMs, settings.idleWallMs),
		totalWallMs: atMost(requested.totalWallMs, settings.totalWallMs),
		cpuMs: atMost(requested.cpuMs, settings.cpuMs),
		outputBytes: atMost(requested.outputBytes, settings.outputBytes),
		memoryBytes,
		processes,
		workspaceBytes,
	};
}

/** A compiler is not waited for by anybody's input: one wall time, the operator's or less. */
export function compileLimits(settings: LimitSettings, language: LanguageLimits, run: EffectiveLimits): EffectiveLimits {
	const wallMs = Math.min(settings.compileWallMs, language.compileWallMs ?? settings.compileWallMs);
	return { ...run, idleWallMs: wallMs, totalWallMs: wallMs, cpuMs: settings.cpuMs };
}
