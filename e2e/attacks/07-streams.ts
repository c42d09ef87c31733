import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { maxBinaryBytes, stdinWindowBytes } from "../../protocol/streams.ts";
import { waitUntil } from "../server-process.ts";
import {
	type Arena,
	assertRunsAgain,
	findProcesses,
	patientLimits,
	programRun,
	pythonRun,
	seccompProfile as seccomp,
	waitUntilDead,
} from "./arena.ts";
import { containersOfTier } from "./containers.ts";
import { runControl } from "./control.ts";
import { residentBytes } from "./engine-disk.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { ProgramTier, SandboxTier } from "./tiers.ts";

/** Rows 7–12: streams that stall, programs that will not end, limits that are none. */

const MiB = 1_048_576;
const floodMiB = 12;

/** How long the client does not read; the program must be seen to wait through most of it. */
const pauseLooks = 20;

export function attackStreams({ arena, tier, test }: Ground<ProgramTier>): void {
	test(`ATTACKS.md 7 in ${tier}: a client that stops reading holds its program back in bounded buffers, and gets every byte when it reads on`, async () => {
		const { gateway, runner } = arena.server.pids();
		const before = residentBytes(gateway) + residentBytes(runner);
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const run = attacker.run({ ...programRun("hold-back.py", [floodMiB]), tier, limits: patientLimits });
				await run.waitForOutput("\n");
				attacker.pause();
				let looks = 0;
				// An emulated processor takes longer to fill what lies between.
				await waitUntil(() => ++looks > pauseLooks * (tier === "microvm" ? 5 : 1), "a second in which nobody reads");
				assert.ok(residentBytes(gateway) + residentBytes(runner) - before < 64 * MiB, "what is not read is kept in memory");
				attacker.resume();
				assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
				const lines = Buffer.concat(run.stdoutChunks).toString().split("\n").slice(0, -1);
				assert.equal(lines.length, (floodMiB * MiB) / 64);
				assert.ok(
					lines.every((line, index) => Number(line) === index),
					"a line is missing or doubled",
				);
				const told = Buffer.concat(run.stderrChunks).toString();
				const [, waitedMs, afterBytes] = /longest = (\d+) ms after (\d+) bytes/.exec(told) ?? [];
				assert.ok(Number(waitedMs) > 500, `the program was never held back: ${told}`);
				assert.ok(Number(afterBytes) < (floodMiB - 1) * MiB, `${afterBytes} bytes went somewhere while nobody read`);
			});
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 7 in ${tier}: a client that acknowledges nothing gets no more than the gateway may keep for it`, async () => {
		const attacker = await arena.connect({ isSilent: true });
		try {
			await arena.besideNeighbour(async () => {
				const run = attacker.run({ ...programRun("output-flood.py", [15]), tier, limits: { idleWallMs: 5_000 } });
				await run.waitFor(() => run.output.length > 128 * 1_024, "128 KiB");
				await arena.besideNeighbour(async () => undefined);
				assert.ok(run.output.length <= 512 * 1_024, `${run.output.length} bytes came unacknowledged`);
				assert.equal(run.isOver, false);
			});
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 7 in ${tier}: input for a program that does not read stays within its window; more than the window ends the connection`, async () => {
		const attacker = await arena.connect();
		await arena.besideNeighbour(async () => {
			const run = attacker.run({ ...pythonRun("import time\ntime.sleep(60)"), tier, limits: patientLimits });
			await run.waitForStart();
			run.type(randomBytes(8 * MiB));
			// A pipe takes 64 KiB; what the program has not taken is not acknowledged, and the client's own rules hold the rest back.
			await run.waitFor(() => run.stdinTakenBytes > 0, "some input taken");
			const neighbour = await arena.connect();
			await assertRunsAgain(neighbour);
			await neighbour.close();
			assert.ok(run.stdinTakenBytes <= 2 * stdinWindowBytes, `${run.stdinTakenBytes} bytes taken by a program that reads nothing`);
			const frame = Buffer.alloc(maxBinaryBytes);
			for (let count = 0; count < 4; count++) attacker.sendRaw(frame);
			assert.equal((await attacker.closed).code, 4411);
		});
	});

	test(`ATTACKS.md 8 in ${tier}: bytes that are no text arrive intact, both ways, and characters cut in two`, async () => {
		const attacker = await arena.connect();
		const run = attacker.run({ ...programRun("raw-bytes.py"), tier, limits: patientLimits });
		const input = Buffer.concat([Buffer.from([0, 255, 254, 0xed, 0xa0, 0x80, 4, 3, 26, 13, 10]), randomBytes(200_000)]);
		run.type(input);
		run.eof();
		assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
		const head = Buffer.concat([
			Buffer.from(Array.from({ length: 256 }, (_, value) => value)),
			Buffer.from("€🏖"),
			Buffer.from("fffe0000c0afeda080", "hex"),
		]);
		assert.ok(run.output.subarray(0, head.length).equals(head), run.output.subarray(0, head.length).toString("hex"));
		assert.ok(run.output.subarray(head.length).equals(input), "what went in did not come back");
		await attacker.close();
	});

	for (const target of [0, -1]) {
		test(`ATTACKS.md 9 in ${tier}: kill -STOP ${target} does not escape the time limit`, async () => {
			const { run, exit } = await arena.attack({
				tier,
				run: { ...programRun("stop-everything.py", [target]), limits: { idleWallMs: 3_000 } },
			});
			assert.deepEqual(exit.outcome, { kind: "limited", limit: "idleWall", value: 3_000 });
			assert.equal(run.text, "stopping\n");
		});
	}

	for (const mode of ["keep", "close"]) {
		test(`ATTACKS.md 10 in ${tier}: a daemon that ${mode}s its output dies with its run and is not there in the next`, async () => {
			const id = randomBytes(6).toString("hex");
			const attacker = await arena.connect();
			try {
				await arena.besideNeighbour(async () => {
					const run = attacker.run({ ...programRun("leave-survivor.py", [mode, id]), tier, limits: patientLimits });
					assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 }, run.text);
					await waitUntilDead(`survivor-${id}`, 2_000);
					const next = attacker.run({ ...programRun("list-processes.py"), tier, limits: patientLimits });
					await next.exit;
					assert.equal(next.text, "others: none\n/workspace: main.py\n/tmp: empty\n/dev/shm: empty\n");
				});
			} finally {
				await attacker.close();
			}
		});
	}

	test(`ATTACKS.md 11 in ${tier}: when the page is closed in mid-run, everything of that run is dead within a second`, async () => {
		const marker = `orphan-${randomBytes(6).toString("hex")}`;
		const fork = `import os, signal\nfor _ in range(5):\n    if os.fork() == 0: os.setsid()\nprint("up", flush=True)\nsignal.pause()`;
		await assertDeadWithClient(arena, tier, marker, async (attacker) => {
			const run = attacker.run({ ...pythonRun(fork, "pty"), tier, arguments: [marker], limits: patientLimits });
			await run.waitForOutput("up");
			// The kernels of the other tiers show this machine no processes of theirs.
			if (tier === "container") assert.ok(findProcesses(marker).length > 1);
		});
	});

	test(`ATTACKS.md 12 in ${tier}: a limit beyond the operator's is cut down to it, a smaller one holds`, async () => {
		const attacker = await arena.connect();
		const all = { idleWallMs: 3_600_000, totalWallMs: 3_600_000, cpuMs: 3_600_000, outputBytes: 1_073_741_824 };
		const run = attacker.run({ ...pythonRun("print('x' * 17_000_000)"), tier, limits: all });
		const { limits } = await run.waitForStart();
		assert.deepEqual(
			{ idleWallMs: limits.idleWallMs, totalWallMs: limits.totalWallMs, cpuMs: limits.cpuMs, outputBytes: limits.outputBytes },
			{ idleWallMs: patientLimits.idleWallMs, totalWallMs: 300_000, cpuMs: 60_000, outputBytes: 16 * MiB },
		);
		assert.deepEqual((await run.exit).outcome, { kind: "limited", limit: "output", value: 16 * MiB });
		const smaller = attacker.run({ ...pythonRun("while True: pass"), tier, limits: { cpuMs: 1_000, idleWallMs: 60_000 } });
		assert.deepEqual((await smaller.exit).outcome, { kind: "limited", limit: "cpu", value: 1_000 });
		await attacker.close();
	});
}

/** Starts something in a session of that tier, leaves, and sees which container's processes die, all of them, and how soon. */
export async function assertDeadWithClient(
	arena: Arena,
	tier: SandboxTier,
	marker: string,
	start: (attacker: Awaited<ReturnType<Arena["connect"]>>) => Promise<void>,
): Promise<void> {
	const attacker = await arena.connect();
	await start(attacker);
	const before = await containersOfTier(arena.server, tier);
	assert.ok(before.length > 0 && before.every(({ pids }) => pids.length > 0));
	await arena.besideNeighbour(async () => {
		// Nobody has left yet: no sandbox of this tier has died, so that what dies below dies of the leaving. (An interpreter that waited in one may have gone, for another way to start.)
		assert.ok(before.every(({ pids }) => pids.some(isAlive)));
		await attacker.close();
		const leftAt = performance.now();
		const isOneDead = (): boolean => before.some(({ pids }) => !pids.some(isAlive));
		await waitUntil(isOneDead, "all processes of one sandbox are dead", 10_000);
		await waitUntilDead(marker, 10_000);
		assert.ok(performance.now() - leftAt < 1_000, `dead only after ${Math.round(performance.now() - leftAt)} ms`);
	});
}

/** A zombie is dead. */
function isAlive(pid: number): boolean {
	try {
		return existsSync(`/proc/${pid}`) && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

const impossible: readonly [string, string][] = [
	["zero", "0"],
	["negative", "-1"],
	["NaN", "null"],
	["1e308", "1e308"],
	["beyond all numbers", "1e999"],
	["a fraction", "1000.5"],
	["a string", '"1000"'],
	["a list", "[1000]"],
	["an object", '{"valueOf":1000}'],
	["true", "true"],
];

/** What is refused before any tier is chosen. */
export function attackLimits(arena: Arena, test: TestMaker): void {
	for (const name of ["idleWallMs", "totalWallMs", "cpuMs", "outputBytes"]) {
		test(`ATTACKS.md 12 before any tier: ${name} that is no limit is refused by name before anything runs`, async () => {
			for (const [what, value] of impossible) {
				const attacker = await arena.connect();
				attacker.sendRaw(
					`{"type":"run","run":1,"language":"python","files":[{"name":"main.py","content":"print(1)"}],"limits":{"${name}":${value}}}`,
				);
				const { code } = await attacker.closed;
				assert.equal(code, 4400, what);
				const error = attacker.messages.find((message) => message.type === "error");
				assert.ok(
					error?.type === "error" && error.code === "malformedMessage" && error.field === `limits.${name}`,
					`${what}: ${JSON.stringify(error)}`,
				);
			}
		});
	}
}

export function controlStreams(arena: Arena, test: TestMaker): void {
	test("ATTACKS.md 9, control: where nobody counts the time, a stopped program never ends", async () => {
		await runControl(arena.server, seccomp, {
			command: ["naive-parent.py", "/programs/stop-everything.py", 0],
			whileRunning: async (container, output) => {
				await waitUntil(() => output().includes("stopping"), "the program stops itself");
				// The parent stopped nothing: it waits for a child in state T.
				const Top = z.object({ Processes: z.array(z.array(z.string())) });
				await waitUntil(async () => {
					const { Processes } = Top.parse(await container.top({ ps_args: "-eo pid,stat,args" }));
					return Processes.some(([, state, command]) => state?.startsWith("T") && command?.includes("stop-everything"));
				}, "the program is in state T");
				assert.equal((await container.inspect()).State.Running, true);
			},
		});
	});

	test("ATTACKS.md 10, control: a parent that only waits for its child is survived", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["naive-parent.py", "/programs/leave-survivor.py", "close", "control"],
		});
		assert.match(control.output, /status: 0; survivors: 1/);
	});

	test("ATTACKS.md 11, control: the same run lives on while its connection is merely broken, so it was the closing that ended it", async () => {
		const marker = `waiting-${randomBytes(6).toString("hex")}`;
		const client = await arena.connect();
		const run = client.run({ ...pythonRun("print(input('up'))", "pty"), tier: "container", arguments: [marker] });
		await run.waitForOutput("up");
		client.drop();
		await client.closed;
		assert.equal(findProcesses(marker).length, 1);
		assert.equal((await client.reconnect()).isResumed, true);
		run.type("back\r");
		await run.waitForOutput("back\r\nback");
		await client.close();
		await waitUntilDead(marker, 2_000);
	});
}
