import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Cause, encodeFile, encodeFrame, encodePrespawn, encodeStep, FrameType, type StepOptions } from "./test-frames.ts";
import { type ContainerRuntime, TestImage, type TestSandbox } from "./test-sandbox.ts";

/**
 * PROTOCOL.md A11 to A13: the program that already waits. The interpreter is this machine's own bash, lent with its libraries. Which process a step got is
 * told by its number: the kernel gives them out in order.
 */

const FOLDER = dirname(fileURLToPath(import.meta.url));

const lend = (from: string, to = from): string[] => ["-v", `${realpathSync(from)}:${to}:ro`];

function lentBash(): string[] {
	const needed = execFileSync("ldd", ["/bin/bash"]).toString();
	const libraries = [...needed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].flatMap(([, path]) => (path === undefined ? [] : lend(path)));
	return [...lend("/bin/bash"), ...libraries, ...lend(join(FOLDER, "build/hold.so"), "/usr/lib/sandglass/hold.so")];
}

const bash: StepOptions = { argv: ["/bin/bash", "main.sh"], env: ["PATH=/bin", "A=b c"] };
const terminal: StepOptions = { ...bash, pty: [80, 24] };

/** The waiter's own start takes a moment, and the tests are about one that has come to its hold. */
const untilHeld = () => delay(300);

export function testPrespawn(runtime: ContainerRuntime): void {
	const image = new TestImage(runtime);
	let extra: string[] = [];
	before(() => {
		execFileSync("make", ["-C", FOLDER, "-s", "hold"], { stdio: "inherit" });
		image.build();
		extra = lentBash();
	});
	after(() => image.remove());

	describe("a program that already waits", () => {
		let sandbox: TestSandbox;
		before(async () => {
			sandbox = await image.ready(extra);
		});
		after(async () => {
			await sandbox[Symbol.asyncDispose]();
		});

		const run = async (script: string, options: StepOptions = bash, ...more: readonly Uint8Array[]) => {
			sandbox.send(encodeFile("main.sh", script));
			return sandbox.run(options, ...more);
		};
		/** The number that the kernel gives the next process. */
		const nextPid = async (): Promise<number> => Number((await run("echo $$")).stdout) + 1;

		it("is the process that the step gets, with the step's files (A11)", async () => {
			for (const options of [bash, terminal]) {
				assert.equal((await sandbox.reset()).type, FrameType.Ready);
				const pid = await nextPid();
				sandbox.send(encodePrespawn(options));
				await untilHeld();
				const result = await run('echo "$$ $0 $A $LD_PRELOAD" >&2; exit 3', options);
				assert.equal(`${result.stdout}${result.stderr}`.trim(), `${pid} main.sh b c`);
				assert.deepEqual([result.exit.how, result.exit.value, result.exit.cause], [0, 3, Cause.None]);
			}
		});

		it("is used although it has only just been started", async () => {
			for (let round = 0; round < 20; round++) {
				const pid = await nextPid();
				sandbox.send(encodePrespawn(bash));
				assert.equal((await run("echo $$")).stdout.toString(), `${pid}\n`);
			}
		});

		it("gives way to a step of another mode, other words or another environment (A11)", async () => {
			const others: StepOptions[] = [
				terminal,
				{ ...bash, argv: [...bash.argv, "more"] },
				{ ...bash, argv: ["/bin/bash", "./main.sh"] },
				{ ...bash, env: ["PATH=/bin", "A=other"] },
				{ ...bash, env: ["PATH=/bin"] },
			];
			for (const options of others) {
				const pid = await nextPid();
				sandbox.send(encodePrespawn(bash));
				await untilHeld();
				const result = await run("echo $$; kill -0 $(($$ - 1)) 2>/dev/null && echo it lives", options);
				assert.equal(result.stdout.toString().trim(), `${pid + 1}`);
			}
		});

		it("has the terminal's size of the step, not of its own start", async () => {
			const pid = await nextPid();
			sandbox.send(encodePrespawn(terminal));
			await untilHeld();
			const result = await run("echo $$; busybox stty size", { ...terminal, pty: [101, 33] });
			assert.equal(result.stdout.toString(), `${pid}\r\n33 101\r\n`);
		});

		it("says nothing before its step, and then all that it has to say (A12)", async () => {
			const loud = { ...bash, env: ["PATH=/bin", "LC_ALL=none"] };
			const expected = (await run("echo out", loud)).stderr.toString();
			assert.match(expected, /setlocale/, "control: this start prints a warning");
			sandbox.send(encodePrespawn(loud));
			await untilHeld();
			sandbox.send(encodeFile("../x", ""));
			assert.equal((await sandbox.next()).type, FrameType.Fault, "the first frame since is the answer to the file");
			const result = await run("echo out", loud);
			assert.deepEqual([result.stderr.toString(), result.stdout.toString()], [expected, "out\n"]);
		});

		it("takes its input from the step, by pipe and terminal, and ends it", async () => {
			for (const options of [bash, terminal]) {
				sandbox.send(encodePrespawn(options));
				await untilHeld();
				const input = [encodeFrame(FrameType.Stdin, Buffer.from("line\n")), encodeFrame(FrameType.Eof)];
				const result = await run('read x; echo "got $x"; read y || echo end', options, ...input);
				assert.match(result.stdout.toString(), /got line\r?\nend\r?\n$/);
				assert.equal(result.acknowledgedBytes, 5);
			}
		});

		it("begins to count with the step: its walls, its processor, its own seconds (A13)", async () => {
			sandbox.send(encodePrespawn(bash));
			await delay(2_200);
			const result = await run("echo $SECONDS", { ...bash, idleWallMs: 2_000, totalWallMs: 2_000 });
			assert.equal(result.stdout.toString(), "0\n");
			assert.deepEqual([result.exit.cause, result.exit.value], [Cause.None, 0]);
			assert.ok(result.exit.wallUs < 1_000_000);
			// gVisor's clock of processor time moves in steps of 10 ms: one at each end.
			assert.ok(result.exit.cpuUs <= result.exit.wallUs * 2 + 20_000, `${result.exit.cpuUs} of ${result.exit.wallUs} µs`);
			const limited = await run("while :; do :; done", { ...bash, cpuMs: 200 });
			assert.equal(limited.exit.cause, Cause.Cpu);
		});

		it("is ended by a limit, by KILL and by a signal like any other", async () => {
			sandbox.send(encodePrespawn(bash));
			await untilHeld();
			assert.equal((await run("busybox sleep 9", { ...bash, totalWallMs: 200 })).exit.cause, Cause.TotalWall);
			sandbox.send(encodePrespawn(bash));
			await untilHeld();
			assert.equal((await run("busybox sleep 9", bash, encodeFrame(FrameType.Kill))).exit.cause, Cause.Killed);
			sandbox.send(encodePrespawn(bash));
			await untilHeld();
			assert.deepEqual((await run("kill -SEGV $$")).exit.how, 1);
		});

		it("has descriptors 0, 1 and 2 only, and can tell of no other (ATTACKS 14, 27)", async () => {
			const fresh = (await run("cd /proc/self/fd; echo *")).stdout.toString();
			sandbox.send(encodePrespawn(bash));
			await untilHeld();
			assert.equal((await run("cd /proc/self/fd; echo *")).stdout.toString(), fresh);
		});

		it("is started anew when a file of the step would have changed its start", async () => {
			const script = { ...bash, env: ["PATH=/bin", "BASH_ENV=/workspace/start.sh"] };
			const pid = await nextPid();
			sandbox.send(encodePrespawn(script));
			await untilHeld();
			sandbox.send(encodeFile("start.sh", "echo started"));
			const result = await run("echo $$ $SECONDS", script);
			assert.equal(result.stdout.toString(), `started\n${pid} 0\n`);
			assert.equal((await sandbox.reset()).type, FrameType.Ready);
			sandbox.send(encodePrespawn(script));
			await untilHeld();
			assert.match((await run("echo only this", script)).stdout.toString(), /^only this\n$/);
		});

		it("never runs a file of the step before the step", async () => {
			const script = { ...bash, env: ["PATH=/bin", "BASH_ENV=/workspace/start.sh"] };
			for (let round = 0; round < 10; round++) {
				sandbox.send(encodePrespawn(script), encodeFile("start.sh", "echo x >>/workspace/count"), encodeFile("main.sh", "echo $(<count)"));
				await delay(round * 3);
				assert.equal((await sandbox.run(script)).stdout.toString(), "x\n");
				assert.equal((await sandbox.reset()).type, FrameType.Ready);
			}
		});

		it("is gone after RESET, another PRESPAWN, and when it has died by itself (A11)", async () => {
			sandbox.send(encodePrespawn(bash));
			await untilHeld();
			assert.equal((await sandbox.reset()).type, FrameType.Ready);
			assert.match((await sandbox.probe("census")).stdout.toString(), /processes 2\n/);
			sandbox.send(encodePrespawn(bash), encodePrespawn(terminal), encodePrespawn({ argv: ["/bin/absent"] }));
			assert.match((await sandbox.probe("census")).stdout.toString(), /processes 2\n/);
			const pid = await nextPid();
			sandbox.send(encodePrespawn({ ...bash, env: ["PATH=/bin", "LD_LIBRARY_PATH=/none"], argv: ["/bin/bash", "-c", "exit 3"] }));
			await untilHeld();
			assert.equal((await run("echo $$")).stdout.toString(), `${pid + 1}\n`);
		});

		it("is refused inside a step, and takes the sandbox along (A2)", async () => {
			await using other = await image.ready(extra);
			other.send(encodeStep({ argv: ["/bin/busybox", "sleep", "9"] }), encodePrespawn(bash));
			assert.equal(await other.status(), 70);
		});

		it("dies with the end of the agent's input (A9)", async () => {
			const other = await image.ready(extra);
			other.send(encodePrespawn(bash));
			await untilHeld();
			other.endInput();
			assert.equal(await other.status(), 0);
		});

		it("is not had where the image has nothing to hold it by, or anybody could have written that", async () => {
			const folder = mkdtempSync(join(tmpdir(), "sandglass-hold-"));
			const open = join(folder, "hold.so");
			copyFileSync(join(FOLDER, "build/hold.so"), open);
			chmodSync(open, 0o666);
			const without = lentBash().slice(0, -2);
			for (const options of [without, [...without, ...lend(open, "/usr/lib/sandglass/hold.so")]]) {
				await using other = await image.ready(options);
				other.send(encodeFile("main.sh", "echo $$"));
				const { stdout } = await other.run(bash);
				other.send(encodePrespawn(bash));
				await untilHeld();
				assert.equal((await other.run(bash)).stdout.toString(), `${Number(stdout) + 1}\n`);
			}
			rmSync(folder, { recursive: true });
		});

		it("leaves no descriptor behind in thirty starts", async () => {
			await using worn = await image.ready(extra);
			const before = await worn.agentDescriptorCount();
			for (let round = 0; round < 5; round++)
				for (const options of [bash, terminal]) {
					worn.send(encodePrespawn(options), encodeFile("main.sh", "exit 0"));
					await worn.run(options);
					worn.send(encodePrespawn(options));
					await worn.run({ argv: ["/bin/busybox", "true"] });
					worn.send(encodePrespawn(options));
					assert.equal((await worn.reset()).type, FrameType.Ready);
				}
			assert.equal(await worn.agentDescriptorCount(), before);
		});
	});
}
