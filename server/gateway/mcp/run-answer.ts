import type { ApiRunResult, ApiStep } from "../../../protocol/api.ts";
import { clip } from "./clipping.ts";
import type { RunOutput } from "./tool-schemas.ts";

/** A run as a model is told of it: in words, and as an object. */

/** Of each stream of each step. A model's context is dear, and the ends of an output say most. */
const maxCharacters = 16_384;

export function describeRun(result: ApiRunResult): { readonly text: string; readonly output: RunOutput } {
	const { outcome, message, fault, program, compile } = result;
	const run = printed(program);
	const compiled = compile === null ? null : printed(compile);
	const last = program ?? compile;
	const output: RunOutput = {
		ok: outcome.kind === "exited" && outcome.code === 0,
		message,
		fault,
		exit_code: outcome.kind === "exited" ? outcome.code : null,
		signal: outcome.kind === "signalled" ? outcome.signal : null,
		...run,
		compile: compiled,
		language: result.language,
		version: result.version,
		tier: result.tier,
		wall_ms: last?.wallMs ?? null,
		cpu_ms: last?.cpuMs ?? null,
		peak_memory_bytes: last?.peakMemoryBytes ?? null,
	};
	const parts = [
		`${message} (${result.language} ${result.version}, ${result.tier})`,
		...(compiled === null ? [] : section("compiler", compiled.stdout + compiled.stderr)),
		...section("stdout", run.stdout),
		...section("stderr", run.stderr),
	];
	return { text: parts.join("\n"), output };
}

function printed(step: ApiStep | null) {
	const stdout = clip(step?.stdout ?? "", maxCharacters);
	const stderr = clip(step?.stderr ?? "", maxCharacters);
	return { stdout: stdout.text, stderr: stderr.text, missing_characters: stdout.missingCharacters + stderr.missingCharacters };
}

function section(name: string, text: string): string[] {
	return text === "" ? [] : [`--- ${name} ---`, text];
}
