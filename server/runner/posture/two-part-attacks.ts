import { randomBytes } from "node:crypto";
import type { AttackResult, Fact } from "../../../protocol/posture.ts";
import type { AssessedSandbox, StepEnd } from "./assessed-sandbox.ts";

/**
 * Attacks that take two runs of one sandbox, or two sandboxes: the probe does each half, and here they are put together. What a half says
 * is a sandbox's word; where the machine can see for itself (how a step ended, whether a file was refused) that counts.
 */

const halfWallMs = 10_000;
const resetMs = 15_000;
/** A program that stops everything is ended after this; in a sandbox whose processes stop for good it must still be. */
const stopWallMs = 300;

type Told = Omit<AttackResult, "outcome" | "happened">;

const attacks = {
	stop: {
		row: 9,
		id: "09-stop-everything",
		title: "Stop every process, so that nobody keeps time",
		tried: "A program sends SIGSTOP to its group, to everything that it may signal, and to itself.",
		why: "The agent is no process of the program's: it keeps the wall clock, and SIGKILL ends what is stopped.",
	},
	survivor: {
		row: 10,
		id: "10-survivor",
		title: "Live on after the run",
		tried: "A daemon with a session of its own, which has closed its output, is left behind; the next run looks for it.",
		why: "Between two runs the agent kills every process but itself and shows that none is left, or the sandbox is replaced.",
	},
	links: {
		row: 18,
		id: "18-planted-links",
		title: "Have the next run's files written elsewhere",
		tried: "A run leaves two links in the workspace; then files are sent whose names lead through them.",
		why: "Files are opened beneath the workspace without following a link (CVE-2024-28185, CVE-2024-28189).",
	},
	siblings: {
		row: 31,
		id: "31-siblings",
		title: "Meet another sandbox",
		tried:
			"One sandbox leaves files, System V objects, an abstract socket and a lock on a file of the image; another looks for them and for its processes.",
		why: "Namespaces and mounts belong to one sandbox alone.",
	},
	leftovers: {
		row: 32,
		id: "32-leftovers",
		title: "Find what an earlier run left",
		tried: "A run leaves files in every place that it can write; the next one looks.",
		why: "The agent empties every writable mount between two runs, and proves it.",
	},
	clones: {
		row: 32,
		id: "32-equal-random-numbers",
		title: "Foretell another sandbox's random numbers",
		tried: "Two sandboxes print the kernel's random numbers and those that a program is started with.",
		why: "Two clones of one snapshot would start with one pool of randomness; each gets fresh bytes before its first run.",
	},
} as const satisfies Record<string, Told>;

export const probePath = "/sandglass-probe";

const half = (sandbox: AssessedSandbox, ...words: string[]): Promise<StepEnd> =>
	sandbox.step({ argv: [probePath, ...words], wallMs: halfWallMs });

const factOf = ({ output }: StepEnd, path: string): Fact | undefined => output.facts.get(path);

/** Only what was really tried counts: without its first half an attack has no result, and that is a difference. */
function result(told: Told, isBroken: boolean, happened: string): AttackResult {
	return { ...told, outcome: isBroken ? "broke" : "held", happened: happened.slice(0, 600) };
}

/** Rows 18, 10 and 32, in a sandbox that can be reset. Leaves it empty. */
export async function attackNextRun(sandbox: AssessedSandbox): Promise<AttackResult[]> {
	const results: AttackResult[] = [];
	const planted = await half(sandbox, "plant-links");
	if (factOf(planted, "half.isPlanted") === true) {
		const files = ["folder/inner.txt", "notes.txt"].map((name) => ({ name, content: "through the link" }));
		const looked = await sandbox.step({ argv: [probePath, "links"], files, wallMs: halfWallMs });
		const isWritten = factOf(looked, "half.isWrittenThrough");
		const happened = `${looked.refusedFiles} of 2 files were refused; ${isWritten === false ? "nothing was written through the links" : "a file was written through a link"}.`;
		results.push(result(attacks.links, isWritten !== false, happened));
	}
	const left = await half(sandbox, "leave-survivor");
	const isEmpty = await sandbox.reset(resetMs);
	if (factOf(left, "half.isLeft") !== true) return results;
	if (!isEmpty) {
		const happened = "The sandbox could not show that it was empty; it is replaced, and no run follows in it.";
		return [...results, result(attacks.survivor, false, happened), result(attacks.leftovers, false, happened)];
	}
	const looked = await half(sandbox, "survivors");
	for (const [told, path] of [
		[attacks.survivor, "half.survivors"],
		[attacks.leftovers, "half.remains"],
	] as const) {
		const found = factOf(looked, path);
		const isClean = Array.isArray(found) && found.length === 0;
		results.push(
			result(told, !isClean, isClean ? "The next run found nothing." : `The next run found: ${JSON.stringify(found ?? "no answer")}`),
		);
	}
	return results;
}

/** Row 9. The sandbox is ready for another step afterwards, or dead. */
export async function attackClock(sandbox: AssessedSandbox): Promise<AttackResult[]> {
	if (!sandbox.isAlive) return [];
	const { output, exit, death } = await sandbox.step({ argv: [probePath, "stop"], wallMs: stopWallMs });
	if (exit === null) return [result(attacks.stop, false, `The sandbox itself ended: ${death ?? "unknown"}.`)];
	const isEnded = exit.cause === "idleWall" || exit.cause === "totalWall";
	const wentOn = output.facts.get("half.wentOn") === true;
	const happened = isEnded ? `It was killed after ${Math.round(exit.wallMs)} ms.` : `It ended by itself (${exit.how} ${exit.value}).`;
	// A step whose program merely failed to start has tried nothing.
	if (!isEnded && !wentOn && exit.how !== "signalled") return [];
	return [result(attacks.stop, false, happened)];
}

/** Rows 31 and 32, between two sandboxes that are ready. */
export async function attackSiblings(one: AssessedSandbox, other: AssessedSandbox): Promise<AttackResult[]> {
	const results: AttackResult[] = [];
	const numbers = await Promise.all([half(one, "random"), half(other, "random")]);
	const paths = ["half.random.kernel", "half.random.start"];
	const pairs = paths.map((path) => numbers.map((end) => factOf(end, path)));
	if (pairs.flat().every((it) => typeof it === "string")) {
		const isEqual = pairs.some(([a, b]) => a === b && a !== "none");
		results.push(result(attacks.clones, isEqual, isEqual ? `Equal: ${JSON.stringify(pairs)}` : "All numbers differ."));
	}
	const sign = randomBytes(8).toString("hex");
	let told: () => void = () => undefined;
	const isTold = new Promise<void>((resolve) => {
		told = resolve;
	});
	const leaving = one.begin({ argv: [probePath, "leave-sign", sign], wallMs: 2 * halfWallMs, onOutput: () => told() });
	await Promise.race([isTold, leaving.ended]);
	const looked = await half(other, "look", sign);
	leaving.eof();
	const left = await leaving.ended;
	const signs = factOf(looked, "half.signs");
	if (factOf(left, "half.isSignLeft") !== true || !Array.isArray(signs)) return results;
	results.push(result(attacks.siblings, signs.length > 0, signs.length > 0 ? `Found: ${signs.join(", ")}` : "Nothing was found."));
	return results;
}
