import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { type BaselineId, baselineTable } from "../../../protocol/baselines.ts";
import type { AttackResult, Fact, PostureReport } from "../../../protocol/posture.ts";
import { type BaselineContainer, baselineShape, baselineSpec } from "../drivers/baseline-container.ts";
import { DockerDriver } from "../drivers/docker.ts";
import { ProbeOutput } from "./probe-output.ts";

/**
 * Measures the lab's baselines: the same probe as in the tiers, run behind what people use instead of a sandbox, each in a gVisor container
 * of its own.
 *
 * What is denied in there may be the outer sandbox's doing and not the baseline's. So a reference is measured first, with as few walls as
 * the outer sandbox allows: what is denied even there says nothing about a baseline, and is reported as not expressible.
 */

export interface BaselineOptions {
	readonly docker: Docker;
	readonly instance: string;
	/** The engine's name for gVisor; null: there is none, and without the outer wall nothing is measured. */
	readonly runtime: string | null;
	/** Images that have the probe, and Python or Node. */
	readonly images: { readonly python: BaselineImage; readonly javascript: BaselineImage };
	/** Ends what is under way; the promise then rejects with its reason. */
	readonly signal: AbortSignal;
	/** Unix time, ms. */
	readonly now?: () => number;
}

export interface BaselineImage {
	/** As the engine knows it. */
	readonly reference: string;
	/** "<language>@<version>". */
	readonly key: string;
}

const runLimitMs = 60_000;
const maxOutputBytes = 4_194_304;

/** Below the outer limits, and more than any tier lets a program take. */
const probe = [
	"/sandglass-probe",
	"facts",
	"attacks",
	"resources",
	"processes",
	"memory",
	"--processes=150",
	"--bytes=201326592",
	"--files=20000",
	"--memory=402653184",
];

const environment = { DATABASE_PASSWORD: "made-up", API_TOKEN: "made-up" };

const sourcesDir = new URL("../../../sandbox-images/baselines/", import.meta.url);
const source = (file: string): Promise<string> => readFile(fileURLToPath(new URL(file, sourcesDir)), "utf8");

interface Baseline extends Pick<BaselineContainer, "user" | "filter" | "capabilities"> {
	readonly image: "python" | "javascript";
	readonly file: string;
	readonly words: readonly string[];
}

const baselines: Readonly<Record<BaselineId, Baseline>> = {
	"baseline-python-exec": { image: "python", file: "exec.py", words: [], user: "1000:1000", filter: "none" },
	"baseline-node-vm": { image: "javascript", file: "vm.js", words: [], user: "1000:1000", filter: "none" },
	"baseline-deny-list": { image: "python", file: "child-process.py", words: ["deny-list"], user: "1000:1000", filter: "none" },
	"baseline-docker-run": { image: "python", file: "child-process.py", words: ["nothing"], user: "0:0", filter: "engine" },
};

/** Two, because a probe that may change its root (CAP_SYS_ADMIN) finds nothing any more where it then stands. */
const references: readonly Baseline[] = [[], ["SYS_ADMIN"]].map((drop) => ({
	image: "python",
	file: "child-process.py",
	words: ["nothing"],
	user: "0:0",
	filter: "none",
	capabilities: { add: ["ALL"], drop },
}));

/** A report for each baseline; one that could not be measured says so in `problem`. Rejects only when `signal` ends it. */
export async function measureBaselines(options: BaselineOptions): Promise<PostureReport[]> {
	const now = options.now ?? Date.now;
	const entries = Object.entries(baselines) as [BaselineId, Baseline][];
	const unmeasured = (problem: string) => entries.map(([id, { image }]) => emptyReport(id, options.images[image].key, now(), problem));
	const { runtime } = options;
	if (runtime === null) return unmeasured("Baselines are measured inside gVisor, which keeps their holes harmless; this machine has none.");
	const reports: PostureReport[] = [];
	try {
		const bare = [];
		for (const reference of references) bare.push(await run(reference, runtime, options));
		const provable = new Set(bare.flatMap(({ attacks }) => attacks.filter(({ outcome }) => outcome === "broke").map(({ id }) => id)));
		for (const [id, baseline] of entries) reports.push(await measure(id, baseline, runtime, provable, options));
	} catch (error) {
		options.signal.throwIfAborted();
		const measured = new Set<string>(reports.map(({ subject }) => subject));
		reports.push(...unmeasured(problemOf(error)).filter(({ subject }) => !measured.has(subject)));
	}
	return reports;
}

const emptyReport = (subject: BaselineId, image: string, startedAtMs: number, problem: string | null): PostureReport => ({
	subject,
	startedAtMs,
	tookMs: 0,
	verdict: "unjudged",
	problem,
	image,
	facts: {},
	attacks: [],
	differences: [],
	figures: { startMs: null, warmMs: null, idleMemoryBytes: null },
});

async function measure(
	id: BaselineId,
	baseline: Baseline,
	runtime: string,
	provable: ReadonlySet<string>,
	options: BaselineOptions,
): Promise<PostureReport> {
	const startedAtMs = (options.now ?? Date.now)();
	const startedAt = performance.now();
	const { key } = options.images[baseline.image];
	const { facts, attacks } = await run(baseline, runtime, options);
	const tookMs = performance.now() - startedAt;
	const report = emptyReport(id, key, startedAtMs, null);
	if (attacks.length === 0) return { ...report, tookMs, problem: "The probe said nothing." };
	if (baseline.filter === "engine" && facts["identity.seccompMode"] !== 2) {
		const problem =
			"gVisor is set up here to leave the engine's own filter on system calls out, so the picture would be worse than the truth.";
		return { ...report, tookMs, problem };
	}
	return { ...report, tookMs, facts, attacks: attacks.map((attack) => explain(attack, id, provable)) };
}

/** What a stand-in for a server tells by itself, which the reference has no attempt of. */
const ownAttempts: ReadonlySet<string> = new Set(["41-in-process", "33-server-memory"]);

function explain(attack: AttackResult, id: BaselineId, provable: ReadonlySet<string>): AttackResult {
	if (ownAttempts.has(attack.id)) return attack;
	if (attack.outcome === "broke")
		return { ...attack, why: cut(`${baselineTable[id].name} has no wall against this. In a sandbox: ${attack.why}`) };
	if (provable.has(attack.id))
		return { ...attack, why: cut(`The system's own rules held, or this baseline's. In a sandbox: ${attack.why}`) };
	return {
		...attack,
		outcome: "inexpressible",
		happened: cut(`Denied, but not by this baseline: in the same outer sandbox it is denied without any wall too. ${attack.happened}`),
	};
}

const cut = (text: string): string => text.slice(0, 600);

interface Told {
	readonly facts: Readonly<Record<string, Fact>>;
	readonly attacks: readonly AttackResult[];
}

class BaselineFault extends Error {}

function problemOf(error: unknown): string {
	return error instanceof BaselineFault ? error.message : "The engine could not make its outer sandbox, which is gVisor's.";
}

/** Rejects with a BaselineFault for what it did, with whatever else for what the engine did. */
async function run(baseline: Baseline, runtime: string, options: BaselineOptions): Promise<Told> {
	const { signal } = options;
	signal.throwIfAborted();
	const text = await source(baseline.file);
	const interpreter = baseline.image === "python" ? ["/usr/bin/python3", "-I", "-c"] : ["/usr/bin/node", "-e"];
	const command = [...interpreter, text, ...baseline.words, ...probe];
	const { user, filter, capabilities } = baseline;
	const shape = baselineShape({ runtime, command, user, filter, environment, ...(capabilities === undefined ? {} : { capabilities }) });
	const driver = new DockerDriver(options.docker, options.instance, { gvisor: shape });
	const sandbox = await driver.create({ ...baselineSpec, image: options.images[baseline.image].reference });
	const end = (): void => void sandbox.stream.destroy();
	let isLate = false;
	const timer = setTimeout(() => {
		isLate = true;
		end();
	}, runLimitMs);
	signal.addEventListener("abort", end, { once: true });
	try {
		// What is in there may write what it likes: lines that are none of the probe's are left out, and a second word on something too.
		const output = new ProbeOutput();
		let bytes = 0;
		sandbox.stream.on("data", (chunk: Buffer) => {
			bytes += chunk.length;
			if (bytes > maxOutputBytes) end();
			else output.take(chunk);
		});
		if (!sandbox.stream.closed) await new Promise<void>((resolve) => sandbox.stream.once("close", resolve));
		signal.throwIfAborted();
		if (isLate) throw new BaselineFault(`It did not end within ${runLimitMs / 1_000} s.`);
		if (bytes > maxOutputBytes) throw new BaselineFault("It printed more than a report can be.");
		output.end();
		return { facts: Object.fromEntries(output.facts), attacks: [...output.attacks.values()] };
	} finally {
		clearTimeout(timer);
		signal.removeEventListener("abort", end);
		await sandbox.destroy();
	}
}
