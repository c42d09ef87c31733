import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { PostureReport } from "../../../protocol/posture.ts";
import { readConfig } from "../../config.ts";
import { DockerDriver } from "../drivers/docker.ts";
import type { SandboxDriver } from "../drivers/driver.ts";
import { tierShapes } from "../drivers/shapes.ts";
import { engine, type Offered, offer, seccompProfile } from "../testing/rig.ts";
import { assessTier } from "./assess.ts";
import { assessWeakened, filterAllowing, goldenDir, type Weakening } from "./testing/weakened.ts";

/** One wall less at a time, in real containers: the posture must name it. The control is the first test: with every wall there, it passes. */

let bash: Offered;

before(async () => {
	const [offered] = await offer("bash");
	assert.ok(offered);
	bash = offered;
});

function assertNamed(report: PostureReport, paths: readonly string[]): void {
	assert.equal(report.verdict, "failed");
	const named = report.differences.map((it) => it.path);
	for (const path of paths) assert.ok(named.includes(path), `${path} is not among: ${named.join(", ")} (${report.problem})`);
}

test("a container with every wall passes, and says what it costs", async () => {
	const report = await assessWeakened("container", bash);
	assert.deepEqual([report.problem, report.differences], [null, []]);
	assert.equal(report.verdict, "passed");
	assert.ok(report.attacks.length > 50);
	assert.ok(report.attacks.every((attack) => attack.outcome === "held"));
	assert.ok(report.figures.startMs !== null && report.figures.warmMs !== null && report.figures.idleMemoryBytes !== null);
});

const weakenings: readonly [name: string, paths: readonly string[], weaken: Weakening][] = [
	[
		"a capability left on, which the agent hides",
		["engine.capabilitiesAdded"],
		(host) => ({ CapAdd: [...(host.CapAdd ?? []), "SYS_ADMIN"] }),
	],
	["every capability, by a privileged container", ["engine.isPrivileged", "devices.nodes", "mounts.table"], () => ({ Privileged: true })],
	["a folder of the host", ["engine.binds", "engine.mounts", "mounts.table"], () => ({ Binds: ["/etc:/host-etc:ro"] })],
	[
		"a folder of the host, as a volume that hides what it is",
		["engine.mounts", "engine.mountSources", "mounts.table"],
		() => {
			const VolumeOptions = {
				NoCopy: true,
				Labels: {},
				DriverConfig: { Name: "local", Options: { type: "none", o: "bind", device: "/etc" } },
			};
			return { Mounts: [{ Type: "volume", Source: "", Target: "/host-etc", VolumeOptions }] };
		},
	],
	[
		"the folder of the engine's socket",
		["engine.binds", "engine.mounts", "mounts.table"],
		() => ({ Binds: ["/run/sandglass:/run/sandglass"] }),
	],
	[
		"a device, which the agent takes out of /dev",
		["engine.devices"],
		() => ({ Devices: [{ PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" }] }),
	],
	["a root that can be written", ["engine.isRootReadOnly", "mounts.isRootReadOnly", "mounts.table"], () => ({ ReadonlyRootfs: false })],
	["no limit on processes", ["engine.processes", "limits.measured.processes", "attacks.01-fork-bomb"], () => ({ PidsLimit: 0 })],
	["no limit on memory", ["engine.memoryBytes", "attacks.02-memory"], () => ({ Memory: 0, MemorySwap: 0 })],
	[
		"a workspace without a cap on files",
		["engine.tmpfs", "mounts.table", "limits.measured.workspaceFiles", "attacks.04-files-workspace"],
		(host) => ({ Tmpfs: { ...host.Tmpfs, "/workspace": "rw,nosuid,nodev,exec,size=16777216,nr_inodes=0,mode=0755,uid=1000,gid=1000" } }),
	],
	["masks taken off the kernel's files", ["engine.maskedPaths"], () => ({ MaskedPaths: [] })],
	[
		"no filter on system calls",
		["engine.seccomp.default", "identity.seccompMode", "syscalls.reachable"],
		() => ({ SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] }),
	],
	["the host's name space of names", ["engine.namespaces"], () => ({ UTSMode: "host" })],
	["a setting of the kernel's", ["engine.kernelSettings"], () => ({ Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" } })],
];

for (const [name, paths, weaken] of weakenings) {
	test(`a container is caught with ${name}`, async () => {
		assertNamed(await assessWeakened("container", bash, weaken), paths);
	});
}

const openedRules: readonly [calls: readonly string[], paths: readonly string[]][] = [
	[
		["unshare", "mount"],
		["engine.seccomp.allows", "syscalls.reachable", "attacks.20-user-namespace"],
	],
	[
		["keyctl", "add_key", "request_key"],
		["syscalls.reachable", "attacks.21-keyring"],
	],
	[["socket"], ["engine.seccomp.allows", "sockets.open", "attacks.19-socket-families"]],
	[
		["bpf", "perf_event_open", "userfaultfd"],
		["engine.seccomp.allows", "syscalls.reachable", "attacks.21-userfaultfd"],
	],
	[["io_uring_setup"], ["syscalls.reachable", "attacks.21-io-uring"]],
	[["ptrace"], ["engine.seccomp.allows", "syscalls.reachable"]],
	[["ioctl"], ["engine.seccomp.allows"]],
];

for (const [calls, paths] of openedRules) {
	test(`a container is caught with a filter that lets ${calls.join(", ")} through`, async () => {
		assertNamed(await assessWeakened("container", bash, undefined, filterAllowing(...calls)), paths);
	});
}

test("a container whose agent is not its first process has no posture, and that is no pass", async () => {
	const report = await assessWeakened("container", bash, () => ({ PidMode: "host" }));
	assert.equal(report.verdict, "failed");
	assert.match(report.problem ?? "", /could not be made/);
});

test("a verdict does not wait for an engine that is slow to remove what was looked at, and its removal is told of", async () => {
	const driver = new DockerDriver(
		engine,
		`posture-test-slow-${process.pid}`,
		tierShapes(seccompProfile(), { container: { name: undefined } }),
	);
	let release = (): void => undefined;
	const isReleased = new Promise<void>((resolve) => {
		release = resolve;
	});
	let removed = 0;
	const slow: SandboxDriver = {
		name: driver.name,
		ping: (timeoutMs) => driver.ping(timeoutMs),
		reap: () => driver.reap(),
		prepare: () => driver.prepare(),
		close: () => driver.close(),
		async create(spec) {
			const sandbox = await driver.create(spec);
			const destroy = async (): Promise<void> => {
				await isReleased;
				await sandbox.destroy();
				removed++;
			};
			return { ...sandbox, destroy };
		},
	};
	const lingering: Promise<unknown>[] = [];
	const { toolchain, image } = bash;
	assert.ok(image);
	const onLingering = (removal: Promise<unknown>): void => void lingering.push(removal);
	const report = await assessTier(
		slow,
		{ tier: "container", toolchain, image },
		{ settings: readConfig({}, goldenDir), goldenDir, onLingering },
	);
	assert.equal(report.verdict, "passed");
	assert.deepEqual([lingering.length, removed], [1, 0]);
	release();
	await Promise.all(lingering);
	assert.equal(removed, 2);
});

test("an image that is not there has no posture, and that is no pass", async () => {
	const report = await assessWeakened("container", { ...bash, image: "sandglass-posture-test/missing:none" });
	assert.equal(report.verdict, "failed");
	assert.match(report.problem ?? "", /could not be made/);
});
