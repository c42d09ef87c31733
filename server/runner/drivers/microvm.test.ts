import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { ensureMicrovmImages, monitorSeccompPath } from "../../../setup/microvm-images.ts";
import { containersOf, engine, offer, seccompProfile } from "../testing/rig.ts";
import { runOnce, testDriver } from "./contract.ts";
import { DockerDriver } from "./docker.ts";
import type { SandboxSpec } from "./driver.ts";
import { microvmContainer } from "./microvm-shape.ts";
import { tierShapes } from "./shapes.ts";

const MiB = 1_048_576;
const monitorProfile = readFileSync(monitorSeccompPath, "utf8");
const instance = `microvm-${process.pid}`;

const driver = (of: string): DockerDriver =>
	new DockerDriver(engine, of, {
		...tierShapes(seccompProfile()),
		microvm: (spec, name, owner) => microvmContainer(spec, name, owner, monitorProfile),
	});

let microvm: SandboxSpec;
let container: SandboxSpec;

before(async () => {
	const [python] = await offer("python");
	if (python === undefined) throw new Error("unreachable");
	const images = await ensureMicrovmImages({
		docker: engine,
		instance: "sandglass-runner-test",
		progress: (line) => void process.stderr.write(`${line}\n`),
		languages: [{ ...python, memoryBytes: 256 * MiB }],
	});
	container = {
		tier: "container",
		image: python.image,
		label: "python@contract",
		memoryBytes: 128 * MiB,
		processes: 64,
		cpuCores: 1,
		workspaceBytes: 4 * MiB,
		workspaceInodes: 512,
		openFiles: 256,
	};
	microvm = { ...container, tier: "microvm", image: images[python.toolchain.key] ?? assert.fail("no image") };
});

testDriver("microvm", { driver, spec: async () => microvm, count: async (of) => (await containersOf(of)).length });

const inGuest = (program: string, change: Partial<SandboxSpec> = {}): Promise<string> =>
	runOnce(driver(instance), { ...microvm, ...change }, program);

test("microvm: two clones of one saved machine have nothing random in common, and the right time (ATTACKS.md 32)", async () => {
	const program = `
import os, random, time, uuid
print(open("/proc/sys/kernel/random/uuid").read().strip(), os.urandom(16).hex(), os.getrandom(16).hex(), open("/dev/random", "rb").read(16).hex())
print(uuid.uuid4(), random.getrandbits(128), id(object()), hash("a"), time.time())
`;
	const startedAtS = Date.now() / 1000;
	const words = (await Promise.all([inGuest(program), inGuest(program)])).map((output) => output.trim().split(/\s+/));
	const [first = [], second = []] = words.map((it) => it.slice(0, -1));
	assert.equal(first.length, 8);
	assert.deepEqual(
		first.filter((word) => second.includes(word)),
		[],
	);
	for (const timeS of words.map((it) => Number(it.at(-1))))
		assert.ok(timeS > startedAtS - 0.5 && timeS < Date.now() / 1000 + 0.5, `${timeS}`);
});

test("microvm: the kernel is the guest's, and its system calls answer as in a container (ATTACKS.md 19 to 21)", async () => {
	const program = `
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
calls = {"ptrace": 101, "mount": 165, "reboot": 169, "init_module": 175, "clock_settime": 227, "kexec_load": 246, "keyctl": 250, "unshare": 272,
  "perf_event_open": 298, "setns": 308, "seccomp": 317, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "open_tree": 428, "clone3": 435,
  "landlock_create_ruleset": 444, "newest": 1000, "shmget": 29, "mq_open": 240, "setxattr": 188}
for name, number in calls.items():
    ctypes.set_errno(0)
    print(name, libc.syscall(number, -1, 0, 0, 0, 0, 0), ctypes.get_errno())
for family in range(46):
    ctypes.set_errno(0)
    file = libc.socket(family, 1, 0)
    print("socket", family, file >= 0, ctypes.get_errno())
    if file >= 0: os.close(file)
`;
	assert.equal(await inGuest(program), await runOnce(driver(instance), container, program));
	const release = "import os\nprint(os.uname().release)";
	assert.notEqual(await inGuest(release), await runOnce(driver(instance), container, release));
});

test("microvm: a sandbox that the saved machine has no room for does not start", async () => {
	await assert.rejects(inGuest("print('up')", { memoryBytes: 512 * MiB }), /the stream ended/);
	assert.deepEqual(await containersOf(instance), []);
});

test("microvm: an image that is no saved machine's is refused", async () => {
	await assert.rejects(inGuest("print('up')", { image: container.image }), /not the image of a microVM/);
	assert.deepEqual(await containersOf(instance), []);
});

test("microvm: the monitor's filter is really on: a profile without its calls ends it before the agent (control)", async () => {
	const profile: unknown = JSON.parse(monitorProfile);
	assert.ok(typeof profile === "object" && profile !== null && "syscalls" in profile && Array.isArray(profile.syscalls));
	const narrower = JSON.stringify({ ...profile, syscalls: profile.syscalls.filter((it) => !JSON.stringify(it).includes('"madvise"')) });
	const weak = new DockerDriver(engine, instance, { microvm: (spec, name, owner) => microvmContainer(spec, name, owner, narrower) });
	await assert.rejects(runOnce(weak, microvm, "print('up')"));
});

test("microvm: a program that floods and one that is flooded lose no byte", async () => {
	const program = "import sys\nfor i in range(10000): sys.stdout.write('0123456789')\n";
	assert.equal(await inGuest(program.replace("10000", "9999")), "0123456789".repeat(9_999));
});
