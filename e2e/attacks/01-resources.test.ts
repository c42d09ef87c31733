import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Arena, findProcesses, programRun, waitUntilDead } from "./arena.ts";
import { defaultSpec, runControl } from "./control.ts";

/** Rows 1–6: what a program can use up. */

const arena = new Arena();
const seccomp = readFileSync(fileURLToPath(new URL("../../sandbox-images/seccomp.json", import.meta.url)), "utf8");
const MiB = 1_048_576;

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

/** Bytes of all files below a folder; what vanishes meanwhile counts nothing. */
function sizeOf(folder: string): number {
	let total = 0;
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		try {
			total += entry.isDirectory() ? sizeOf(path) : lstatSync(path).size;
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
		}
	}
	return total;
}

const Details = z.object({
	Id: z.string(),
	LogPath: z.string(),
	HostConfig: z.object({ LogConfig: z.object({ Type: z.string() }) }),
	GraphDriver: z.object({ Data: z.object({ UpperDir: z.string() }) }),
});

/** What the engine keeps on disk for this server's containers: their writable layers and their own folders, logs among them. */
async function diskOf(ids: readonly string[]): Promise<{ bytes: number; logPaths: string[]; logTypes: string[] }> {
	const { DockerRootDir } = z.object({ DockerRootDir: z.string() }).parse(await arena.server.engine.info());
	let bytes = 0;
	const logPaths: string[] = [];
	const logTypes: string[] = [];
	for (const id of ids) {
		const details = Details.parse(await arena.server.engine.getContainer(id).inspect());
		logPaths.push(details.LogPath);
		logTypes.push(details.HostConfig.LogConfig.Type);
		bytes += sizeOf(details.GraphDriver.Data.UpperDir) + sizeOf(join(DockerRootDir, "containers", id));
	}
	return { bytes, logPaths, logTypes };
}

test("ATTACKS.md 1: a fork bomb is refused at the process limit, ends at the time limit, and nobody else notices", async () => {
	const marker = "fork-bomb-of-row-1";
	const bomb = programRun("fork-bomb.py", [marker]);
	const { run, exit } = await arena.attack({
		run: { ...bomb, limits: { idleWallMs: 3_000 } },
		during: async (it) => {
			await it.waitForOutput("refused: Resource temporarily unavailable");
			const count = findProcesses(marker).length;
			assert.ok(count <= defaultSpec.processes, `${count} processes at once`);
		},
	});
	assert.deepEqual(exit.outcome, { kind: "limited", limit: "idleWall", value: 3_000 }, run.text);
	assert.equal(exit.sentence, "Stopped after 3 s: it reached the time limit.");
	await waitUntilDead(marker, 2_000);
});

test("ATTACKS.md 1: fewer processes than the limit can be had; control: without PidsLimit as many as are asked for", async () => {
	const { run } = await arena.attack({ run: programRun("fork-count.py", [200]) });
	const [, count, reason] = /children: (\d+); (.*)/.exec(run.text) ?? [];
	assert.equal(reason, "Resource temporarily unavailable");
	assert.ok(Number(count) >= defaultSpec.processes - 8 && Number(count) < defaultSpec.processes, run.text);
	const control = await runControl(arena.server, seccomp, {
		command: ["fork-count.py", 200],
		weaken: (_, host) => {
			host.PidsLimit = 0;
		},
	});
	assert.match(control.output, /children: 200; bound reached/);
});

for (const kind of ["heap", "memfd", "tmpfs"] as const) {
	test(`ATTACKS.md 2: a memory bomb (${kind}) is told as memory, and the same session runs again`, async () => {
		const { run, exit } = await arena.attack({ run: programRun("memory-bomb.py", [kind, 2_000]) });
		assert.deepEqual(exit.outcome, { kind: "limited", limit: "memory", value: defaultSpec.memoryBytes }, run.text);
		assert.equal(exit.sentence, "Stopped: it used more than 256 MiB of memory.");
		if (kind === "tmpfs")
			for (const place of ["/workspace", "/tmp", "/dev/shm"]) assert.match(run.text, new RegExp(`${place}: No space left`));
	});
}

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

test("ATTACKS.md 3: every mount that can be written is full at its cap, all else is refused, and the host's disk holds no byte of it", async () => {
	const caps = new Map([
		["/workspace", 64 * MiB],
		["/tmp", 64 * MiB],
		["/dev/shm", 16 * MiB],
	]);
	const attacker = await arena.connect();
	try {
		const before = await arena.besideNeighbour(async () => {
			const waiting = attacker.run({ language: "python", files: [{ name: "main.py", content: "input()" }], mode: "pipes" });
			await waiting.waitForStart();
			const disk = await diskOf(await arena.server.containers());
			waiting.eof();
			await waiting.exit;
			const run = attacker.run(programRun("fill-mounts.py", [300]));
			await run.exit;
			const fills = readFills(run.text);
			for (const [place, { amount, reason }] of fills) {
				const cap = caps.get(place) ?? 0;
				assert.ok(amount <= cap, `${place}: ${amount} bytes written`);
				assert.notEqual(reason, "bound_reached", place);
				if (cap > 0) assert.equal(reason, "No_space_left_on_device", place);
			}
			for (const [place, cap] of caps) assert.ok((fills.get(place)?.amount ?? 0) > cap / 2, `${place}: ${run.text}`);
			return disk;
		});
		const after = await diskOf(await arena.server.containers());
		assert.ok(after.bytes - before.bytes < MiB, `the engine's disk grew by ${after.bytes - before.bytes} bytes`);
	} finally {
		await attacker.close();
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
			bytesOnDisk = sizeOf(Details.parse(await container.inspect()).GraphDriver.Data.UpperDir);
		},
	});
	assert.ok(bytesOnDisk > 64 * MiB, `${bytesOnDisk} bytes`);
});

test("ATTACKS.md 4: a million empty files end at the inode cap; control: without nr_inodes 20,000 are made", async () => {
	const places = ["/workspace", "/tmp", "/dev/shm"];
	const { run } = await arena.attack({ run: programRun("many-files.py", [1_000_000, ...places]) });
	const fills = readFills(run.text);
	for (const place of places) {
		const fill = fills.get(place);
		assert.equal(fill?.reason, "No_space_left_on_device", run.text);
		assert.ok((fill?.amount ?? 0) <= defaultSpec.workspaceInodes, run.text);
	}
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

/** Resident memory of a process, in bytes. */
function residentBytes(pid: number | undefined): number {
	const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kilobytes) * 1_024;
}

test("ATTACKS.md 5: output floods are cut at the cap and stopped, while the server's memory stays flat", async () => {
	const { gateway, runner } = arena.server.pids();
	const before = residentBytes(gateway) + residentBytes(runner);
	let highest = before;
	const { run, exit } = await arena.attack({ run: programRun("output-flood.py") });
	for (let round = 0; round < 5; round++) {
		const again = await arena.attack({ run: { ...programRun("output-flood.py"), mode: round % 2 === 0 ? "pty" : "pipes" } });
		assert.equal(again.exit.outcome.kind, "limited");
		highest = Math.max(highest, residentBytes(gateway) + residentBytes(runner));
	}
	assert.deepEqual(exit.outcome, { kind: "limited", limit: "output", value: MiB });
	assert.equal(exit.sentence, "Stopped: it printed more than 1 MiB, the limit for one run.");
	const marker = "\r\n[output cut after 1 MiB]\r\n";
	assert.equal(run.text.slice(-marker.length), marker);
	assert.equal(run.output.length, MiB + marker.length);
	const lines = run.text.slice(0, MiB).split("\n").slice(0, -1);
	assert.ok(
		lines.every((line, index) => Number(line) === index),
		"a line is missing or doubled",
	);
	assert.ok(highest - before < 96 * MiB, `gateway and runner grew by ${highest - before} bytes`);
});

test("ATTACKS.md 5, control: the same program is not cut by itself; it prints 3 MiB where nobody counts", async () => {
	const control = await runControl(arena.server, seccomp, { command: ["output-flood.py", 3] });
	assert.equal(control.output.length, 3 * MiB);
});

test("ATTACKS.md 6: no file of the host grows by a flood; control: without LogConfig the engine's log takes it all", async () => {
	const systemLogBytes = sizeOf("/var/log");
	const attacker = await arena.connect();
	const flooded = attacker.run({ ...programRun("output-flood.py"), limits: { idleWallMs: 5_000 } });
	const before = await diskOf(await arena.server.containers());
	assert.equal((await flooded.exit).outcome.kind, "limited");
	const after = await diskOf(await arena.server.containers());
	await attacker.close();
	assert.ok(
		after.logPaths.every((path) => path === ""),
		after.logPaths.join(),
	);
	assert.ok(
		after.logTypes.every((type) => type === "none"),
		after.logTypes.join(),
	);
	assert.ok(after.bytes - before.bytes < MiB / 4, `${after.bytes - before.bytes} bytes`);
	assert.ok(sizeOf("/var/log") - systemLogBytes < MiB / 4);
	let loggedBytes = 0;
	await runControl(arena.server, seccomp, {
		command: ["output-flood.py", 2],
		weaken: (_, host) => {
			host.LogConfig = { Type: "json-file", Config: {} };
		},
		inspect: async (container) => {
			loggedBytes = statSync(Details.parse(await container.inspect()).LogPath).size;
		},
	});
	assert.ok(loggedBytes > 2 * MiB, `${loggedBytes} bytes`);
});
