import { setTimeout as wait } from "node:timers/promises";
import { type AttackResult, type Fact, PostureReport } from "../../../protocol/posture.ts";
import { tierTable } from "../../../protocol/tiers.ts";
import type { SandboxDriver, SandboxSpec } from "../drivers/driver.ts";
import { gvisorCeilingBytes } from "../drivers/gvisor-container.ts";
import { type LimitSettings, sandboxLimits } from "../limits.ts";
import type { Assessment } from "../tier-board.ts";
import { AssessedSandbox, PostureProblem, type StepEnd } from "./assessed-sandbox.ts";
import { compareFacts, type Golden, goldenName, judgeAttacks, readGolden } from "./golden.ts";
import { hasInnerWall, tryInnerWall } from "./inner-wall.ts";
import { attackClock, attackNextRun, attackSiblings, probePath } from "./two-part-attacks.ts";

/**
 * Takes a tier's posture: two sandboxes of it, made as the pool makes them, in which the probe looks around and attacks. The first is
 * looked at and attacked; the second is its sibling, and the one whose memory is used up. What may end a sandbox comes last in it.
 */

const factsWallMs = 20_000;
const attacksWallMs = 30_000;
const exhaustionWallMs = 30_000;
const removalPatienceMs = 2_000;
/** How far beyond a limit an attempt to exhaust it goes. */
const beyond = 1.25;

export interface AssessOptions {
	readonly settings: LimitSettings;
	/** The folder of the golden files, sandbox-images/posture. */
	readonly goldenDir: string;
	/** Ends it early: the sandboxes are destroyed, and the report has failed. */
	readonly signal?: AbortSignal;
	/** Told of the removal of its sandboxes where that takes long; it never rejects. Absent: the report waits for it. */
	readonly onLingering?: (removal: Promise<unknown>) => void;
	/** Told of what kept it from being taken, in the engine's and the machine's words, which are for the log alone. */
	readonly onFailure?: (error: unknown) => void;
}

interface Findings {
	facts: Record<string, Fact>;
	attacks: AttackResult[];
	/** What went wrong in the taking; each makes the posture incomplete, which the comparison shows, and these say why. */
	problems: string[];
	figures: PostureReport["figures"];
}

/** Never rejects: a sandbox that cannot be made, lies or dies, and a golden file that cannot be read, give a report that has failed. */
export async function assessTier(driver: SandboxDriver, assessment: Assessment, options: AssessOptions): Promise<PostureReport> {
	const startedAtMs = Date.now();
	const startedAt = performance.now();
	const { tier, toolchain, image } = assessment;
	const spec: SandboxSpec = { tier, image, label: toolchain.key, ...sandboxLimits(options.settings, toolchain.limits) };
	const findings: Findings = { facts: {}, attacks: [], problems: [], figures: { startMs: null, warmMs: null, idleMemoryBytes: null } };
	let golden: Golden = { facts: {}, attacks: {} };
	try {
		golden = await readGolden(options.goldenDir, goldenName(options.goldenDir, tier, toolchain.language.id));
		await takePosture(driver, spec, assessment, options, findings);
	} catch (error) {
		const isTold = error instanceof PostureProblem;
		findings.problems.push(isTold ? error.message : "its posture could not be taken; the server's log says why");
		options.onFailure?.(isTold ? error.cause : error);
	}
	const judged = judgeAttacks(golden, findings.attacks);
	const differences = [...compareFacts(golden, findings.facts, spec), ...judged.differences].slice(0, 200);
	const problem = findings.problems.length === 0 ? null : `${tierTable[tier].name}: ${findings.problems.join("; ")}`.slice(0, 400);
	const report: PostureReport = {
		subject: tier,
		startedAtMs,
		tookMs: performance.now() - startedAt,
		verdict: differences.length === 0 && problem === null ? "passed" : "failed",
		problem,
		image: toolchain.key.slice(0, 80),
		facts: findings.facts,
		attacks: [...judged.attacks],
		differences,
		figures: findings.figures,
	};
	const checked = PostureReport.safeParse(report);
	if (checked.success) return checked.data;
	return { ...report, verdict: "failed", problem: "the report has not the form of one", facts: {}, attacks: [] };
}

async function takePosture(
	driver: SandboxDriver,
	spec: SandboxSpec,
	assessment: Assessment,
	options: AssessOptions,
	findings: Findings,
): Promise<void> {
	const started = await Promise.allSettled([AssessedSandbox.start(driver, spec), AssessedSandbox.start(driver, spec)]);
	const sandboxes = started.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
	const end = (): void => void Promise.allSettled(sandboxes.map((it) => it.destroy()));
	options.signal?.addEventListener("abort", end);
	try {
		options.signal?.throwIfAborted();
		const [subject, sibling] = sandboxes;
		if (subject === undefined || sibling === undefined) {
			const cause: unknown = started.find((it) => it.status === "rejected")?.reason;
			throw new PostureProblem("a sandbox could not be made", { cause });
		}
		await lookAtBoth(subject, sibling, spec, findings);
		if (hasInnerWall(assessment.tier))
			gather(findings, "inner wall", await tryInnerWall(sibling, assessment.toolchain, options.settings, options.goldenDir));
		await exhaust(subject, sibling, spec, findings);
	} finally {
		options.signal?.removeEventListener("abort", end);
		// What cannot be removed now is the driver's to reap.
		await patiently(Promise.allSettled(sandboxes.map((it) => it.destroy())), options);
	}
}

/** A verdict does not wait for an engine that has lost sight of a container's end: it takes half a minute to find it again. */
async function patiently(removal: Promise<unknown>, { onLingering, signal }: AssessOptions): Promise<void> {
	if (onLingering === undefined || signal?.aborted === true) {
		await removal;
		return;
	}
	const waiting = new AbortController();
	const isOver = await Promise.race([removal.then(() => true), wait(removalPatienceMs, false, { signal: waiting.signal })]);
	if (isOver) waiting.abort();
	else onLingering(removal);
}

async function lookAtBoth(subject: AssessedSandbox, sibling: AssessedSandbox, spec: SandboxSpec, findings: Findings): Promise<void> {
	const { facts, memoryBytes } = await subject.describe();
	Object.assign(findings.facts, facts);
	findings.attacks.push(...(await attackSiblings(subject, sibling)));
	const warm = await subject.step({ argv: [probePath, "random"], wallMs: factsWallMs });
	findings.figures = { startMs: subject.startMs, warmMs: warm.firstByteMs, idleMemoryBytes: memoryBytes };
	findings.attacks.push(...(await attackNextRun(subject)));
	gather(findings, "facts", await subject.step({ argv: [probePath, "facts"], wallMs: factsWallMs }));
	gather(findings, "attacks", await subject.step({ argv: [probePath, "attacks"], wallMs: attacksWallMs }));
	const resources = [
		probePath,
		"resources",
		`--bytes=${Math.ceil(spec.memoryBytes * beyond)}`,
		`--files=${Math.ceil(spec.workspaceInodes * beyond)}`,
	];
	gather(findings, "resources", await subject.step({ argv: resources, wallMs: exhaustionWallMs }));
	findings.attacks.push(...(await attackClock(subject)));
}

/** Where no smaller wall stands, the whole program or the whole sandbox ends: that holds too, and then nobody is left to say so. */
const exhaustions = {
	"01-fork-bomb": {
		row: 1,
		title: "Start processes without end",
		tried: "Forks children that wait, until fork fails, up to a bound.",
		why: "Whatever becomes of a sandbox that takes too many processes, the machine's table of processes is not filled.",
	},
	"02-memory": {
		row: 2,
		title: "Take memory without end",
		tried: "Takes and touches 4 MiB after the other, up to a bound.",
		why: "Beyond the limit the program, or the whole sandbox, is ended, and nobody else notices.",
	},
} as const;

async function exhaust(subject: AssessedSandbox, sibling: AssessedSandbox, spec: SandboxSpec, findings: Findings): Promise<void> {
	const processes = [probePath, "processes", `--processes=${Math.ceil(spec.processes * beyond) + 8}`];
	// Beyond the outermost wall of any tier: what lies before it may be a watch, which on a busy machine comes late.
	const memory = [probePath, "memory", `--memory=${Math.ceil(gvisorCeilingBytes(spec) * beyond)}`];
	const [bombed, eaten] = await Promise.all([
		subject.step({ argv: processes, wallMs: exhaustionWallMs }),
		sibling.step({ argv: memory, wallMs: exhaustionWallMs }),
	]);
	gatherExhaustion(findings, "01-fork-bomb", "limits.measured.processes", bombed);
	gatherExhaustion(findings, "02-memory", "limits.measured.memoryBytes", eaten);
}

function gatherExhaustion(findings: Findings, id: keyof typeof exhaustions, measured: string, end: StepEnd): void {
	const isEnded = end.exit === null || end.exit.cause === "memory" || end.exit.how === "signalled";
	if (!isEnded || end.output.attacks.has(id)) {
		gather(findings, id, end);
		return;
	}
	const who = end.exit === null ? `The whole sandbox ended (${end.death ?? "unknown"}).` : `The program was ended (${end.exit.cause}).`;
	findings.attacks.push({ id, ...exhaustions[id], outcome: "held", happened: who });
	findings.facts[measured] = "ended";
}

/** What was told first stands: an engine's word is not changed by a program's, nor one step's by the next. */
function gather(findings: Findings, part: string, { output, exit, death }: StepEnd): void {
	for (const [path, fact] of output.facts) {
		if (path in findings.facts) findings.problems.push(`the probe's ${part} told ${path} again`);
		else findings.facts[path] = fact;
	}
	for (const attack of output.attacks.values()) {
		if (findings.attacks.some((it) => it.id === attack.id)) findings.problems.push(`the probe's ${part} told ${attack.id} again`);
		else findings.attacks.push(attack);
	}
	for (const fault of output.faults) findings.problems.push(`the probe's ${part} held ${fault}`);
	if (exit === null) findings.problems.push(`the sandbox died under the probe's ${part} (${death ?? "unknown"})`);
	else if (exit.how !== "exited" || exit.value !== 0)
		findings.problems.push(`the probe's ${part} ended wrongly (${exit.how} ${exit.value}, ${exit.cause})`);
}
