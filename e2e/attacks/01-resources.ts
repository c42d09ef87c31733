import assert from "node:assert/strict";
import { type Arena, assertRunsAgain, findProcesses, programRun, seccompProfile as seccomp, waitUntilDead } from "./arena.ts";
import { defaultSpec, runControl } from "./control.ts";
import { diskOf, logBytes, residentBytes, sizeOf, writableLayerBytes } from "./engine-disk.ts";
import type { Ground, TestMaker } from "./ground.ts";
import type { ProgramTier } from "./tiers.ts";

/** Rows 1–6: what a program can use up. */

const MiB = 1_048_576;
const outputLimitBytes = MiB;

/** Lines `place amount reason` of the fill programs. */
function readFills(text: string): Map<string, { amount: number; reason: string }> {
	return new Map(
		text
			.trim()
			.split("\n")
			.map((line) => line.split(" "))
			.map(([place = "", amount, reason = ""]) => [place, { amount: Number(amount), reason }]),
	);
}

export function attackResources({ arena, tier, test }: Ground<ProgramTier>): void {
	test(`ATTACKS.md 1 in ${tier}: a fork bomb is refused at the process limit, ends at the time limit, and nobody else notices`, async () => {
		const marker = `fork-bomb-of-row-1-${tier}`;
		const bomb = programRun("fork-bomb.py", [marker]);
		const { run, exit } = await arena.attack({
			tier,
			run: { ...bomb, limits: { idleWallMs: 3_000 } },
			during: async (it) => {
				// Whether a machine that emulates its processor gets so far within the time limit, its speed decides.
				if (tier !== "microvm") await it.waitForOutput("refused: Resource temporarily unavailable");
				const count = findProcesses(marker).length;
				assert.ok(count <= defaultSpec.processes, `${count} processes at once`);
			},
		});
		assert.deepEqual(exit.outcome, { kind: "limited", limit: "idleWall", value: 3_000 }, run.text);
		assert.equal(exit.sentence, "Stopped after 3 s: it reached the time limit.");
		await waitUntilDead(marker, 2_000);
	});

	test(`ATTACKS.md 1 in ${tier}: fewer processes than the limit can be had`, async () => {
		const { run } = await arena.attack({ tier, run: programRun("fork-count.py", [200]) });
		const [, count, reason] = /children: (\d+); (.*)/.exec(run.text) ?? [];
		assert.equal(reason, "Resource temporarily unavailable");
		assert.ok(Number(count) < defaultSpec.processes, run.text);
		// Few enough to be safe, and enough to be of use.
		assert.ok(Number(count) >= defaultSpec.processes / 2, run.text);
	});

	for (const kind of ["heap", "memfd", "tmpfs"] as const) {
		test(`ATTACKS.md 2 in ${tier}: a memory bomb (${kind}) is told as memory, and the same session runs again`, async () => {
			const { run, exit } = await arena.attack({ tier, run: programRun("memory-bomb.py", [kind, 2_000]) });
			assert.deepEqual(exit.outcome, { kind: "limited", limit: "memory", value: defaultSpec.memoryBytes }, run.text);
			assert.equal(exit.sentence, "Stopped: it used more than 256 MiB of memory.");
			if (kind === "tmpfs")
				for (const place of ["/workspace", "/tmp", "/dev/shm"]) assert.match(run.text, new RegExp(`${place}: No space left`));
		});
	}

	test(`ATTACKS.md 3, 4 in ${tier}: every mount that can be written is full at its cap of bytes and of files, all else is refused, and the host's disk holds no byte of it`, async () => {
		const caps = new Map([
			["/workspace", 64 * MiB],
			["/tmp", 64 * MiB],
			["/dev/shm", 16 * MiB],
		]);
		const attacker = await arena.connect();
		try {
			const before = await arena.besideNeighbour(async () => {
				const waiting = attacker.run({ language: "python", tier, files: [{ name: "main.py", content: "input()" }], mode: "pipes" });
				await waiting.waitForStart();
				const containers = await arena.server.containers();
				const disk = await diskOf(arena.server, containers);
				waiting.eof();
				await waiting.exit;
				const run = attacker.run({ ...programRun("fill-mounts.py", [300]), tier, limits: { idleWallMs: 60_000 } });
				await run.exit;
				const fills = readFills(run.text);
				for (const [place, { amount, reason }] of fills) {
					const cap = caps.get(place) ?? 0;
					assert.ok(amount <= cap, `${place}: ${amount} bytes written`);
					assert.notEqual(reason, "bound_reached", place);
					if (cap > 0) assert.equal(reason, "No_space_left_on_device", place);
				}
				for (const [place, cap] of caps) assert.ok((fills.get(place)?.amount ?? 0) > cap / 2, `${place}: ${run.text}`);
				const many = attacker.run({ ...programRun("many-files.py", [1_000_000, ...caps.keys()]), tier, limits: { idleWallMs: 60_000 } });
				await many.exit;
				const counts = readFills(many.text);
				for (const place of caps.keys()) {
					const count = counts.get(place);
					assert.equal(count?.reason, "No_space_left_on_device", many.text);
					assert.ok((count?.amount ?? 0) <= defaultSpec.workspaceInodes, many.text);
				}
				return disk;
			});
			// Of the same containers: others are made and given back meanwhile.
			const after = await diskOf(arena.server, before.looked);
			assert.ok(after.bytes - before.bytes < MiB, `the engine's disk grew by ${after.bytes - before.bytes} bytes`);
		} finally {
			await attacker.close();
		}
	});

	test(`ATTACKS.md 5, 6 in ${tier}: output floods are cut at the cap and stopped, while the server's memory stays flat and no file of the host grows`, async () => {
		const { gateway, runner } = arena.server.pids();
		const systemLogBytes = sizeOf("/var/log");
		const memoryBefore = residentBytes(gateway) + residentBytes(runner);
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				await assertRunsAgain(attacker, tier);
				const containers = await arena.server.containers();
				await arena.untilNothingStarts();
				const diskBefore = await diskOf(arena.server, containers);
				let highest = memoryBefore;
				for (const mode of ["pipes", "pty", "pipes", "pty"] as const) {
					const run = attacker.run({ ...programRun("output-flood.py"), tier, mode, limits: { outputBytes: outputLimitBytes } });
					const { outcome, sentence } = await run.exit;
					assert.deepEqual(outcome, { kind: "limited", limit: "output", value: outputLimitBytes });
					assert.equal(sentence, "Stopped: it printed more than 1 MiB, the limit for one run.");
					const marker = "\r\n[output cut after 1 MiB]\r\n";
					assert.equal(run.text.slice(-marker.length), marker);
					assert.equal(run.output.length, outputLimitBytes + marker.length);
					const lines = run.text.slice(0, outputLimitBytes).split("\n").slice(0, -1);
					assert.ok(
						lines.every((line, index) => Number(line) === index),
						"a line is missing or doubled",
					);
					highest = Math.max(highest, residentBytes(gateway) + residentBytes(runner));
				}
				assert.ok(highest - memoryBefore < 96 * MiB, `gateway and runner grew by ${highest - memoryBefore} bytes`);
				const after = await diskOf(arena.server, diskBefore.looked);
				assert.deepEqual([...new Set(after.logPaths)], [""]);
				assert.deepEqual([...new Set(after.logTypes)], ["none"]);
				assert.ok(after.bytes - diskBefore.bytes < MiB / 4, `${after.bytes - diskBefore.bytes} bytes`);
				assert.ok(sizeOf("/var/log") - systemLogBytes < MiB / 4);
			});
		} finally {
			await attacker.close();
		}
	});
}

/** The same programs in a container of our image without the one protection. */
export function controlResources(arena: Arena, test: TestMaker): void {
	test("ATTACKS.md 1, control: without PidsLimit as many processes as are asked for", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["fork-count.py", 200],
			weaken: (_, host) => {
				host.PidsLimit = 0;
			},
		});
		assert.match(control.output, /children: 200; bound reached/);
	});

	test("ATTACKS.md 2, control: without a memory limit 400 MiB are had", async () => {
		for (const kind of ["heap", "memfd"]) {
			const control = await runControl(arena.server, seccomp, {
				command: ["memory-bomb.py", kind, 400],
				weaken: (_, host) => {
					host.Memory = 0;
					host.MemorySwap = 0;
				},
			});
			assert.match(control.output, /took 400 MiB/);
		}
	});

	test("ATTACKS.md 3, control: without a capped /tmp and a read-only root, the same program writes to the host's disk", async () => {
		let bytesOnDisk = 0;
		await runControl(arena.server, seccomp, {
			command: ["fill-mounts.py", 70, "keep"],
			weaken: (_, host) => {
				host.ReadonlyRootfs = false;
				host.Tmpfs = {};
			},
			inspect: async (container) => {
				bytesOnDisk = await writableLayerBytes(container);
			},
		});
		assert.ok(bytesOnDisk > 64 * MiB, `${bytesOnDisk} bytes`);
	});

	test("ATTACKS.md 4, control: without nr_inodes 20,000 files are made", async () => {
		const control = await runControl(arena.server, seccomp, {
			command: ["many-files.py", 20_000, "/workspace"],
			weaken: (_, host) => {
				const workspace = host.Tmpfs?.["/workspace"] ?? "";
				assert.match(workspace, /nr_inodes=4096/);
				host.Tmpfs = { ...host.Tmpfs, "/workspace": workspace.replace(",nr_inodes=4096", "") };
			},
		});
		assert.match(control.output, /\/workspace 20000 bound_reached/);
	});

	test("ATTACKS.md 5, control: the same program is not cut by itself; it prints 3 MiB where nobody counts", async () => {
		const control = await runControl(arena.server, seccomp, { command: ["output-flood.py", 3] });
		assert.equal(control.output.length, 3 * MiB);
	});

	test("ATTACKS.md 6, control: without LogConfig the engine's log takes it all", async () => {
		let loggedBytes = 0;
		await runControl(arena.server, seccomp, {
			command: ["output-flood.py", 2],
			weaken: (_, host) => {
				host.LogConfig = { Type: "json-file", Config: {} };
			},
			inspect: async (container) => {
				loggedBytes = await logBytes(container);
			},
		});
		assert.ok(loggedBytes > 2 * MiB, `${loggedBytes} bytes`);
	});
}
