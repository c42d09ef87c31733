import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Cause, encodeFrame, encodeStep, FrameType } from "./test-frames.ts";
import { runc, TestImage, type TestSandbox } from "./test-sandbox.ts";

/** PROTOCOL.md A10: the one process that an image may have run beside its programs. Its double is test/service-double.c. */

const FOLDER = dirname(fileURLToPath(import.meta.url));

const image = new TestImage(runc);
let mounted = "";

/** Options that put a service into the test's image. */
const withService = (...words: readonly string[]): string[] => {
	const file = join(mounted, `argv-${words.join("-")}`);
	writeFileSync(file, ["/bin/service", ...words].map((word) => `${word}\0`).join(""), { mode: 0o644 });
	return ["-v", `${file}:/etc/sandglass/service:ro`, "-v", `${join(FOLDER, "build/service-double")}:/bin/service:ro`];
};

/** Says one line to the service over the lent connection, and prints what comes back. */
const say = (line: string): string => `printf '${line}\\n' >&3; busybox head -n 1 <&3`;

const ask = async (sandbox: TestSandbox, line: string): Promise<string> => (await sandbox.shell(say(line))).stdout.toString();

const pidOf = async (sandbox: TestSandbox): Promise<string> =>
	/pid (\d+)/.exec(await ask(sandbox, "who"))?.[1] ?? assert.fail("no service");

before(() => {
	execFileSync("make", ["-C", FOLDER, "-s", "build/service-double"], { stdio: "inherit" });
	mounted = mkdtempSync(join(tmpdir(), "sandglass-service-"));
	image.build();
});
after(() => {
	image.remove();
	rmSync(mounted, { recursive: true });
});

describe("a sandbox's service (PROTOCOL.md A10)", () => {
	let sandbox: TestSandbox;
	before(async () => {
		sandbox = await image.ready(withService());
	});
	after(async () => {
		await sandbox[Symbol.asyncDispose]();
	});

	it("runs under an identity of its own, with what it listens on, what it prints to, and nothing else", async () => {
		assert.match(await ask(sandbox, "who"), /^uid 1001 gid 1001 pid (\d+) session \1 descriptors 4 groups 0$/m);
		const pid = await pidOf(sandbox);
		const status = (await sandbox.shell(`busybox grep -E '^(Cap|NoNewPrivs)' /proc/${pid}/status`)).stdout.toString();
		assert.match(status, /NoNewPrivs:\t1/);
		assert.deepEqual(
			[...status.matchAll(/^Cap\w+:\t(\w+)$/gm)].map(([, set]) => Number(`0x${set}`)),
			[0, 0, 0, 0, 0],
		);
	});

	it("outlives steps and RESETs, while everything of the program is killed (A7, A8)", async () => {
		const pid = await pidOf(sandbox);
		const first = await ask(sandbox, "count");
		await sandbox.probe("leave-grandchild", "keeping");
		const left = (await sandbox.shell("busybox ps -o pid,comm | busybox grep -c probe")).stdout.toString();
		assert.equal(left, "0\n");
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		assert.equal(await pidOf(sandbox), pid);
		assert.equal(Number(await ask(sandbox, "count")), Number(first) + 1);
	});

	it("ends a fork bomb and spares the service (ATTACKS 1)", async () => {
		const bomb = await sandbox.shell("f() { f & f & }; f; wait; busybox sleep 9", { totalWallMs: 1_000 });
		assert.equal(bomb.exit.cause, Cause.TotalWall);
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		await sandbox.shell("busybox sleep 9 & busybox setsid busybox sleep 9 & echo gone");
		const names = (await sandbox.shell("busybox ps -o user,comm")).stdout.toString().trim().split("\n").slice(1);
		assert.deepEqual(
			names.map((line) => line.trim().split(/\s+/)),
			[
				["0", "sandglass-agent"],
				["1001", "service"],
				["1000", "busybox"],
			],
		);
	});

	it("lends the program one connection and what the service prints, as descriptors 3 and 4", async () => {
		assert.equal((await sandbox.probe("list-descriptors")).stdout.toString(), "0 1 2 3 4 ");
		assert.equal((await sandbox.shell(`${say("print")}; busybox head -n 1 <&4`)).stdout.toString(), "done\nprinted\n");
	});

	it("forgets what was printed and not read when a step ends", async () => {
		assert.equal(await ask(sandbox, "print"), "done\n");
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		const seen = await sandbox.shell(`${say("print")}; busybox head -n 2 <&4`);
		assert.equal(seen.stdout.toString(), "done\nprinted\nhead: standard input: Resource temporarily unavailable\n".split("head")[0]);
	});

	it("cannot be killed, read or traced by the program (ATTACKS 16)", async () => {
		await using unfiltered = await image.ready([...withService(), "--security-opt", "seccomp=unconfined"]);
		const pid = await pidOf(unfiltered);
		const attempts = [
			`kill -9 ${pid}`,
			`kill -STOP ${pid}`,
			...["environ", "mem", "maps", "fd/3", "exe"].map((it) => `cat /proc/${pid}/${it}`),
		];
		for (const attempt of [...attempts, `ls /proc/${pid}/fd`, `busybox ls /proc/${pid}/cwd/`]) {
			const result = await unfiltered.shell(`busybox ${attempt.replace(/^busybox /, "")} 2>&1 >/dev/null; echo $?`);
			assert.match(result.stdout.toString(), /(Operation not permitted|Permission denied)[\s\S]*\n1\n$/, attempt);
		}
		await unfiltered.shell("kill -9 -1");
		assert.equal((await unfiltered.reset()).type, FrameType.Ready);
		assert.equal(await pidOf(unfiltered), pid);
	});

	it("control: a process of the same uid can be killed and read", () => {
		const script = "busybox sleep 9 & cat /proc/$!/environ >/dev/null && ls /proc/$!/fd >/dev/null && kill -9 $! && echo done";
		assert.equal(
			image.runWithoutAgent(
				["--user", "1000:1000"],
				["sh", "-c", script.replaceAll("cat ", "busybox cat ").replaceAll("ls ", "busybox ls ")],
			),
			"done\n",
		);
	});

	it("listens where nobody but the agent can connect, and a name taken in its place is not the agent's", async () => {
		const place = (await sandbox.shell("busybox grep sandglass /proc/net/unix")).stdout.toString();
		assert.match(place, / \/tmp\/\.sandglass-service$/m, "the socket is there");
		assert.equal((await sandbox.shell("ls -A /tmp")).stdout.toString(), "", "its name is not");
		const pid = await pidOf(sandbox);
		await sandbox.shell("busybox nc -lU /tmp/.sandglass-service & busybox touch /tmp/.sandglass-service");
		assert.equal(await pidOf(sandbox), pid);
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
	});
});

describe("a service that fails", () => {
	it("is started anew before READY when it died", async () => {
		await using sandbox = await image.ready(withService());
		const pid = await pidOf(sandbox);
		await ask(sandbox, "die");
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		assert.notEqual(await pidOf(sandbox), pid);
		assert.equal(await ask(sandbox, "count"), "1\n");
	});

	it("that works on for a program that ended is started anew before READY", async () => {
		await using sandbox = await image.ready(withService());
		const pid = await pidOf(sandbox);
		assert.equal((await sandbox.shell("printf 'spin\\n' >&3")).exit.value, 0);
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		assert.notEqual(await pidOf(sandbox), pid);
	});

	for (const [limit, cause] of [
		[{ cpuMs: 300 }, Cause.Cpu],
		[{ totalWallMs: 400 }, Cause.TotalWall],
		[{ idleWallMs: 400 }, Cause.IdleWall],
	] as const)
		it(`that spins for a program is ended with it: ${Object.keys(limit)[0]}`, async () => {
			await using sandbox = await image.ready(withService());
			const pid = await pidOf(sandbox);
			const ended = await sandbox.shell(say("spin"), limit);
			assert.equal(ended.exit.cause, cause);
			assert.ok(ended.exit.cpuUs >= (cause === Cause.Cpu ? 250_000 : 10_000), `its time counts: ${ended.exit.cpuUs}`);
			assert.equal((await sandbox.shell(`busybox test ! -d /proc/${pid}; echo $?`)).stdout.toString(), "0\n", "it is dead with EXIT");
			assert.equal((await sandbox.reset()).type, FrameType.Ready);
			assert.notEqual(await pidOf(sandbox), pid);
		});

	it("that spins for a program is ended with it: KILL", async () => {
		await using sandbox = await image.ready(withService());
		const pid = await pidOf(sandbox);
		sandbox.send(encodeStep({ argv: ["/bin/busybox", "sh", "-c", `echo begun; ${say("spin")}`] }));
		await sandbox.untilOutput("begun");
		sandbox.send(encodeFrame(FrameType.Kill));
		assert.equal((await sandbox.finish()).exit.cause, Cause.Killed);
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		assert.notEqual(await pidOf(sandbox), pid);
	});

	it("that takes all memory for a program ends as out of memory, and the next one has a new one (ATTACKS 2)", async () => {
		await using sandbox = await image.ready(withService());
		const ended = await sandbox.shell(`${say("memory")}; exit 70`);
		assert.deepEqual([ended.exit.cause, ended.exit.oomKills > 0], [Cause.OutOfMemory, true]);
		assert.equal((await sandbox.reset()).type, FrameType.Ready);
		assert.equal(await ask(sandbox, "count"), "1\n");
	});

	it("to start is told in place of READY", async () => {
		await using sandbox = image.start(withService("mute"));
		const frame = await sandbox.next();
		assert.equal(frame.type, FrameType.Fault);
		assert.match(frame.payload.toString(), /the service does not start/);
	});

	it("that anybody could have written is not started", async () => {
		const options = withService();
		execFileSync("chmod", ["666", options[1]?.split(":")[0] ?? ""]);
		await using sandbox = image.start(options);
		assert.equal((await sandbox.next()).type, FrameType.Fault);
	});
});
