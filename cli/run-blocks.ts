import type { PlannedBlock, PlannedRun } from "./plan.ts";
import type { RunAnswer, ServerClient } from "./server-client.ts";

/** Runs what was planned, several at a time, nothing twice; once the server is gone the rest is not tried. */

export interface RunBlocksOptions {
	readonly client: ServerClient;
	readonly planned: readonly PlannedBlock[];
	readonly jobs: number;
	readonly onProgress: (done: number, of: number) => void;
}

export interface AnsweredRun {
	readonly planned: PlannedBlock;
	readonly run: PlannedRun;
	readonly answer: RunAnswer;
}

/** In the order of the plan. */
export async function runBlocks({ client, planned, jobs, onProgress }: RunBlocksOptions): Promise<AnsweredRun[]> {
	const wanted = planned.flatMap((block) => block.runs.map((run) => ({ planned: block, run, request: JSON.stringify(run.request) })));
	const requests = new Map(wanted.map(({ request, run }) => [request, run.request]));
	const answers = new Map<string, RunAnswer>();
	const waiting = [...requests];
	let trouble: RunAnswer | null = null;

	async function work(): Promise<void> {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const [key, request] = next;
			const answer = trouble ?? (await client.run(request));
			if (answer.kind === "trouble" && answer.isServerGone) trouble = answer;
			answers.set(key, answer);
			onProgress(answers.size, requests.size);
		}
	}

	await Promise.all(Array.from({ length: Math.min(jobs, waiting.length) }, work));
	return wanted.map(({ planned: block, run, request }) => ({
		planned: block,
		run,
		answer: answers.get(request) ?? { kind: "trouble", message: "It was not run.", isServerGone: false },
	}));
}
