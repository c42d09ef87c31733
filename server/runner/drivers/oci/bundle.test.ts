import assert from "node:assert/strict";
import { test } from "node:test";
import type Docker from "dockerode";
import { seccompProfile } from "../../testing/rig.ts";
import { containerOptions } from "../docker-container.ts";
import { gvisorOptions } from "../gvisor-container.ts";
import { type BundlePlace, bundleOf, ShapeUnknown } from "./bundle.ts";
import { IdRanges } from "./id-ranges.ts";
import { ociSeccomp } from "./seccomp.ts";

const spec = {
	tier: "container" as const,
	image: "image",
	label: "label",
	memoryBytes: 134_217_728,
	processes: 64,
	cpuCores: 0.5,
	workspaceBytes: 4_194_304,
	workspaceInodes: 512,
	openFiles: 256,
};
const place: BundlePlace = {
	rootPath: "/root-of-it",
	entrypoint: ["/sandglass-agent"],
	environment: ["PATH=/bin"],
	cgroupsPath: "/sandglass/x/1",
	cgroupControllers: null,
	limitsSwap: true,
	ids: { first: 0x7000_0000, size: 65_536 },
	appArmorProfile: "docker-default",
};
const shape = (): Docker.ContainerCreateOptions => containerOptions(spec, "name", "x", seccompProfile());

test("every wall of a container's shape is in its bundle", () => {
	const bundle = bundleOf(shape(), place);
	const capabilities = ["CAP_KILL", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID"];
	assert.deepEqual(bundle.process.capabilities, { bounding: capabilities, effective: capabilities, permitted: capabilities });
	assert.equal(bundle.process.noNewPrivileges, true);
	assert.equal(bundle.process.apparmorProfile, "docker-default");
	assert.equal(bundle.root.readonly, true);
	assert.deepEqual(bundle.linux.namespaces.map(({ type }) => type).sort(), ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"]);
	assert.deepEqual(bundle.linux.uidMappings, [{ containerID: 0, hostID: 0x7000_0000, size: 65_536 }]);
	const resources = JSON.parse(JSON.stringify(bundle.linux.resources));
	assert.deepEqual(resources.memory, { limit: spec.memoryBytes, swap: spec.memoryBytes });
	assert.deepEqual(resources.pids, { limit: 64 });
	assert.deepEqual(resources.cpu, { quota: 50_000, period: 100_000 });
	assert.deepEqual(resources.devices[0], { allow: false, access: "rwm" });
	for (const path of ["/workspace", "/tmp", "/dev/shm"]) {
		const mount = bundle.mounts.find((it) => it.destination === path);
		for (const word of ["nosuid", "nodev"]) assert.ok(mount?.options.includes(word), `${path} ${word}`);
		assert.ok(mount?.options.some((it) => /^nr_inodes=[1-9]/.test(it)));
	}
	assert.equal(bundle.mounts.filter((it) => it.type === "bind").length, 0);
});

test("a kernel of cgroup v1 shows a sandbox its own groups, read-only, and nothing that can be written", () => {
	const bundle = bundleOf(shape(), { ...place, cgroupControllers: ["memory", "pids"] });
	const groups = bundle.mounts.filter((it) => it.destination.startsWith("/sys/fs/cgroup"));
	assert.deepEqual(
		groups.map((it) => [it.destination, it.source, it.options.includes("ro") || it.options.includes("mode=555")]),
		[
			["/sys/fs/cgroup", "tmpfs", true],
			["/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/sandglass/x/1", true],
			["/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids/sandglass/x/1", true],
		],
	);
});

const unknown: readonly [name: string, change: (options: Docker.ContainerCreateOptions) => void][] = [
	["a field that nobody has heard of", (it) => Object.assign(it.HostConfig ?? {}, { Novelty: true })],
	["one of the container's that nobody has heard of", (it) => Object.assign(it, { Novelty: "x" })],
	["another network", (it) => Object.assign(it.HostConfig ?? {}, { NetworkMode: "bridge" })],
	["some capabilities kept", (it) => Object.assign(it.HostConfig ?? {}, { CapDrop: ["NET_RAW"] })],
	["an option of security that nobody has heard of", (it) => it.HostConfig?.SecurityOpt?.push("novelty")],
	["no filter", (it) => Object.assign(it.HostConfig ?? {}, { SecurityOpt: ["no-new-privileges"] })],
	["no limit on processes", (it) => Object.assign(it.HostConfig ?? {}, { PidsLimit: 0 })],
	["no limit on memory", (it) => Object.assign(it.HostConfig ?? {}, { Memory: 0, MemorySwap: 0 })],
	["swap", (it) => Object.assign(it.HostConfig ?? {}, { MemorySwap: -1 })],
	["no word on the network", (it) => delete it.HostConfig?.NetworkMode],
	["a user by name", (it) => Object.assign(it, { User: "root" })],
	["a terminal of its own", (it) => Object.assign(it, { Tty: true })],
];

for (const [name, change] of unknown) {
	test(`a shape with ${name} is refused, not translated in part`, () => {
		const options = shape();
		change(options);
		assert.throws(() => bundleOf(options, place), ShapeUnknown);
	});
}

test("gVisor's shape, whose files are volumes of the engine's, is refused", () => {
	assert.throws(() => bundleOf(gvisorOptions(spec, "name", "x", seccompProfile(), "runsc"), place), ShapeUnknown);
});

test("a filter's rules keep their order, actions, error numbers and conditions, and one in an unknown form is refused", () => {
	const profile = JSON.parse(seccompProfile());
	const converted = ociSeccomp(seccompProfile(), "x64");
	assert.equal(converted.defaultAction, "SCMP_ACT_ERRNO");
	assert.deepEqual(converted.architectures, ["SCMP_ARCH_X86_64"]);
	assert.deepEqual(
		converted.syscalls.map(({ names, action, errnoRet, args }) => [names, action, errnoRet ?? null, args ?? []]),
		profile.syscalls.map((rule: Record<string, unknown>) => [rule.names, rule.action, rule.errnoRet ?? null, rule.args ?? []]),
	);
	const [first, ...rest] = profile.syscalls;
	const conditional = JSON.stringify({ ...profile, syscalls: [{ ...first, includes: { caps: ["CAP_SYS_ADMIN"] } }, ...rest] });
	assert.throws(() => ociSeccomp(conditional, "x64"));
	assert.throws(() => ociSeccomp(seccompProfile(), "ia32"), /says nothing of ia32/);
});

test("no two sandboxes that live have an id in common, and a range is given again only when it was given back", () => {
	const ranges = new IdRanges(4_090);
	const taken = Array.from({ length: 4_094 }, () => ranges.take());
	assert.equal(new Set(taken.map(({ first }) => first)).size, 4_094);
	assert.ok(taken.every(({ first, size }) => first >= 0x7000_0000 && first + size <= 0x8000_0000));
	assert.throws(() => ranges.take(), /every range/);
	const [one] = taken;
	one?.release();
	one?.release();
	assert.equal(ranges.take().first, one?.first);
	assert.throws(() => ranges.take(), /every range/);
});
