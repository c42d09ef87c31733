import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { ControlGroups } from "./control-groups.ts";
import { MachineGauge } from "./machine-gauge.ts";

const MiB = 1_048_576;

/** Files of control groups as the kernel would show them, in a folder of their own. */
function groupsOf(context: TestContext, ownGroups: string, files: Readonly<Record<string, string | number>>): ControlGroups {
	const root = mkdtempSync(join(tmpdir(), "groups-"));
	context.after(() => rmSync(root, { recursive: true }));
	for (const [path, text] of Object.entries({ ...files, own: ownGroups })) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), `${text}\n`);
	}
	return new ControlGroups({ root, ownGroups: join(root, "own") });
}

test("this machine is read as node reads it, and its cores are idle for some share", () => {
	const gauge = new MachineGauge();
	const first = gauge.read(0);
	assert.ok(first !== null && first.idleCores === null);
	assert.ok(first.totalBytes <= totalmem() && first.availableBytes <= first.totalBytes && first.availableBytes > freemem() / 4);
	assert.ok(first.cores >= 1 && first.freeTasks > 0 && first.freeTasks < first.maxTasks);
	let second = gauge.read(0);
	while (second?.idleCores === null) second = gauge.read(0);
	assert.ok(second !== null && second.idleCores !== null && second.idleCores >= 0 && second.idleCores <= second.cores);
});

test("a system without these files cannot be read, which is no failure", () => {
	assert.equal(new MachineGauge({ proc: "/nowhere" }).read(0), null);
});

test("version 2: the tightest group from the own one up to the top bounds, with the cache that it would give back", (context) => {
	const groups = groupsOf(context, "0::/shop/server", {
		"shop/server/memory.max": "max",
		"shop/memory.max": 1_000 * MiB,
		"shop/memory.current": 700 * MiB,
		"shop/memory.stat": `anon 5\ninactive_file ${50 * MiB}\nactive_file 7`,
		"memory.max": 9_000 * MiB,
		"memory.current": 0,
		"shop/server/pids.max": 100,
		"shop/server/pids.current": 30,
		"shop/cpu.max": "150000 100000",
		"shop/server/cpu.max": "max 100000",
	});
	assert.deepEqual(groups.read(0), { freeBytes: 350 * MiB, limitBytes: 1_000 * MiB, freeTasks: 70, cores: 1.5 });
});

test("version 1 and hybrid: each controller has a tree of its own", (context) => {
	const groups = groupsOf(context, "9:memory:/a\n5:cpu,cpuacct:/b\n8:pids:/\n0::/", {
		"memory/a/memory.limit_in_bytes": 500 * MiB,
		"memory/a/memory.usage_in_bytes": 100 * MiB,
		"memory/a/memory.stat": `inactive_file 3\ntotal_inactive_file ${10 * MiB}`,
		"memory/memory.limit_in_bytes": "9223372036854771712",
		"memory/memory.usage_in_bytes": 1,
		"cpu/b/cpu.cfs_quota_us": 50_000,
		"cpu/b/cpu.cfs_period_us": 100_000,
		"cpu/cpu.cfs_quota_us": -1,
		"cpu/cpu.cfs_period_us": 100_000,
		"unified/memory.max": "max",
	});
	assert.deepEqual(groups.read(0), { freeBytes: 410 * MiB, limitBytes: 500 * MiB, freeTasks: null, cores: 0.5 });
});

test("a group that is not to be seen from here bounds nothing", (context) => {
	const nothing = { freeBytes: null, limitBytes: null, freeTasks: null, cores: null };
	assert.deepEqual(groupsOf(context, "0::/../../elsewhere", {}).read(0), nothing);
	assert.deepEqual(new ControlGroups({ root: "/nowhere", ownGroups: "/nowhere/own" }).read(0), nothing);
});
