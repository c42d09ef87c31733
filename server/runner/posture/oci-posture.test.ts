import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { HostConfig } from "dockerode";
import type { PostureReport } from "../../../protocol/posture.ts";
import type { ServerTierId } from "../../../protocol/tiers.ts";
import type { OciDriver } from "../drivers/oci/oci-driver.ts";
import type { Shapes } from "../drivers/shapes.ts";
import { type Offered, offer } from "../testing/rig.ts";
import { noOciRuntime, ociDriver } from "../testing/straight.ts";
import { assessWeakened, filterAllowing, offerTier, type Weakening } from "./testing/weakened.ts";

/**
 * The posture of containers that are made without an engine, against the same golden files as the engine's. One wall less at a time must be named, or the
 * container is not made at all: what the straight way does not understand it refuses.
 */

const skip = noOciRuntime("crun");
const drivers: OciDriver[] = [];
let bash: Offered;

before(async () => {
	const [offered] = await offer("bash");
	assert.ok(offered);
	bash = offered;
});
after(() => Promise.all(drivers.map((driver) => driver.close())));

function assess(weaken?: Weakening, profile?: string, runtime: "crun" | "runc" = "crun"): Promise<PostureReport> {
	return assessTierStraight("container", bash, weaken, profile, runtime);
}

function assessTierStraight(
	tier: ServerTierId,
	offered: Offered,
	weaken?: Weakening,
	profile?: string,
	runtime: "crun" | "runc" = "crun",
): Promise<PostureReport> {
	const make = (shapes: Shapes): OciDriver => {
		const driver = ociDriver(`oci-posture-${process.pid}`, shapes, runtime);
		drivers.push(driver);
		return driver;
	};
	return assessWeakened(tier, offered, weaken, profile, make);
}

for (const runtime of ["crun", "runc"] as const) {
	test(`a container by ${runtime}, without an engine, has every wall that an engine's has`, { skip: noOciRuntime(runtime) }, async () => {
		const report = await assess(undefined, undefined, runtime);
		assert.deepEqual([report.problem, report.differences], [null, []]);
		assert.equal(report.verdict, "passed");
		assert.ok(report.attacks.length > 50);
		assert.ok(report.attacks.every((attack) => attack.outcome === "held"));
	});
}

test("and one wall more: root in it is nobody on the machine", { skip }, async () => {
	const report = await assess();
	const namespaces = report.facts["engine.namespaces"];
	assert.ok(Array.isArray(namespaces) && namespaces.includes("user own"), JSON.stringify(namespaces));
	assert.ok(!JSON.stringify(report.facts["namespaces.initial"]).includes("user"));
});

test("the filter that an engine applies and the one that the runtime is handed let the same system calls through", { skip }, async () => {
	const [straight, engines] = await Promise.all([assess(), assessWeakened("container", bash)]);
	for (const path of ["syscalls.reachable", "sockets.open", "engine.seccomp.allows", "syscalls.entry.int80", "syscalls.entry.x32"])
		assert.deepEqual(straight.facts[path], engines.facts[path], path);
});

for (const [tier, language] of [
	["deno", "javascript"],
	["wasm", "c"],
] as const) {
	test(`the tier ${tier} passes without an engine too`, { skip }, async () => {
		const report = await assessTierStraight(tier, await offerTier(language, tier));
		assert.deepEqual([report.problem, report.differences], [null, []]);
	});
}

const named: readonly [name: string, paths: readonly string[], weaken: Weakening][] = [
	[
		"a capability left on, which the agent hides",
		["engine.capabilitiesAdded"],
		(host: HostConfig) => ({ CapAdd: [...(host.CapAdd ?? []), "SYS_ADMIN"] }),
	],
	[
		"a workspace without a cap on files",
		["engine.tmpfs", "mounts.table", "limits.measured.workspaceFiles", "attacks.04-files-workspace"],
		(host: HostConfig) => ({
			Tmpfs: { ...host.Tmpfs, "/workspace": "rw,nosuid,nodev,exec,size=16777216,nr_inodes=0,mode=0755,uid=1000,gid=1000" },
		}),
	],
	["many more processes than asked for", ["engine.processes", "limits.measured.processes"], () => ({ PidsLimit: 4_000 })],
];

for (const [name, paths, weaken] of named) {
	test(`a container without an engine is caught with ${name}`, { skip }, async () => {
		const report = await assess(weaken);
		assert.equal(report.verdict, "failed");
		const found = report.differences.map((it) => it.path);
		for (const path of paths) assert.ok(found.includes(path), `${path} is not among: ${found.join(", ")} (${report.problem})`);
	});
}

test("a container without an engine is caught with a filter that lets unshare and mount through", { skip }, async () => {
	const report = await assess(undefined, filterAllowing("unshare", "mount"));
	const found = report.differences.map((it) => it.path);
	for (const path of ["engine.seccomp.allows", "syscalls.reachable"]) assert.ok(found.includes(path), found.join(", "));
});

const refused: readonly [name: string, weaken: Weakening][] = [
	["every right", () => ({ Privileged: true })],
	["a folder of the host", () => ({ Binds: ["/etc:/host-etc:ro"] })],
	["a device", () => ({ Devices: [{ PathOnHost: "/dev/fuse", PathInContainer: "/dev/fuse", CgroupPermissions: "rwm" }] })],
	["a root that can be written", () => ({ ReadonlyRootfs: false })],
	["no limit on processes", () => ({ PidsLimit: 0 })],
	["no limit on memory", () => ({ Memory: 0, MemorySwap: 0 })],
	["no filter on system calls", () => ({ SecurityOpt: ["no-new-privileges", "seccomp=unconfined"] })],
	["masks taken off the kernel's files", () => ({ MaskedPaths: [] })],
	["the host's name space of names", () => ({ UTSMode: "host" })],
	["the host's network", () => ({ NetworkMode: "host" })],
	["a setting of the kernel's", () => ({ Sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" } })],
];

for (const [name, weaken] of refused) {
	test(`a container without an engine is not made with ${name}`, { skip }, async () => {
		const report = await assess(weaken);
		assert.equal(report.verdict, "failed");
		assert.match(report.problem ?? "", /could not be made/);
	});
}
