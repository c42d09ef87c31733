import type { Recording } from "../protocol/recordings.ts";
import { bakeRecordings, recordingOf } from "./baking.ts";
import { findDocuments, NoDocuments, readDocument } from "./documents/reading.ts";
import { type CheckedBlock, type Finding, findingOfProblem, findingsOf } from "./findings.ts";
import type { CheckOptions } from "./options.ts";
import { type PlannedBlock, planDocument } from "./plan.ts";
import { type AnsweredRun, runBlocks } from "./run-blocks.ts";
import { createServerClient } from "./server-client.ts";
import { recordInTerminal } from "./terminal-recording.ts";
import { updateDocument } from "./updating.ts";
import { judge, type Verdict } from "./verdict.ts";

/** One check from the documents to the findings: read, plan, run, judge, rewrite, bake. */

export interface CheckContext {
	readonly workingDir: string;
	readonly key: string | undefined;
	readonly signal: AbortSignal;
	/** What it is doing, for whoever watches. */
	readonly onProgress: (line: string) => void;
	/** Called once there is something to run. */
	readonly serverUrl: () => Promise<string>;
	readonly now: () => Date;
}

export interface CheckResult {
	/** In the order of the documents. */
	readonly findings: readonly Finding[];
	/** What was not done that was asked for. */
	readonly notes: readonly string[];
}

/** Longer than any server lets one program run, its compiler included, or wait for its turn. */
const answerSlackMs = 300_000;
/** A program that prints nothing more for so long is taken to wait for its reader. */
const quietMs = 300;
const silentMs = 2_000;
const recordTimeoutMs = 60_000;
/** Of a server that has only just started, images and all. */
const localWaitMs = 900_000;

/** @throws NoDocuments, ServerTrouble */
export async function check(options: CheckOptions, context: CheckContext): Promise<CheckResult> {
	const { workingDir, onProgress } = context;
	const paths = await findDocuments(options.patterns, workingDir);
	const documents = await Promise.all(paths.map(async (path) => ({ path, document: await readDocument(path, workingDir) })));
	const problems = documents.flatMap(({ document: { file, problems } }) =>
		problems.map(({ line, message }) => findingOfProblem(file, line, message)),
	);
	if (problems.length === 0 && documents.every(({ document }) => document.blocks.length === 0))
		throw new NoDocuments(`No runnable block in ${paths.length} documents. A block opts in with the word "sandglass" behind its language.`);
	const url = await context.serverUrl();
	const client = createServerClient({
		url,
		key: context.key,
		maxWaitMs: options.server === "local" ? Math.max(options.maxWaitMs, localWaitMs) : options.maxWaitMs,
		answerTimeoutMs: options.timeoutMs + answerSlackMs,
		onWait: (waitMs, why) => onProgress(`waiting ${Math.ceil(waitMs / 1_000)} s: ${why}`),
		signal: context.signal,
	});
	const catalogue = await client.catalogue();
	const plans = await Promise.all(
		documents.map(async ({ path, document }) => ({ path, document, blocks: await planDocument(document, catalogue, options) })),
	);
	const planned = plans.flatMap(({ blocks }) => blocks.filter((it) => "runs" in it));
	const answered = await runBlocks({
		client,
		planned,
		jobs: options.jobs,
		onProgress: (done, of) => onProgress(`${done} of ${of} run`),
	});
	const checkedOf = (block: PlannedBlock): CheckedBlock => ({
		planned: block,
		runs: answered.filter((it) => it.planned === block).map((it) => ({ ...it, verdict: verdictOf(it) })),
	});
	const findings = [...problems];
	const notes: string[] = [];
	const baked: CheckedBlock[] = [];
	for (const { path, document, blocks } of plans) {
		const checked = blocks.map((block) => ("runs" in block ? checkedOf(block) : block));
		const own =
			options.update === "never" ? checked.map(findingsOf) : await updateDocument({ path, document, checked, mode: options.update });
		findings.push(...own.flat());
		for (const [at, block] of checked.entries())
			if ("planned" in block && own[at]?.every(({ status }) => status === "passed" || status === "updated")) baked.push(block);
	}
	if (options.bake !== undefined) notes.push(...(await bake(options.bake, baked, findings, url, context)));
	const order = new Map(documents.map(({ document }, at) => [document.file, at]));
	findings.sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.blockLine - b.blockLine);
	return { findings, notes };
}

function verdictOf({ planned, run, answer }: AnsweredRun): Verdict {
	switch (answer.kind) {
		case "ran":
			return judge(planned, run, answer.result);
		case "refused":
			return { kind: "failed", reason: answer.message, line: planned.block.line, drift: null, printed: "" };
		case "trouble":
			return { kind: "notRun", reason: answer.message };
	}
}

/** What could not be done. A server that was away takes no recording away. */
async function bake(
	path: string,
	blocks: readonly CheckedBlock[],
	findings: readonly Finding[],
	url: string,
	context: CheckContext,
): Promise<string[]> {
	if (findings.some(({ status }) => status === "notRun")) return [`${path} is left as it was, because not every block was run.`];
	const recordings = new Map<string, Recording>();
	for (const [at, { planned, runs }] of blocks.entries()) {
		context.onProgress(`${at} of ${blocks.length} recorded`);
		// Of several versions the first is shown.
		const [first] = runs;
		if (first?.answer.kind !== "ran" || first.verdict.kind === "notRun" || recordings.has(planned.key)) continue;
		const plain = recordingOf(first.answer.result, first.verdict.printed, context.now());
		const { request, isMarked } = first.run;
		const typed = planned.hasInput
			? await recordInTerminal({ url, request, isMarked, quietMs, silentMs, timeoutMs: recordTimeoutMs, signal: context.signal })
			: null;
		const isSame = JSON.stringify(typed?.outcome) === JSON.stringify(plain.outcome);
		recordings.set(planned.key, typed !== null && isSame ? { ...plain, ...typed } : plain);
	}
	const baked = await bakeRecordings(path, recordings);
	return baked.isDone ? [] : [baked.problem];
}
