import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { isAlive } from "../../setup/process-file.ts";
import { LeaseProbe } from "./testing/lease-probe.ts";
import { offer, passAtOnce, type Rig, type RigOptions, startRig, until, type Way } from "./testing/rig.ts";

/**
 * Door, lease, pool, driver and the real agent together: what a gateway sees, the same in each tier. Longer than most files because it is
 * one list of promises.
 */

export function testRunner(tier: ServerTierId, way: Way = "engine"): void {
	const start = (options: RigOptions): Promise<Rig> => startRig({ ...options, way, settings: { tiers: [tier], ...options.settings } });
	const label = way === "engine" ? tier : `${tier} without an engine`;
	/** Its processes die at once; the engine takes longer to take down what is left of it, and longest what runsc leaves. */
	const removalLimitMs = 30_000;
	let rig: Rig;
	const probes: LeaseProbe[] = [];

	before(async () => {
		rig = await start({ offered: await offer("python", "c") });
	});
	after(async () => {
		await Promise.all(probes.map((probe) => probe.close()));
		await rig.close();
		assert.deepEqual(await rig.containers(), []);
	});

	function claim(language: "python" | "c", from: Rig = rig): LeaseProbe {
		const found = from.runner.status().languages.find((it) => it.language === language);
		assert.ok(found);
		const probe = new LeaseProbe(from, language, found.version, tier);
		probes.push(probe);
		return probe;
	}

	test(`${label}: a program runs, and its words, its arguments and its end come back`, async () => {
		const probe = claim("python");
		probe.run("import sys\nprint('hello', sys.argv[1:])\nprint('to stderr', file=sys.stderr)\nsys.exit(3)", { arguments: ["a b", "-c"] });
		const exit = await probe.exit();
		assert.deepEqual(exit.outcome, { kind: "exited", code: 3 });
		assert.equal(probe.stdout, "hello ['a b', '-c']\n");
		assert.equal(probe.stderr, "to stderr\n");
		assert.equal(exit.compile, null);
		assert.equal(exit.program?.exitCode, 3);
		assert.ok((exit.program?.peakMemoryBytes ?? 0) > 1_000_000);
		assert.deepEqual(
			probe.events.map((event) => event.name).filter((name) => name !== "stats"),
			["claimed", "started", "step", "exit"],
		);
	});

	test(`${label}: typed input reaches a program at a terminal, echoed, and the terminal can be resized`, async () => {
		const probe = claim("python");
		const program = "import shutil,sys\nname = input('name? ')\nprint('hello', name)\ninput()\nprint(shutil.get_terminal_size())";
		probe.run(program, { mode: "pty", columns: 100, rows: 30 });
		await probe.until(() => probe.stdout.includes("name? "), "the prompt");
		assert.ok(probe.lease.stdin(Buffer.from("Ada\r")));
		await probe.until(() => probe.stdout.includes("hello Ada"), "the greeting");
		assert.match(probe.stdout, /name\? Ada\r\nhello Ada\r\n/);
		probe.lease.resize(120, 40);
		probe.lease.stdin(Buffer.from("\r"));
		assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
		assert.match(probe.stdout, /columns=120, lines=40/);
		assert.equal(probe.lease.stdinCreditBytes, 0);
	});

	test(`${label}: bytes go through pipes both ways unchanged, within the credit, and end of input arrives (ATTACKS.md 8, PROTOCOL.md A6)`, async () => {
		const probe = claim("python");
		probe.run("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read()[::-1])");
		const sent = Buffer.alloc(200_000, 0).map((_, index) => (index * 7) & 0xff);
		let offset = 0;
		while (offset < sent.length) {
			await probe.until(() => probe.lease.stdinCreditBytes > 0, "credit");
			const part = sent.subarray(offset, offset + probe.lease.stdinCreditBytes);
			assert.ok(probe.lease.stdin(part));
			assert.equal(probe.lease.stdin(Buffer.alloc(probe.lease.stdinCreditBytes + 1)), false);
			offset += part.length;
		}
		probe.lease.eof();
		await probe.exit();
		assert.ok(Buffer.from(probe.stdout, "latin1").equals(Buffer.from(sent).reverse()));
	});

	test(`${label}: a program is compiled and run; what was typed meanwhile is its input`, async () => {
		const probe = claim("c");
		probe.run('#include <stdio.h>\nint main(void){char n[20];fgets(n,20,stdin);printf("hi %s",n);return 7;}', { name: "main.c" });
		assert.ok(probe.lease.stdin(Buffer.from("Ada\n")));
		const exit = await probe.exit();
		assert.deepEqual(exit.outcome, { kind: "exited", code: 7 });
		assert.equal(exit.compile?.exitCode, 0);
		assert.equal(exit.program?.exitCode, 7);
		assert.equal(probe.stdout, "hi Ada\n");
		assert.deepEqual(
			probe.all("started").map(([start]) => start.step),
			["compile", "run"],
		);
		assert.equal(probe.lease.stdinCreditBytes, 0);
	});

	test(`${label}: a program that does not compile is told so, with the compiler's words, and is not run`, async () => {
		const probe = claim("c");
		probe.run("int main(void) { return x; }", { name: "main.c", mode: "pty" });
		const exit = await probe.exit();
		assert.deepEqual(exit.outcome, { kind: "compileFailed", code: 1 });
		assert.match(probe.stdout, /main\.c:1:.*x/);
		assert.equal(exit.program, null);
		assert.equal(probe.all("step").length, 1);
	});

	test(`${label}: Ctrl-C while it compiles ends the compiler, and is no input of the program`, async () => {
		const probe = claim("c");
		// An include of the terminal: the compiler waits for somebody to type a header.
		probe.run('#include "/dev/tty"\nint main(void){return 0;}', { name: "main.c", mode: "pty" });
		await probe.next("started");
		await probe.next("stats");
		probe.lease.stdin(Buffer.from("abc\x03"));
		const exit = await probe.exit();
		assert.equal(exit.outcome.kind, "compileFailed");
		assert.equal(
			probe.all("stdinAck").reduce((sum, [bytes]) => sum + bytes, 0),
			4,
		);
	});

	test(`${label}: each limit has its own outcome, and the sandbox serves the next run (ATTACKS.md 2, 5, 9)`, async () => {
		const probe = claim("python");
		const spin = "while True: pass";
		const cases = [
			{ program: "input()", limits: { idleWallMs: 300 }, outcome: { kind: "limited", limit: "idleWall", value: 300 } },
			{ program: "import os\nos.kill(0, 19)", limits: { idleWallMs: 300 }, outcome: { kind: "limited", limit: "idleWall", value: 300 } },
			{ program: spin, limits: { totalWallMs: 400 }, outcome: { kind: "limited", limit: "totalWall", value: 400 } },
			{ program: spin, limits: { cpuMs: 200 }, outcome: { kind: "limited", limit: "cpu", value: 200 } },
			{
				program: "x = bytearray(400_000_000)\nx[::4096] = b'x' * len(x[::4096])",
				limits: {},
				outcome: { kind: "limited", limit: "memory", value: 268_435_456 },
			},
			{
				program: "while True: print('x' * 999)",
				limits: { outputBytes: 5_000 },
				outcome: { kind: "limited", limit: "output", value: 5_000 },
			},
			{ program: "import os\nos.abort()", limits: {}, outcome: { kind: "signalled", signal: 6 } },
			{ program: "print('fine')", limits: {}, outcome: { kind: "exited", code: 0 } },
		] as const;
		for (const [index, { program, limits, outcome }] of cases.entries()) {
			probe.stdout = "";
			probe.run(program, { limits });
			assert.deepEqual((await probe.exit(index + 1)).outcome, outcome, program);
			if (outcome.kind === "limited" && outcome.limit === "output") {
				assert.equal(probe.stdout.slice(5_000), "\r\n[output cut after 4.9 KiB]\r\n");
			}
		}
		assert.equal(probe.stdout, "fine\n");
		assert.equal((await rig.containers()).length, probes.filter((it) => it.lease.isOpen).length);
	});

	test(`${label}: input makes the idle wall count anew`, async () => {
		const probe = claim("python");
		probe.run("for i in range(6): print(input(), flush=True)", { limits: { idleWallMs: 700 } });
		for (let line = 0; line < 6; line++) {
			const waitMs = performance.now() + 300;
			await until(() => performance.now() > waitMs, 1_000, "300 ms");
			probe.lease.stdin(Buffer.from(`${line}\n`));
		}
		assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
	});

	test(`${label}: Stop ends a program that ignores every signal, and the next run finds nothing of it (ATTACKS.md 10, 32)`, async () => {
		const probe = claim("python");
		const stubborn =
			"import os,signal,time\nfor s in (1,2,15): signal.signal(s, signal.SIG_IGN)\nopen('left','w').write('x')\nif os.fork()==0: os.setsid()\nprint('up',flush=True)\nwhile True: time.sleep(1)";
		probe.run(stubborn);
		await probe.until(() => probe.stdout.includes("up"), "the program is up");
		probe.lease.stop();
		assert.deepEqual((await probe.exit()).outcome, { kind: "stopped" });
		probe.stdout = "";
		probe.run(
			"import os\nprint(sorted(os.listdir('.')), [p for p in os.listdir('/proc') if p.isdigit() and p not in ('1', str(os.getpid()))])",
		);
		await probe.exit(2);
		assert.equal(probe.stdout, "['main.py'] []\n");
	});

	test(`${label}: a program that splices what never comes into its own output cannot hold up its end, and files are copied all the same`, async () => {
		const probe = claim("python");
		const splice = "import os, socket\nours, theirs = socket.socketpair()\nos.sendfile(1, ours.fileno(), None, 65536)";
		probe.run(splice, { mode: "pipes", limits: { totalWallMs: 800 } });
		await probe.exit();
		const copy = "import os, shutil\nopen('a', 'w').write('x' * 100000)\nshutil.copyfile('a', 'b')\nprint(os.path.getsize('b'))";
		probe.run(copy, { mode: "pipes" });
		assert.deepEqual((await probe.exit(2)).outcome, { kind: "exited", code: 0 });
		assert.equal(probe.stdout, "100000\n");
		assert.equal((await rig.containers()).length, probes.filter((it) => it.lease.isOpen).length);
	});

	test(`${label}: a signal reaches the program, and Stop before the sandbox is there ends the run`, async () => {
		const probe = claim("python");
		probe.run("print('never')");
		probe.lease.stop();
		assert.deepEqual((await probe.exit()).outcome, { kind: "stopped" });
		probe.run("import time\nprint('up', flush=True)\ntime.sleep(60)");
		await probe.until(() => probe.stdout.includes("up"), "the program is up");
		probe.lease.signal(15);
		assert.deepEqual((await probe.exit(2)).outcome, { kind: "signalled", signal: 15 });
		assert.ok(!probe.stdout.includes("never"));
	});

	test(`${label}: files are checked again, whatever the gateway says, and the lease goes on (ATTACKS.md 17)`, async () => {
		const probe = claim("python");
		const bad = [
			[{ files: [] }, "noFile"],
			[{ files: [{ name: "../x", content: "" }] }, "invalidFileName"],
			[
				{
					files: [
						{ name: "a", content: "" },
						{ name: "A", content: "" },
					],
				},
				"duplicateFileName",
			],
			[
				{
					files: [
						{ name: "a", content: "x".repeat(200_000) },
						{ name: "b", content: "x".repeat(200_000) },
					],
				},
				"filesTooLarge",
			],
			[{ entry: "other.py" }, "invalidRequest"],
			[{ arguments: ["a\0b"] }, "invalidRequest"],
			[{ arguments: Array.from({ length: 64 }, () => "x".repeat(4_096)) }, "invalidRequest"],
		] as const;
		for (const [index, [more, code]] of bad.entries()) {
			const files = "files" in more ? [...more.files] : undefined;
			const args = "arguments" in more ? [...more.arguments] : [];
			probe.run("print(1)", { ...("entry" in more ? { entry: more.entry } : {}), arguments: args, ...(files ? { files } : {}) });
			assert.deepEqual((await probe.exit(index + 1)).outcome, { kind: "lost", code }, code);
		}
		probe.run("print('fine')", { name: "-c.py" });
		await probe.exit(bad.length + 1);
		assert.equal(probe.stdout, "fine\n");
	});

	test(`${label}: a reader who stops reading holds the program back, in bounded memory, and loses nothing (ATTACKS.md 7)`, async () => {
		const own = await start({ offered: await offer("python"), settings: { outputBytes: 67_108_864 } });
		const probe = claim("python", own);
		probe.run("import sys\nfor i in range(40_000_000 // 1000):\n  sys.stdout.write('x' * 999 + '\\n')\nprint('done')", {
			limits: { outputBytes: 67_108_864 },
		});
		await probe.next("started");
		await probe.until(() => probe.outputBytes > 0, "the first bytes");
		probe.lease.pause();
		const seenBytes = probe.outputBytes;
		const rss = process.memoryUsage().rss;
		const waitMs = performance.now() + 1_500;
		await until(() => performance.now() > waitMs, 5_000, "1.5 s");
		assert.ok(process.memoryUsage().rss - rss < 20_000_000);
		assert.equal(probe.outputBytes, seenBytes);
		probe.lease.resume();
		assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
		assert.equal(probe.outputBytes, 40_000_005);
		await probe.close();
		await own.close();
	});

	test(`${label}: a reader who stalls past the time limit still learns the true end and gets what was printed (ATTACKS.md 7)`, async () => {
		const own = await start({ offered: await offer("python"), settings: { outputBytes: 4_194_304 } });
		const probe = claim("python", own);
		probe.run("print('x' * 4_000_000)", { limits: { idleWallMs: 800 } });
		await probe.next("started");
		probe.lease.pause();
		const waitMs = performance.now() + 2_500;
		await until(() => performance.now() > waitMs, 5_000, "2.5 s");
		probe.lease.resume();
		const exit = await probe.exit();
		assert.deepEqual(exit.outcome, { kind: "limited", limit: "idleWall", value: 800 });
		assert.ok(exit.program !== null, "the agent's own report was read");
		assert.ok(probe.outputBytes > 100_000);
		probe.run("print('again')");
		assert.deepEqual((await probe.exit(2)).outcome, { kind: "exited", code: 0 });
		await probe.close();
		await own.close();
	});

	/** gVisor's kernel dies with its program, and takes longer to be taken down. */
	const deathLimitMs = tier === "gvisor" ? 2_500 : 1_000;

	test(`${label}: when the connection drops in mid-run, everything of it is dead within ${deathLimitMs / 1_000} s (ATTACKS.md 11)`, async () => {
		const own = await start({ offered: await offer("python") });
		const probe = claim("python", own);
		probe.run(
			"import os,time\nfor i in range(20):\n  if os.fork()==0:\n    os.setsid()\n    time.sleep(1000)\nprint('up',flush=True)\ntime.sleep(1000)",
		);
		await probe.until(() => probe.stdout.includes("up"), "the program is up");
		const [name, ...more] = await own.containers();
		assert.deepEqual(more, []);
		// A PID namespace, or gVisor's kernel, does not outlive this process.
		const pid = await own.firstProcessOf(String(name));
		assert.ok(isAlive(pid));
		probe.lease.close();
		try {
			await until(() => !isAlive(pid), deathLimitMs, "its first process is dead");
			await until(async () => (await own.containers()).length === 0, removalLimitMs, "the container is gone");
			assert.equal(own.runner.status().leases, 0);
		} finally {
			await own.close();
		}
	});

	test(`${label}: a closing runner tells every lease, kills all and removes its socket`, async () => {
		const own = await start({ offered: await offer("python"), settings: { poolSize: 1 } });
		await until(() => own.runner.status().languages[0]?.idle === 1, 20_000, "a warm sandbox");
		const running = claim("python", own);
		running.run("import time\nprint('up',flush=True)\ntime.sleep(1000)");
		await running.until(() => running.stdout.includes("up"), "the program is up");
		assert.equal((await running.next("claimed"))[0].isWarm, true);
		const startedAtMs = performance.now();
		await own.close();
		assert.ok(performance.now() - startedAtMs < 5_000);
		assert.deepEqual((await running.exit()).outcome, { kind: "lost", code: "shuttingDown" });
		assert.deepEqual(await running.next("lost"), ["shuttingDown"]);
		assert.equal((await running.next("closed"))[0], "runner");
		assert.deepEqual(await own.containers(), []);
		const late = new LeaseProbe(own, "python", "3", tier);
		assert.deepEqual(await late.next("refused"), ["runnerDown"]);
	});

	test(`${label}: a tier is claimed only while it is offered; when it is withdrawn, who runs in it is told and its sandboxes die`, async () => {
		let isPassing = true;
		const own = await start({
			offered: await offer("python"),
			settings: { poolSize: 1, postureIntervalMs: 200 },
			assess: async (driver, assessment) => {
				const report = await passAtOnce(driver, assessment);
				return isPassing ? report : { ...report, verdict: "failed" };
			},
		});
		const probe = claim("python", own);
		probe.run("import time\nprint('up', flush=True)\ntime.sleep(60)");
		await probe.until(() => probe.stdout.includes("up"), "the program");
		isPassing = false;
		assert.deepEqual((await probe.exit()).outcome, { kind: "lost", code: "tierWithdrawn" });
		await until(async () => (await own.containers()).length === 0, 10_000, "every sandbox is gone");
		const refused = claim("python", own);
		await refused.until(() => refused.events.some(({ name }) => name === "refused"), "the refusal");
		assert.deepEqual(refused.events[0], { name: "refused", values: ["tierUnavailable"] });
		isPassing = true;
		await until(() => own.runner.status().tiers.some(({ state }) => state === "offered"), 5_000, "offered again");
		await Promise.all([probe.close(), refused.close()]);
		await own.close();
	});

	test(`${label}: where nothing passed, nothing runs (fail closed)`, async () => {
		const own = await start({
			offered: await offer("python"),
			settings: { poolSize: 1 },
			assess: async () => {
				throw new Error("no posture can be taken");
			},
		});
		const refused = claim("python", own);
		await refused.until(() => refused.events.some(({ name }) => name === "refused"), "the refusal");
		assert.deepEqual(await own.containers(), []);
		await refused.close();
		await own.close();
	});
}
