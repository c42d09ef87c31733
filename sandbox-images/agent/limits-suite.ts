import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Cause, encodeFile, encodeFrame, encodeStep, FrameType, shellStep, stdinFrame } from "./test-frames.ts";
import type { TestImage, TestSandbox } from "./test-sandbox.ts";

/** What ends a step, how often its figures come, and who waits for whom when somebody does not read. Part of agent-suite.ts, whose image it shares. */

const SIGKILL = 9;

export function testLimits(Sandbox: TestImage): void {
	const isGvisor = Sandbox.runtime.name === "runsc";

	describe("limits", () => {
		let sandbox: TestSandbox;
		before(async () => {
			sandbox = await Sandbox.ready();
		});
		after(async () => {
			await sandbox[Symbol.asyncDispose]();
		});

		it("idle wall time strikes, and is counted anew from each input", async () => {
			const idle = await sandbox.shell("busybox sleep 30", { idleWallMs: 200 });
			assert.deepEqual([idle.exit.how, idle.exit.value, idle.exit.cause], [1, SIGKILL, Cause.IdleWall]);
			assert.ok(idle.exit.wallUs >= 200_000 && idle.exit.wallUs < 1_500_000, String(idle.exit.wallUs));
			sandbox.send(
				encodeStep({ ...shellStep("read a; busybox sleep 0.6; read b; busybox sleep 0.6; echo alive"), idleWallMs: 1_000 }),
				stdinFrame("1\n"),
			);
			await pause(750);
			sandbox.send(stdinFrame("2\n"));
			const typed = await sandbox.finish();
			assert.deepEqual([typed.stdout.toString(), typed.exit.cause], ["alive\n", Cause.None]);
			assert.ok(typed.exit.wallUs >= 1_200_000);
		});

		it("total wall time strikes whatever is typed", async () => {
			sandbox.send(encodeStep({ ...shellStep("while read x; do :; done"), idleWallMs: 1_000, totalWallMs: 1_700 }));
			const typing = setInterval(() => sandbox.send(stdinFrame("x\n")), 100);
			const { exit } = await sandbox.finish().finally(() => clearInterval(typing));
			assert.equal(exit.cause, Cause.TotalWall);
		});

		it("wall time ends a program that has stopped everything it can (ATTACKS 9)", async () => {
			for (const script of ["kill -STOP -1; kill -STOP $$", "kill -STOP 0", "(kill -STOP -1); busybox sleep 30"]) {
				const { exit } = await sandbox.shell(script, { idleWallMs: 300 });
				assert.deepEqual([exit.how, exit.value, exit.cause], [1, SIGKILL, Cause.IdleWall], script);
			}
		});

		it("CPU time counts all processes of the step", async () => {
			for (const words of [["spin"], ["spin", "2"]]) {
				const { exit } = await sandbox.run({ argv: ["/bin/probe", ...words], cpuMs: 300 });
				assert.deepEqual([exit.how, exit.cause], [1, Cause.Cpu]);
				assert.ok(exit.cpuUs >= 300_000 && exit.cpuUs < 700_000, String(exit.cpuUs));
			}
		});

		it("output of exactly the limit is whole, one byte more is cut and the program killed (ATTACKS 5)", async () => {
			for (const pty of [[80, 24] as const, undefined]) {
				const exact = await sandbox.run({ argv: ["/bin/probe", "write", "50000"], outputBytes: 50_000, pty });
				assert.deepEqual([exact.stdout.length, exact.exit.value, exact.exit.cause], [50_000, 5, Cause.None]);
				const over = await sandbox.run({ argv: ["/bin/probe", "write", "50001"], outputBytes: 50_000, pty });
				assert.deepEqual([over.stdout.length, over.exit.cause], [50_000, Cause.Output]);
				const flood = await sandbox.run({ argv: ["/bin/probe", "write", "1000000000000"], outputBytes: 300_001, pty });
				assert.deepEqual([flood.stdout.length, flood.exit.how, flood.exit.value, flood.exit.cause], [300_001, 1, SIGKILL, Cause.Output]);
			}
		});

		it("counts stdout and stderr together", async () => {
			const result = await sandbox.shell("while :; do echo out; echo err >&2; done", { outputBytes: 10_000 });
			assert.equal(result.stdout.length + result.stderr.length, 10_000);
			assert.equal(result.exit.cause, Cause.Output);
		});

		it("memory: the kernel's kill is told as out of memory, and the agent lives (ATTACKS 2)", async () => {
			const { exit } = await sandbox.probe("take-memory");
			assert.deepEqual([exit.how, exit.value, exit.cause, exit.oomKills], [1, SIGKILL, Cause.OutOfMemory, 1]);
			assert.ok(exit.peakMemoryBytes > 40_000_000);
			assert.equal((await sandbox.shell("echo lives; kill -9 $$")).exit.cause, Cause.None);
		});

		it("a fork bomb ends with its step and leaves the sandbox usable (ATTACKS 1)", async () => {
			const { exit } = await sandbox.run({ argv: ["/bin/probe", "bomb"], idleWallMs: 500 });
			assert.equal(exit.cause, Cause.IdleWall);
			assert.match((await sandbox.probe("census")).stdout.toString(), /processes 2\n/);
		});

		it("where no control group can be read, CPU time still has its limit, and nothing is called out of memory", async () => {
			await using blind = await Sandbox.ready(["--tmpfs", "/sys/fs/cgroup:ro"]);
			const spun = await blind.run({ argv: ["/bin/probe", "spin"], cpuMs: 300 });
			assert.equal(spun.exit.cause, Cause.Cpu);
			assert.ok(spun.exit.cpuUs >= 300_000, String(spun.exit.cpuUs));
			const { exit } = await blind.probe("take-memory");
			/* There the agent looks elsewhere. */
			const told = isGvisor ? [Cause.OutOfMemory, 1] : [Cause.None, 0];
			assert.deepEqual([exit.how, exit.value, exit.cause, exit.oomKills], [1, SIGKILL, ...told]);
			assert.ok(exit.peakMemoryBytes > 40_000_000, String(exit.peakMemoryBytes));
		});

		it("STATS come about every 250 ms while a program computes, none before", async () => {
			assert.equal((await sandbox.shell("busybox sleep 0.15")).statsFrames, 0);
			const { statsFrames, exit } = await sandbox.run({ argv: ["/bin/probe", "spin"], cpuMs: 1_200 });
			const wallMs = exit.wallUs / 1_000;
			assert.ok(statsFrames >= Math.floor(wallMs / 500) && statsFrames <= wallMs / 250, `${statsFrames} in ${wallMs} ms`);
		});

		it("STATS come ever less often while nothing happens, and soon again when it is typed at", async () => {
			sandbox.send(encodeStep(shellStep("echo ready; read line; read line")));
			await sandbox.untilOutput("ready");
			await pause(4_000);
			sandbox.send(stdinFrame("one\n"));
			const frames = (await sandbox.until(FrameType.StdinAck)).filter(({ type }) => type === FrameType.Stats);
			const figures = frames.map(({ payload }) => [payload.readBigUInt64BE(0) / 1_000n, payload.readBigUInt64BE(8) / 1_000n].join("/"));
			assert.ok(frames.length >= 2 && frames.length <= 7, `wall/CPU in ms: ${figures.join(" ")}, where a busy program has 16 in 4 s`);
			// Without a key the next would have come up to 2 s after the last.
			const typedAt = performance.now();
			await sandbox.until(FrameType.Stats);
			const tookMs = performance.now() - typedAt;
			assert.ok(tookMs < 1_000, `${tookMs} ms`);
			sandbox.send(stdinFrame("two\n"));
			await sandbox.finish();
		});

		it("KILL ends the step with cause killed", async () => {
			sandbox.send(encodeStep(shellStep("echo ready; busybox sleep 30")));
			await sandbox.untilOutput("ready");
			sandbox.send(encodeFrame(FrameType.Kill));
			const { exit } = await sandbox.finish();
			assert.deepEqual([exit.how, exit.value, exit.cause], [1, SIGKILL, Cause.Killed]);
		});
	});

	describe("back-pressure (ATTACKS 7)", () => {
		it("a program that does not read gets no more than its pipe; credit is returned only for what it took (A6)", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.send(encodeStep(shellStep("busybox sleep 0.4; busybox wc -c")));
			for (let round = 0; round < 2; round++) sandbox.send(stdinFrame(Buffer.alloc(32_768)));
			sandbox.send(encodeFrame(FrameType.Eof));
			const result = await sandbox.finish();
			assert.equal(result.stdout.toString().trim(), "65536");
			assert.equal(result.acknowledgedBytes, 65_536);
		});

		it("input that the program cannot read any more is acknowledged as dropped (A6)", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.send(encodeStep(shellStep("exec 0<&-; echo closed; busybox sleep 0.5")));
			await sandbox.untilOutput("closed");
			for (let round = 0; round < 2; round++) sandbox.send(stdinFrame(Buffer.alloc(32_768)));
			assert.equal((await sandbox.finish()).acknowledgedBytes, 65_536);
		});

		it("input beyond the credit is a fault (A6)", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.send(encodeStep({ argv: ["/bin/busybox", "sleep", "30"] }));
			for (let round = 0; round < 5; round++) sandbox.send(stdinFrame(Buffer.alloc(32_768)));
			assert.equal(await sandbox.status(), 70);
		});

		it("when nobody reads its output the program waits, the wall limit still strikes, and all that was queued arrives before EXIT", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.pauseReading();
			sandbox.send(encodeStep({ argv: ["/bin/probe", "write", "1000000000000"], idleWallMs: 4_000, outputBytes: 1_000_000_000 }));
			sandbox.untilStalled();
			sandbox.untilAlone();
			sandbox.resumeReading();
			const { stdout, exit } = await sandbox.finish();
			assert.deepEqual([exit.how, exit.value, exit.cause], [1, SIGKILL, Cause.IdleWall]);
			assert.ok(stdout.length > 0 && stdout.length < 4_000_000, String(stdout.length));
			assert.equal((await sandbox.shell("echo next")).stdout.toString(), "next\n");
		});

		it("what a program left in its pipe arrives whole, however the runner's reading falls (A5)", async () => {
			await using sandbox = await Sandbox.ready();
			for (let round = 0; round < 50; round++) {
				const { stdout, exit } = await sandbox.run({ argv: ["/bin/probe", "write-and-leave"] });
				assert.deepEqual([stdout.length, exit.how, exit.value, exit.cause], [1_000_000, 0, 5, Cause.None]);
			}
		});

		it("frames that wait for room for their answer are taken when there is some", async () => {
			await using sandbox = await Sandbox.ready();
			const count = 20_000;
			sandbox.send(...Array.from({ length: count }, () => encodeFile("../x", "")), encodeStep(shellStep("echo done")));
			const frames = await sandbox.until(FrameType.Exit);
			assert.equal(frames.filter((frame) => frame.type === FrameType.Fault).length, count);
			assert.equal(frames.at(-2)?.payload.toString(), "done\n");
		});

		it("KILL gets through while nobody reads", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.send(encodeStep({ argv: ["/bin/probe", "write", "1000000000000"], outputBytes: 1_000_000_000 }));
			await sandbox.next();
			sandbox.pauseReading();
			sandbox.untilStalled();
			sandbox.send(encodeFrame(FrameType.Kill));
			sandbox.untilAlone();
			sandbox.resumeReading();
			assert.equal((await sandbox.finish()).exit.cause, Cause.Killed);
		});
	});
}
