import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServerTierId } from "../../../protocol/tiers.ts";
import { AgentFrameReader, encodeFile, encodeStep } from "../agent-frames.ts";
import { offer } from "../testing/rig.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "./driver.ts";

/** What every driver must do, whatever its engine: one suite, run against each. */

export interface DriverUnderTest {
	/** A driver of that instance, as another process would make it. */
	driver(instance: string): SandboxDriver;
	/** A sandbox of Python with the real agent, under limits that are easy to reach. */
	spec(): Promise<SandboxSpec>;
	/** Who answers a program's system calls; default: Linux. gVisor's shows more of the agent and less of itself; each difference is said where it shows. */
	readonly kernel?: "linux" | "gvisor";
	/** Whether /dev/mqueue is mounted, as engines do. Default: on Linux. */
	readonly hasQueues?: boolean;
	/** How many sandboxes of the instance the engine knows, in whatever state. */
	count(instance: string): Promise<number>;
}

const instance = `contract-${process.pid}`;

/** Limits that are easy to reach. */
export async function contractSpec(tier: ServerTierId): Promise<SandboxSpec> {
	const [python] = await offer("python");
	if (python === undefined) throw new Error("unreachable");
	return {
		tier,
		image: python.image,
		label: "python@contract",
		memoryBytes: 134_217_728,
		processes: 64,
		cpuCores: 1,
		workspaceBytes: 4_194_304,
		workspaceInodes: 512,
		openFiles: 256,
	};
}

/** Runs a program to its end and resolves to what it printed. */
async function run(sandbox: Sandbox, program: string): Promise<string> {
	const reader = new AgentFrameReader();
	let output = "";
	let isStarted = false;
	const limits = { idleWallMs: 20_000, totalWallMs: 20_000, cpuMs: 20_000, outputBytes: 100_000 };
	for await (const chunk of sandbox.stream.iterator({ destroyOnReturn: false })) {
		for (const frame of reader.read(chunk)) {
			if (frame.type === "stdout" || frame.type === "stderr") output += frame.bytes.toString();
			if (frame.type === "exit") return output;
			if (frame.type === "ready" && !isStarted) {
				isStarted = true;
				sandbox.stream.write(encodeFile("main.py", program));
				sandbox.stream.write(encodeStep({ terminal: null, ...limits, argv: ["/usr/bin/python3", "main.py"], environment: {} }));
			}
		}
	}
	throw new Error(`the stream ended; so far: ${output}`);
}

/** A sandbox for one program. */
export async function runOnce(driver: SandboxDriver, spec: SandboxSpec, program: string): Promise<string> {
	const sandbox = await driver.create(spec);
	try {
		return await run(sandbox, program);
	} finally {
		await sandbox.destroy();
	}
}

async function ended(sandbox: Sandbox): Promise<void> {
	sandbox.stream.resume();
	if (!sandbox.stream.closed) await new Promise((resolve) => sandbox.stream.once("close", resolve));
}

export function testDriver(name: string, under: DriverUnderTest): void {
	const inSandbox = async (program: string, change: Partial<SandboxSpec> = {}): Promise<string> =>
		runOnce(under.driver(instance), { ...(await under.spec()), ...change }, program);

	test(`${name}: a sandbox is a byte stream to its agent; destroying it ends the stream and leaves nothing`, async () => {
		const sandbox = await under.driver(instance).create(await under.spec());
		assert.equal(await run(sandbox, "print('hello')"), "hello\n");
		assert.equal(await under.count(instance), 1);
		await Promise.all([ended(sandbox), sandbox.destroy(), sandbox.destroy()]);
		assert.equal(await under.count(instance), 0);
		await sandbox.destroy();
	});

	test(`${name}: when our end of the stream goes, the sandbox's processes end by themselves (PROTOCOL.md A9)`, async () => {
		const sandbox = await under.driver(instance).create(await under.spec());
		assert.equal(await run(sandbox, "print('up')"), "up\n");
		sandbox.stream.destroy();
		await ended(sandbox);
		await sandbox.destroy();
		assert.equal(await under.count(instance), 0);
	});

	test(`${name}: reap takes what another process of the instance left, and neither its own nor another instance's`, async () => {
		const earlier = await under.driver(instance).create(await under.spec());
		const foreign = await under.driver(`${instance}-other`).create(await under.spec());
		const driver = under.driver(instance);
		const own = await driver.create(await under.spec());
		assert.equal(await driver.reap(), 1);
		await ended(earlier);
		assert.equal(await run(own, "print('own')"), "own\n");
		assert.equal(await run(foreign, "print('foreign')"), "foreign\n");
		await Promise.all([own.destroy(), foreign.destroy()]);
		assert.equal((await under.count(instance)) + (await under.count(`${instance}-other`)), 0);
	});

	test(`${name}: what cannot be made rejects and leaves nothing`, async () => {
		await assert.rejects(under.driver(instance).create({ ...(await under.spec()), image: "sandglass-runner-test/missing:none" }));
		assert.equal(await under.count(instance), 0);
	});

	test(`${name}: the program has no capability, no way to get one, and a filter on its system calls (ATTACKS.md 26)`, async () => {
		const status = await inSandbox(`
import ctypes
libc = ctypes.CDLL(None)
print(open('/proc/self/status').read())
print("no_new_privs", libc.prctl(39, 0, 0, 0, 0), "ambient", [c for c in range(64) if libc.prctl(47, 1, c, 0, 0) == 1])
`);
		for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd"]) assert.match(status, new RegExp(`${set}:\\s+0+\\n`));
		assert.match(status, /no_new_privs 1 ambient \[\]\n/);
		assert.match(status, /Seccomp:\s+2\n/);
		assert.match(status, /Uid:\s+1000\s+1000\s+1000\s+1000\n/);
	});

	test(`${name}: every mount that can be written has a size and an inode cap, and none lies elsewhere (ATTACKS.md 3, 4)`, async () => {
		const program = `
import errno, os
places = ["/workspace", "/tmp", "/dev/shm"]
for root, dirs, files in os.walk("/"):
    if root.startswith(("/proc", "/sys")): dirs[:] = []; continue
    if os.access(root, os.W_OK) and not any(root.startswith(p) for p in places): print("writable", root)
for place in places:
    seen = set()
    try:
        with open(place + "/big", "wb") as f:
            while True: f.write(bytes(65536))
    except OSError as e: seen.add(errno.errorcode[e.errno])
    os.unlink(place + "/big")
    try:
        for i in range(100000): open(place + "/" + str(i), "w").close()
    except OSError as e: seen.add(errno.errorcode[e.errno])
    for name in os.listdir(place):
        if name.isdigit(): os.unlink(place + "/" + name)
    print(place, sorted(seen))
try:
    os.open("/dev/mqueue/q", os.O_CREAT | os.O_RDWR); print("queue")
except OSError as e: print("no queue")
`;
		const output = await inSandbox(program);
		assert.match(output, /\/workspace \['ENOSPC'\]\n\/tmp \['ENOSPC'\]\n\/dev\/shm \['ENOSPC'\]\nno queue\n/);
		assert.deepEqual(output.match(/writable .*/g) ?? [], (under.hasQueues ?? under.kernel !== "gvisor") ? ["writable /dev/mqueue"] : []);
	});

	test(`${name}: limits on processes and open files hold, there is no core file and no network but loopback (ATTACKS.md 1, 29)`, async () => {
		const program = `
import os, resource, socket
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_CORE))
count = 0
try:
    while True:
        if os.fork() == 0:
            import time; time.sleep(30)
        count += 1
except BlockingIOError: print("forks", count < 20)
print([line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line])
print(socket.gethostname())
`;
		assert.equal(await inSandbox(program, { processes: 20, openFiles: 64 }), "(64, 64) (0, 0)\nforks True\n['lo']\nsandbox\n");
	});

	test(`${name}: it sees itself as the root of its control groups, and nothing of the server (ATTACKS.md 22, 33)`, async () => {
		const program = `
import os
print({line.rstrip().split(":")[2] for line in open("/proc/self/cgroup")})
print(open("/proc/1/environ").read() if os.access("/proc/1/environ", os.R_OK) else "hidden")
print(sorted(os.environ), os.getcwd(), [p for p in os.listdir("/proc") if p.isdigit()] == ["1", str(os.getpid())])
for place in ("/proc/1/fd/0", "/proc/1/fd/1", "/proc/1/mem"):
    try: open(place, "rb").read(1); print("read", place)
    except PermissionError: pass
`;
		const output = await inSandbox(program);
		if (under.kernel !== "gvisor") assert.equal(output, "{'/'}\nhidden\n['LC_CTYPE'] /workspace True\n");
		else {
			/* gVisor names the control groups by the container's own number, and shows the agent's environment. */
			assert.match(output, /^\{'\/[0-9a-f]{64}'\}\n[A-Z_]+=[^\n]*\n\['LC_CTYPE'\] \/workspace True\n$/);
			const names = output
				.split("\n")[1]
				?.split("\0")
				.map((pair) => pair.split("=")[0]);
			assert.deepEqual(names?.filter((name) => name !== "").sort(), ["HOME", "HOSTNAME", "PATH", "SANDGLASS_MEMORY_BYTES"]);
		}
	});

	test(`${name}: memory beyond the limit is the kernel's to refuse, with no swap on top (ATTACKS.md 2)`, async () => {
		const output = await inSandbox("x = bytearray(120_000_000)\nx[::4096] = b'x' * len(x[::4096])\nprint('got it')", {
			memoryBytes: 67_108_864,
		});
		assert.equal(output, "");
	});

	test(`${name}: ping answers`, () => under.driver(instance).ping(5_000));
}
