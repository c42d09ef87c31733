import type { ServerTierId } from "../../../protocol/tiers.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "./driver.ts";
import { trialAnswer } from "./trial-image.ts";

/** A sandbox made for nothing but to see whether one can be made here, exactly as the tier's are. */

export const trialSpec = (tier: ServerTierId, image: string): SandboxSpec => ({
	tier,
	image,
	label: "trial",
	memoryBytes: 134_217_728,
	processes: 16,
	cpuCores: 1,
	workspaceBytes: 1_048_576,
	workspaceInodes: 64,
	openFiles: 64,
});

async function answerOf(sandbox: Sandbox): Promise<string> {
	let answer = "";
	for await (const chunk of sandbox.stream) {
		answer += String(chunk);
		if (answer.length >= trialAnswer.length) break;
	}
	return answer;
}

export type TrialVerdict = { readonly kind: "works" } | { readonly kind: "unfiltered" | "failed"; readonly note: string };

/** A start that comes after its time is taken down again. */
export async function tryTier(driver: SandboxDriver, spec: SandboxSpec, limitMs: number): Promise<TrialVerdict> {
	const creation = driver.create(spec);
	const judge = (answer: string): TrialVerdict =>
		answer === trialAnswer ? { kind: "works" } : { kind: "unfiltered", note: `its system-call filter is in mode "${answer}"` };
	const fail = (error: unknown): TrialVerdict => ({ kind: "failed", note: error instanceof Error ? error.message : String(error) });
	let timer: NodeJS.Timeout | undefined;
	const lateness = new Promise<TrialVerdict>((resolve) => {
		timer = setTimeout(() => resolve(fail(`nothing came of it in ${limitMs / 1_000} s`)), limitMs);
	});
	const verdict = await Promise.race([creation.then(answerOf).then(judge, fail), lateness]);
	clearTimeout(timer);
	// What cannot be removed now bears the trial's label, and goes with the next search.
	const removal = creation.then((sandbox) => sandbox.destroy()).catch(() => undefined);
	if (verdict.kind === "works") await removal;
	return verdict;
}
