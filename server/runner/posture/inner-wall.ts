import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Toolchain } from "../../languages/catalogue.ts";
import type { LimitSettings } from "../limits.ts";
import { planRun } from "../run-plan.ts";
import { type AssessedSandbox, PostureProblem, type StepEnd } from "./assessed-sandbox.ts";

/**
 * The wall inside the container's, where a runtime is one: a program of the tier's own language tries it by the language's own means
 * (sandbox-images/posture/inner), as a reader's program would be run. It runs twice, the sandbox emptied in between: the second run tells.
 */

const stepWallMs = 30_000;
const resetMs = 15_000;

/** By the extension of the language's files; what has none here cannot be assessed, and so is not offered. */
const probes: Readonly<Record<string, string>> = {
	".js": "probe.js",
	".mjs": "probe.js",
	".ts": "probe.js",
	".c": "probe.c",
	".cpp": "probe.c",
};

const innerTiers: ReadonlySet<string> = new Set(["deno", "isolate", "wasm"]);

export const hasInnerWall = (tier: string): boolean => innerTiers.has(tier);

/** Rejects when the probe could not be run to its end. */
export async function tryInnerWall(
	sandbox: AssessedSandbox,
	toolchain: Toolchain,
	settings: LimitSettings,
	folder: string,
): Promise<StepEnd> {
	const { fileName } = toolchain.language;
	const source = probes[extname(fileName)];
	if (source === undefined) throw new PostureProblem(`there is no probe for the inner wall in ${toolchain.key}`);
	const content = await readFile(join(folder, "inner", source), "utf8");
	await runProbe(sandbox, toolchain, settings, content);
	if (!(await sandbox.reset(resetMs))) throw new PostureProblem("the sandbox could not be emptied after the inner wall's probe");
	return runProbe(sandbox, toolchain, settings, content);
}

async function runProbe(sandbox: AssessedSandbox, toolchain: Toolchain, settings: LimitSettings, content: string): Promise<StepEnd> {
	const { fileName: name } = toolchain.language;
	const files = [{ name, content }];
	const request = { type: "run", files, entry: name, arguments: [], mode: "pipes", columns: 80, rows: 24, limits: {} } as const;
	const plan = planRun({ ...request, files, arguments: [] }, toolchain, settings);
	if (typeof plan === "string") throw new PostureProblem(`the inner wall's probe was refused (${plan})`);
	const { environment } = plan;
	if (plan.compile !== null) {
		const compiled = await sandbox.step({ argv: plan.compile.argv, files, environment, wallMs: stepWallMs });
		if (compiled.exit?.how !== "exited" || compiled.exit.value !== 0)
			throw new PostureProblem("the inner wall's probe could not be compiled");
	}
	return sandbox.step({ argv: plan.run.argv, files: plan.compile === null ? files : [], environment, wallMs: stepWallMs });
}
