import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { testLimits } from "./limits-suite.ts";
import { Cause, encodeFile, encodeFrame, encodeResize, encodeStep, FrameType, shellStep, stdinFrame } from "./test-frames.ts";
import { type ContainerRuntime, TestImage, type TestSandbox } from "./test-sandbox.ts";

/**
 * The agent as PID 1 of a hardened container, on the host's kernel or on gVisor's. Rules A1–A9 are PROTOCOL.md's; numbers are ATTACKS.md's.
 * What gVisor does otherwise is said where it shows. Longer than most files because the image is built once for all of it, and
 * the rules read best in one place.
 */

const ENOENT = 2;
const EACCES = 13;
const EEXIST = 17;
const EINVAL = 22;
const ENOSPC = 28;
const SIGKILL = 9;

/** Without the engine's own system call filter, so that what is denied is denied by who the program is. */
const NO_FILTER = ["--security-opt", "seccomp=unconfined"];
/** The product's, which the other tests leave out so that what they show is the agent's own doing. */
const OWN_FILTER = ["--security-opt", `seccomp=${fileURLToPath(new URL("../seccomp.json", import.meta.url))}`];

export function testAgent(runtime: ContainerRuntime): void {
	const Sandbox = new TestImage(runtime);
	const isGvisor = runtime.name === "runsc";

	before(() => Sandbox.build());
	after(() => Sandbox.remove());

	describe("a sandbox's agent", () => {
		let sandbox: TestSandbox;
		before(async () => {
			sandbox = await Sandbox.ready();
		});
		after(async () => {
			await sandbox[Symbol.asyncDispose]();
		});

		it("runs with pipes: separate streams, exit code, one EXIT (A5)", async () => {
			// Long enough for a tick of gVisor's processor clock.
			const result = await sandbox.shell("echo out; echo err >&2; i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done; exit 3");
			assert.equal(result.stdout.toString(), "out\n");
			assert.equal(result.stderr.toString(), "err\n");
			assert.deepEqual([result.exit.how, result.exit.value, result.exit.cause, result.exit.oomKills], [0, 3, Cause.None, 0]);
			const { wallUs, cpuUs, peakMemoryBytes } = result.exit;
			assert.ok(wallUs > 0 && cpuUs > 0 && peakMemoryBytes > 65_536, JSON.stringify({ wallUs, cpuUs, peakMemoryBytes }));
		});

		it("gives the program no privilege, no inherited state and its own environment (ATTACKS 26)", async () => {
			const result = await sandbox.shell(
				"busybox grep -E '^(Uid|Gid|Groups|Sig(Blk|Ign|Cgt)|Cap.*|NoNewPrivs):' /proc/self/status; busybox cat /proc/self/oom_score_adj; pwd; umask; busybox env",
				{ env: ["PATH=/bin", "A=b c"] },
			);
			const lines = result.stdout.toString().split("\n");
			const field = (name: string): string | undefined =>
				lines
					.find((line) => line.startsWith(`${name}:`))
					?.slice(name.length + 1)
					.trim();
			assert.equal(field("Uid"), "1000\t1000\t1000\t1000");
			assert.equal(field("Gid"), "1000\t1000\t1000\t1000");
			assert.equal(field("Groups"), "");
			const told = isGvisor ? [] : ["SigBlk", "SigIgn", "CapAmb"];
			for (const name of [...told, "CapInh", "CapPrm", "CapEff", "CapBnd"]) assert.match(field(name) ?? "absent", /^0{16}$/, name);
			assert.equal(field("NoNewPrivs"), isGvisor ? undefined : "1");
			assert.ok(lines.includes("1000") && lines.includes("/workspace") && lines.includes("0022") && lines.includes("A=b c"));
		});

		it("gives exactly descriptors 0, 1 and 2, with pipes and with a PTY (ATTACKS 14, 27)", async () => {
			assert.equal((await sandbox.probe("list-descriptors")).stdout.toString(), "0 1 2 ");
			assert.equal((await sandbox.run({ argv: ["/bin/probe", "list-descriptors"], pty: [80, 24] })).stdout.toString(), "0 1 2 ");
		});

		it("cannot be signalled, traced, read or written by the program (ATTACKS 14, 16)", async () => {
			await using unfiltered = await Sandbox.ready(NO_FILTER);
			const result = await unfiltered.probe("touch-agent");
			const lines = result.stdout.toString().trim().split("\n");
			assert.ok(lines.length === 15, result.stdout.toString());
			/* gVisor shows the numbers of the agent's descriptors, and its environment, which says nothing; nothing of the runner's opens. */
			const shown = isGvisor ? ["/proc/1/fd", "/proc/1/environ", "/proc/1/cwd"] : [];
			for (const line of lines.filter((it) => !shown.some((name) => it === `${name}: allowed`)))
				assert.match(line, /: (Operation not permitted|Permission denied|Function not implemented)$/);
			assert.equal((await unfiltered.shell("echo still here")).stdout.toString(), "still here\n");
		});

		it("control: a PID 1 of the program's own uid that may be dumped can be read and traced; under gVisor it can be killed", () => {
			const attack = () => Sandbox.runWithoutAgent(["--user", "1000:1000", ...NO_FILTER], ["sh", "-c", "/bin/probe touch-agent; :"]);
			if (isGvisor) {
				assert.throws(attack, { status: 128 + SIGKILL });
				return;
			}
			const output = attack();
			for (const attempt of ["ptrace", "process_vm_readv", "/proc/1/fd", "/proc/1/mem", "/proc/1/environ"])
				assert.ok(output.includes(`${attempt}: allowed`), output);
		});

		it("passes a forged EXIT on as mere output (ATTACKS 14)", async () => {
			const result = await sandbox.probe("forge-exit");
			assert.equal(result.exit.value, 9);
			assert.equal(result.stdout.length, 39);
			assert.equal(result.stderr.length, 39);
		});

		it("lets the program open its own standard streams by name", async () => {
			const result = await sandbox.shell("echo a > /dev/stdout; echo b > /dev/stderr");
			assert.equal(result.stdout.toString() + result.stderr.toString(), "a\nb\n");
		});

		it("carries NUL, invalid UTF-8 and a split code point unchanged (ATTACKS 8)", async () => {
			const expected = Buffer.from("6100ffc3a9fe", "hex");
			assert.deepEqual((await sandbox.probe("write-split")).stdout, expected);
			const echoed = await sandbox.run({ argv: ["/bin/busybox", "cat"] }, stdinFrame(expected), encodeFrame(FrameType.Eof));
			assert.deepEqual(echoed.stdout, expected);
		});

		it("tells with errno what could not be started", async () => {
			const absent = await sandbox.run({ argv: ["/bin/absent"] });
			assert.deepEqual([absent.exit.how, absent.exit.value], [2, ENOENT]);
			sandbox.send(encodeFile("script", "#!/bin/sh\n"));
			const forbidden = await sandbox.run({ argv: ["/workspace/script"], pty: [80, 24] });
			assert.deepEqual([forbidden.exit.how, forbidden.exit.value], [2, EACCES]);
		});

		it("tells the signal that ended the program", async () => {
			const { exit } = await sandbox.shell("kill -SEGV $$");
			assert.deepEqual([exit.how, exit.value, exit.cause], [1, 11, Cause.None]);
		});

		it("kills survivors of setsid and double fork before EXIT, whether they keep stdout or close it (A7, ATTACKS 10)", async () => {
			for (const words of [["leave-grandchild"], ["leave-grandchild", "keeping"]]) {
				const result = await sandbox.probe(...words);
				assert.equal(result.stdout.toString(), "leader\n");
				assert.deepEqual([result.exit.how, result.exit.value, result.exit.cause], [0, 0, Cause.None]);
				assert.ok(result.exit.wallUs < 2_000_000);
				assert.match((await sandbox.probe("census")).stdout.toString(), /processes 2\n/);
			}
		});

		it("goes on while a program that closed its output still runs", async () => {
			const result = await sandbox.probe("quiet");
			assert.deepEqual([result.exit.how, result.exit.value], [0, 7]);
			assert.ok(result.exit.wallUs >= 300_000);
			const withTerminal = await sandbox.run({ argv: ["/bin/probe", "quiet"], pty: [80, 24] });
			assert.equal(withTerminal.exit.value, 7);
			assert.ok(withTerminal.exit.cpuUs < 150_000, "without spinning");
		});

		it("holds no more descriptors after a hundred steps of every kind than before (A8)", async () => {
			await using worn = await Sandbox.ready();
			const before = await worn.agentDescriptorCount();
			for (let round = 0; round < 25; round++)
				for (const pty of [[80, 24] as const, undefined]) {
					const missing = await worn.run({ argv: ["/bin/absent"], pty });
					assert.equal(missing.exit.how, 2);
					const cut = await worn.run({ argv: ["/bin/probe", "write", "9000"], outputBytes: 100, pty }, stdinFrame("typed"));
					assert.equal(cut.exit.cause, Cause.Output);
					assert.equal((await worn.reset()).type, FrameType.Ready);
				}
			assert.equal(await worn.agentDescriptorCount(), before);
		});

		it("ignores STDIN, EOF, RESIZE, SIGNAL and KILL outside a step (A4)", async () => {
			sandbox.send(
				stdinFrame("late"),
				encodeFrame(FrameType.Eof),
				encodeResize(1, 1),
				encodeFrame(FrameType.Signal, Buffer.from([9])),
				encodeFrame(FrameType.Kill),
			);
			const result = await sandbox.run(shellStep("busybox cat; echo done"), encodeFrame(FrameType.Eof));
			assert.deepEqual([result.stdout.toString(), result.acknowledgedBytes, result.exit.cause], ["done\n", 0, Cause.None]);
		});
	});

	describe("files", () => {
		let sandbox: TestSandbox;
		before(async () => {
			sandbox = await Sandbox.ready();
		});
		after(async () => {
			await sandbox[Symbol.asyncDispose]();
		});

		/** The errno of the FAULT 1 that this FILE gets. */
		const refused = async (name: string | Uint8Array, content: string | Uint8Array = "x"): Promise<number> => {
			sandbox.send(encodeFile(name, content));
			const frame = await sandbox.next();
			assert.equal(frame.type, FrameType.Fault);
			assert.equal(frame.payload[0], 1);
			return frame.payload.readUInt32BE(1);
		};

		it("are the program's own, in folders made for them, 256 KiB long if need be", async () => {
			const large = Buffer.alloc(262_144, "z");
			sandbox.send(encodeFile("src/deep/main.py", "print()"), encodeFile("large", large));
			const result = await sandbox.shell("cat src/deep/main.py; busybox stat -c ' %u %g %a %s' src/deep/main.py large");
			assert.equal(result.stdout.toString(), "print() 1000 1000 644 7\n 1000 1000 644 262144\n");
		});

		it("are never written through a link planted by a run before (ATTACKS 18)", async () => {
			sandbox.send(encodeFile("target", "safe"));
			await sandbox.shell("busybox ln -s target link; busybox ln -s /tmp folder; busybox mkfifo fifo");
			assert.equal(await refused("link", "evil"), EEXIST);
			assert.equal(await refused("fifo", "evil"), EEXIST);
			assert.equal(await refused("folder/x", "evil"), 20);
			assert.equal((await sandbox.shell("cat target; ls /tmp")).stdout.toString(), "safe");
			assert.equal((await sandbox.shell("printf evil > link; cat target")).stdout.toString(), "evil", "control: the link leads there");
		});

		it("are refused by name, and nothing is written (ATTACKS 17)", async () => {
			for (const name of ["../x", "/x", ".", "a/../b", "a\\b", "a\nb", "", Buffer.from("a\0b")]) assert.equal(await refused(name), EINVAL);
			assert.equal(await refused("n".repeat(201)), 36);
			assert.equal((await sandbox.reset()).type, FrameType.Ready);
			assert.equal((await sandbox.shell("ls -A /workspace")).stdout.toString(), "");
		});

		it("that do not fit are told ENOSPC, leave no half behind, and the sandbox stays usable (ATTACKS 3)", async () => {
			await sandbox.shell("busybox dd if=/dev/zero of=full bs=1k count=16200 2>/dev/null");
			assert.equal(await refused("more", Buffer.alloc(262_144)), ENOSPC);
			assert.equal((await sandbox.shell("ls; busybox rm full")).stdout.toString(), "full\n");
			sandbox.send(encodeFile("more", "now"));
			assert.equal((await sandbox.shell("cat more")).stdout.toString(), "now");
		});
	});

	describe("RESET", () => {
		it("empties every writable mount, System V memory and message queues, and proves it (A3, A8, ATTACKS 4, 32)", async () => {
			await using sandbox = await Sandbox.ready(isGvisor ? OWN_FILTER : []);
			const littered = await sandbox.probe("litter");
			const answers = isGvisor ? ["Operation not permitted", "Operation not permitted"] : ["allowed", "allowed"];
			assert.equal(littered.stdout.toString(), `shmget: ${answers[0]}\nmq_open: ${answers[1]}\n`);
			const left = isGvisor ? "mqueue -1 segments 0" : "mqueue 1 segments 1";
			assert.match((await sandbox.probe("census")).stdout.toString(), new RegExp(`workspace -1 tmp \\d{4} shm 3 ${left} `));
			const answer = await sandbox.reset();
			assert.deepEqual([answer.type, [...answer.payload]], [FrameType.Ready, [1]], answer.payload.toString());
			const none = isGvisor ? "mqueue -1 segments 0" : "mqueue 0 segments 0";
			assert.equal((await sandbox.probe("census")).stdout.toString(), `workspace 0 tmp 0 shm 0 ${none} processes 2\n`);
			sandbox.send(encodeFile("again", "works"));
			assert.equal((await sandbox.shell("cat again")).stdout.toString(), "works");
		});

		it("what the kernel does not let it remove costs the sandbox (A8)", {
			skip: isGvisor ? false : "Linux lets it remove everything",
		}, async () => {
			await using sandbox = await Sandbox.ready();
			assert.match((await sandbox.probe("litter")).stdout.toString(), /shmget: allowed/);
			const answer = await sandbox.reset();
			assert.deepEqual([answer.type, answer.payload[0]], [FrameType.Fault, 2]);
			assert.match(answer.payload.toString(), /System V IPC/);
		});
	});

	describe("a terminal", () => {
		let sandbox: TestSandbox;
		before(async () => {
			sandbox = await Sandbox.ready();
		});
		after(async () => {
			await sandbox[Symbol.asyncDispose]();
		});

		it("is a terminal: size, /dev/tty, ownership, echo, line ends", async () => {
			const result = await sandbox.run(
				{
					...shellStep("test -t 0 && busybox stty size; busybox stat -c %u $(busybox tty); read x </dev/tty; echo got $x"),
					pty: [101, 33],
				},
				stdinFrame("é\r"),
			);
			assert.equal(result.stdout.toString().replace("é\r\n", ""), "33 101\r\n1000\r\ngot é\r\n");
			assert.equal(result.stderr.length, 0);
			assert.equal(result.acknowledgedBytes, 3);
		});

		it("turns ^C into SIGINT of the foreground group", async () => {
			sandbox.send(encodeStep({ argv: ["/bin/probe", "await-interrupt"], pty: [80, 24] }));
			await sandbox.untilOutput("ready");
			sandbox.send(stdinFrame("\x03"));
			const result = await sandbox.finish();
			/* In gVisor the agent sends the signal, and nothing echoes. */
			if (!isGvisor) assert.ok(result.stdout.toString().startsWith("^C"), result.stdout.toString());
			assert.match(result.stdout.toString(), /caught/);
			assert.equal(result.exit.value, 42);
		});

		it("leaves nothing of ^C in the program's input, and sends it while a line waits to be read", async () => {
			const child = "echo ready; exec busybox sleep 30";
			const script = `trap 'echo caught' INT; busybox sh -c '${child}'; busybox cat | busybox wc -c`;
			sandbox.send(encodeStep({ ...shellStep(script), pty: [80, 24] }));
			await sandbox.untilOutput("ready");
			sandbox.send(stdinFrame("line\n\x03"));
			await sandbox.untilOutput("caught");
			sandbox.send(stdinFrame("\x04"));
			const lengths = /^(\d+)\r$/m.exec((await sandbox.finish()).stdout.toString());
			/* Linux forgets what was typed before it. */
			assert.equal(lengths?.[1], isGvisor ? "5" : "0");
		});

		it("ends input by ^D, and by EOF in its place after what was typed", async () => {
			for (const end of [stdinFrame("\x04"), encodeFrame(FrameType.Eof)]) {
				const result = await sandbox.run({ argv: ["/bin/probe", "await-end-of-input"], pty: [80, 24] }, stdinFrame("line\n"), end);
				assert.match(result.stdout.toString(), /read 5\r\n$/);
			}
		});

		it("tells the program of a new size with SIGWINCH", async () => {
			sandbox.send(encodeStep({ argv: ["/bin/probe", "await-resize"], pty: [80, 24] }));
			await sandbox.untilOutput("size 80 24");
			sandbox.send(encodeResize(132, 50));
			assert.match((await sandbox.finish()).stdout.toString(), /now 132 50/);
		});

		it("delivers all that was written before the program ended", async () => {
			const result = await sandbox.run({ argv: ["/bin/probe", "write", "200000"], pty: [80, 24] });
			assert.equal(result.stdout.length, 200_000);
		});

		it("passes SIGNAL to the foreground group, with pipes to the program's group", async () => {
			for (const pty of [[80, 24] as const, undefined]) {
				sandbox.send(encodeStep({ ...shellStep("trap 'exit 17' TERM; echo ready; while :; do busybox sleep 0.05; done"), pty }));
				await sandbox.untilOutput("ready");
				sandbox.send(encodeFrame(FrameType.Signal, Buffer.from([15])));
				assert.equal((await sandbox.finish()).exit.value, 17);
			}
		});
	});

	testLimits(Sandbox);

	describe("what breaks the rules ends the sandbox", () => {
		const cases: readonly (readonly [string, readonly Buffer[]])[] = [
			["a length of 4 GiB (A1, ATTACKS 15)", [Buffer.from([1, 255, 255, 255, 255])]],
			["an unknown type (A2)", [encodeFrame(0x81, Buffer.from([1]))]],
			["a payload too short for its type (A2)", [encodeFrame(FrameType.Resize, Buffer.from([1]))]],
			["a wall limit of 0 (A2, ATTACKS 12)", [encodeStep({ ...shellStep(":"), idleWallMs: 0 })]],
			["FILE in a step (A4)", [encodeStep({ argv: ["/bin/busybox", "sleep", "30"] }), encodeFile("a", "b")]],
			["STEP in a step (A4)", [encodeStep({ argv: ["/bin/busybox", "sleep", "30"] }), encodeStep(shellStep(":"))]],
			["RESET in a step (A4)", [encodeStep({ argv: ["/bin/busybox", "sleep", "30"] }), encodeFrame(FrameType.Reset)]],
		];
		for (const [name, frames] of cases)
			it(name, async () => {
				await using sandbox = await Sandbox.ready();
				sandbox.send(...frames);
				assert.equal(await sandbox.status(), 70);
				assert.match(sandbox.stderrText, /protocol/);
			});

		it("the end of input ends everything with status 0, in a step too (A9)", async () => {
			await using sandbox = await Sandbox.ready();
			sandbox.send(encodeStep({ argv: ["/bin/busybox", "sleep", "30"] }));
			sandbox.endInput();
			assert.equal(await sandbox.status(), 0);
		});

		it("without CAP_SETPCAP the agent refuses to start: FAULT 3, a sentence on stderr, never READY", async () => {
			const sandbox = Sandbox.start([], []);
			const frame = await sandbox.next();
			assert.deepEqual([frame.type, frame.payload[0]], [FrameType.Fault, 3]);
			assert.equal(await sandbox.status(), 71);
			assert.match(sandbox.stderrText, /bounding set.*SETPCAP/);
		});
	});
}
