import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from "node:fs";
import { waitUntil } from "../server-process.ts";
import { type Arena, assertRunsAgain, greetingRun, patientLimits, pythonRun } from "./arena.ts";
import { writeInto } from "./borrowed-descriptor.ts";
import { containersOfTier, type LiveContainer } from "./containers.ts";
import { residentBytes } from "./engine-disk.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { SandboxTier } from "./tiers.ts";

/**
 * Row 15: an agent that somebody took over. The test is that somebody: from outside the sandbox, as this machine's root, it writes into
 * the pipe that the agent writes its frames to.
 */

const MiB = 1_048_576;
const stdoutType = 0x82;

function frame(type: number, length: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
	const header = Buffer.alloc(5);
	header.writeUInt8(type, 0);
	header.writeUInt32BE(length, 1);
	return Buffer.concat([header, payload]);
}

const hostile: readonly [string, () => Buffer][] = [
	["says 4 GiB", () => frame(stdoutType, 0xffff_ffff, randomBytes(1_024))],
	["is of no known type", () => frame(0xee, 4, randomBytes(4))],
	["is garbage", () => randomBytes(4_096)],
];

/**
 * The pipes that a process writes to and its parent, the engine's minder, holds too: standard output before standard error, for they
 * are made in that order. Whatever other pipes a monitor has are between its own processes.
 */
function outputsOf(pid: number): string[] {
	const parent = Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
	const minded = new Set(pipesOf(parent).map(({ pipe }) => pipe));
	return pipesOf(pid)
		.filter(({ pipe, path }) => minded.has(pipe) && isWritable(path.replace("/fd/", "/fdinfo/")))
		.sort((a, b) => a.pipe - b.pipe)
		.map(({ path }) => path);
}

function pipesOf(pid: number): { path: string; pipe: number }[] {
	return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
		const path = `/proc/${pid}/fd/${name}`;
		const pipe = /^pipe:\[(\d+)\]$/.exec(existsSync(`/proc/${pid}/fdinfo/${name}`) ? readlinkSync(path) : "")?.[1];
		return pipe === undefined ? [] : [{ path, pipe: Number(pipe) }];
	});
}

function isWritable(info: string): boolean {
	const flags = Number.parseInt(/flags:\s*([0-7]+)/.exec(readFileSync(info, "utf8"))?.[1] ?? "0", 8);
	return (flags & 3) === 1;
}

function speakAsAgent({ pid, bundle }: LiveContainer, bytes: Uint8Array): void {
	// Without an engine the agent writes to a socket of the runner's, which has no path.
	if (bundle !== null) {
		writeInto(pid, 1, bytes);
		return;
	}
	const [path] = outputsOf(pid);
	assert.ok(path !== undefined, `process ${pid} writes to no pipe`);
	const descriptor = openSync(path, "w");
	try {
		writeSync(descriptor, bytes);
	} finally {
		closeSync(descriptor);
	}
}

function isCalled(container: LiveContainer, marker: string): boolean {
	return container.pids.some((pid) => existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marker));
}

export function attackWithFrames({ arena, tier, test }: Ground): void {
	for (const [what, make] of hostile)
		test(`ATTACKS.md 15 in ${tier}: an agent's frame that ${what} costs its session the sandbox, in bounded memory, and nobody else anything`, async () => {
			const { gateway, runner } = arena.server.pids();
			const before = residentBytes(gateway) + residentBytes(runner);
			const marker = `taken-over-${randomBytes(6).toString("hex")}`;
			const attacker = await arena.connect();
			try {
				await arena.besideNeighbour(async () => {
					const run = attacker.run({ ...waitingRun(tier), arguments: [marker] });
					await run.waitForOutput("up");
					await arena.untilNothingStarts();
					const live = await containersOfTier(arena.server, tier);
					// The neighbour's is a container too; in the other tiers nobody else has one in use.
					const running = live.filter(({ pid }) => existsSync(`/proc/${pid}`));
					const taken = tier === "container" ? running.filter((it) => isCalled(it, marker)) : running;
					assert.ok(taken.length > 0);
					for (const container of taken) speakAsAgent(container, make());
					const { outcome, sentence } = await run.exit;
					assert.equal(outcome.kind, "lost", JSON.stringify(outcome));
					assert.match(sentence, /othing you wrote is gone/);
					// Idle ones of the tier were among them; the next run must not be given one that is just dying.
					const areGone = async (): Promise<boolean> => {
						const left = await arena.server.containers();
						return !taken.some(({ id }) => left.includes(id));
					};
					await waitUntil(areGone, "what was hit is removed");
					await assertRunsAgain(attacker, tier);
				});
			} finally {
				await attacker.close();
			}
			assert.ok(residentBytes(gateway) + residentBytes(runner) - before < 64 * MiB);
		});
}

/** Says "up" and does not end by itself. */
function waitingRun(tier: SandboxTier) {
	const { language, files = [] } = greetingRun(tier, "up");
	if (language === "python") return { ...pythonRun("print('up', flush=True)\ninput()"), tier, limits: patientLimits };
	const [file] = files;
	assert.ok(file !== undefined);
	const content =
		language === "c"
			? '#include <stdio.h>\nint main(void) { puts("up"); fflush(stdout); return getchar(); }\n'
			: 'console.log("up");\nsetInterval(() => {}, 1000);\n';
	return { language, tier, files: [{ ...file, content }], mode: "pipes" as const, limits: patientLimits };
}

/** The page's own messages are JSON, and may be as deep as somebody likes to send. */
export function attackWithDepth(arena: Arena, test: TestMaker): void {
	test("ATTACKS.md 15 before any tier: a message of 100,000 nested lists, and one of garbage, end their own connection", async () => {
		for (const text of [
			"[".repeat(100_000),
			`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
			"\u0000garbage",
			"null",
			'{"type":["run"]}',
		]) {
			const attacker = await arena.connect();
			attacker.sendRaw(text);
			assert.ok([4400, 1009, 1007].includes((await attacker.closed).code), text.slice(0, 20));
		}
		const other = await arena.connect();
		await assertRunsAgain(other);
		await other.close();
	});
}
