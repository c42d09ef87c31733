import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { maxBinaryBytes, stdinWindowBytes } from "../../protocol/streams.ts";
import { waitUntil } from "../server-process.ts";
import { Arena, assertRunsAgain, findProcesses, programRun, waitUntilDead } from "./arena.ts";
import { runControl } from "./control.ts";

/** Rows 7–12: streams that stall, programs that will not end, limits that are none. */

const MiB = 1_048_576;
const arena = new Arena({ env: { SANDGLASS_OUTPUT_BYTES: String(16 * MiB), SANDGLASS_RECONNECT_GRACE_MS: "20000" } });
const seccomp = readFileSync(fileURLToPath(new URL("../../sandbox-images/seccomp.json", import.meta.url)), "utf8");

function residentBytes(pid: number | undefined): number {
	return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
}

/** Waits until a process has written nothing more for ten looks, and says how much it has written in all. */
async function waitUntilStalled(pid: number | undefined): Promise<number> {
	const written = (): number => Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]);
	let last = -1;
	let looks = 0;
	await waitUntil(() => {
		const now = written();
		looks = now === last ? looks + 1 : 0;
		last = now;
		return looks === 10;
	}, "the program is held back");
	return last;
}

function python(content: string, mode: "pty" | "pipes" = "pipes") {
	return { language: "python", files: [{ name: "main.py", content }], mode };
}

test("ATTACKS.md 7: a client that stops reading holds its program back in bounded buffers, and gets every byte when it reads on", async () => {
	const { gateway, runner } = arena.server.pids();
	const before = residentBytes(gateway) + residentBytes(runner);
	const attacker = await arena.connect();
	try {
		await arena.besideNeighbour(async () => {
			const marker = `flood-${randomBytes(6).toString("hex")}`;
			const run = attacker.run(programRun("output-flood.py", [15, marker]));
			await run.waitForOutput("\n");
			attacker.pause();
			const [pid] = findProcesses(marker);
			const printed = await waitUntilStalled(pid);
			assert.ok(printed < 14 * MiB, `${printed} bytes went somewhere while nobody read`);
			assert.ok(residentBytes(gateway) + residentBytes(runner) - before < 64 * MiB, "what is not read is kept in memory");
			attacker.resume();
			assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
			const lines = run.text.split("\n").slice(0, -1);
			assert.equal(lines.length, (15 * MiB) / 64);
			assert.ok(
				lines.every((line, index) => Number(line) === index),
				"a line is missing or doubled",
			);
		});
	} finally {
		await attacker.close();
	}
});

test("ATTACKS.md 7: a client that acknowledges nothing gets no more than the gateway may keep for it", async () => {
	const attacker = await arena.connect({ isSilent: true });
	try {
		await arena.besideNeighbour(async () => {
			const run = attacker.run({ ...programRun("output-flood.py", [15]), limits: { idleWallMs: 3_000 } });
			await run.waitFor(() => run.output.length > 128 * 1_024, "128 KiB");
			await arena.besideNeighbour(async () => undefined);
			assert.ok(run.output.length <= 512 * 1_024, `${run.output.length} bytes came unacknowledged`);
			assert.equal(run.isOver, false);
		});
	} finally {
		await attacker.close();
	}
});

test("ATTACKS.md 7: input for a program that does not read stays within its window; more than the window ends the connection", async () => {
	const attacker = await arena.connect();
	await arena.besideNeighbour(async () => {
		const run = attacker.run(python("import time\ntime.sleep(60)"));
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

test("ATTACKS.md 8: bytes that are no text arrive intact, both ways, and characters cut in two", async () => {
	const attacker = await arena.connect();
	const run = attacker.run(programRun("raw-bytes.py"));
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
	test(`ATTACKS.md 9: kill -STOP ${target} does not escape the time limit`, async () => {
		const { run, exit } = await arena.attack({ run: { ...programRun("stop-everything.py", [target]), limits: { idleWallMs: 1_500 } } });
		assert.deepEqual(exit.outcome, { kind: "limited", limit: "idleWall", value: 1_500 });
		assert.equal(run.text, "stopping\n");
	});
}

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

for (const mode of ["keep", "close"]) {
	test(`ATTACKS.md 10: a daemon that ${mode}s its output dies with its run and is not there in the next`, async () => {
		const marker = `survivor-${randomBytes(6).toString("hex")}`;
		const attacker = await arena.connect();
		try {
			await arena.besideNeighbour(async () => {
				const run = attacker.run(programRun("leave-survivor.py", [mode, marker]));
				assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 }, run.text);
				await waitUntilDead(marker, 2_000);
				const next = attacker.run(programRun("list-processes.py"));
				await next.exit;
				assert.equal(next.text, "others: none\n/workspace: main.py\n/tmp: empty\n/dev/shm: empty\n");
			});
		} finally {
			await attacker.close();
		}
	});
}

test("ATTACKS.md 10, control: a parent that only waits for its child is survived", async () => {
	const control = await runControl(arena.server, seccomp, {
		command: ["naive-parent.py", "/programs/leave-survivor.py", "close", "control"],
	});
	assert.match(control.output, /status: 0; survivors: 1/);
});

test("ATTACKS.md 11: when the page is closed in mid-run, everything of that run is dead within a second", async () => {
	const marker = `orphan-${randomBytes(6).toString("hex")}`;
	const fork = `import os, signal\nfor _ in range(5):\n    if os.fork() == 0: os.setsid()\nprint("up", flush=True)\nsignal.pause()`;
	const attacker = await arena.connect();
	const run = attacker.run({ ...python(fork, "pty"), arguments: [marker] });
	await run.waitForOutput("up");
	assert.ok(findProcesses(marker).length > 1);
	await arena.besideNeighbour(async () => {
		await attacker.close();
		const leftAt = performance.now();
		await waitUntilDead(marker, 10_000);
		assert.ok(performance.now() - leftAt < 1_000, `dead only after ${Math.round(performance.now() - leftAt)} ms`);
	});
});

test("ATTACKS.md 11, control: the same run lives on while its connection is merely broken, so it was the closing that ended it", async () => {
	const marker = `waiting-${randomBytes(6).toString("hex")}`;
	const client = await arena.connect();
	const run = client.run({ ...python("print(input('up'))", "pty"), arguments: [marker] });
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

for (const name of ["idleWallMs", "totalWallMs", "cpuMs", "outputBytes"]) {
	test(`ATTACKS.md 12: ${name} that is no limit is refused by name before anything runs`, async () => {
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

test("ATTACKS.md 12: a limit beyond the operator's is cut down to it, whichever way the client asks", async () => {
	const attacker = await arena.connect();
	const all = { idleWallMs: 3_600_000, totalWallMs: 3_600_000, cpuMs: 3_600_000, outputBytes: 1_073_741_824 };
	const run = attacker.run({ ...python("print('x' * 17_000_000)"), limits: all });
	const { limits } = await run.waitForStart();
	assert.deepEqual(
		{ idleWallMs: limits.idleWallMs, totalWallMs: limits.totalWallMs, cpuMs: limits.cpuMs, outputBytes: limits.outputBytes },
		{ idleWallMs: 10_000, totalWallMs: 300_000, cpuMs: 60_000, outputBytes: 16 * MiB },
	);
	assert.deepEqual((await run.exit).outcome, { kind: "limited", limit: "output", value: 16 * MiB });
	const smaller = attacker.run({ ...python("while True: pass"), limits: { cpuMs: 300 } });
	assert.deepEqual((await smaller.exit).outcome, { kind: "limited", limit: "cpu", value: 300 });
	await attacker.close();
});
