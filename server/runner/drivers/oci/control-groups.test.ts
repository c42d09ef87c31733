import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { containersOf, engine, seccompProfile } from "../../testing/rig.ts";
import { firstProcessOf, groupDriver, groupTree, noOciRuntime, ociDriver } from "../../testing/straight.ts";
import { contractSpec } from "../contract.ts";
import { DockerDriver } from "../docker.ts";
import { tierShapes } from "../shapes.ts";
import { ownGroupParent } from "./group-parent.ts";
import type { OciDriver } from "./oci-driver.ts";

/** Where sandboxes' control groups stand, and whose they are. */

const shapes = tierShapes(seccompProfile());
const skip = noOciRuntime("crun");
const drivers: OciDriver[] = [];
after(() => Promise.all(drivers.map((driver) => driver.close())));

function makeDriver(instance: string, groupParent?: string): OciDriver {
	const driver = ociDriver(instance, shapes, "crun", groupParent);
	drivers.push(driver);
	return driver;
}

/** Of the hierarchy that shares the processors, or of cgroup v2's only one. */
function processorGroupOf(pid: number): string {
	const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
	const line = lines.find((it) => it.split(":")[1]?.split(",").includes("cpu")) ?? lines.find((it) => it.startsWith("0::"));
	return line?.split(":")[2] ?? "";
}

test("the kernel shares the processors by sandbox, not by the way in which one was made: beside the engine's containers", {
	skip: skip || (groupDriver !== "cgroupfs" && "systemd keeps the engine's groups here"),
}, async () => {
	const instance = `beside-${process.pid}`;
	const spec = await contractSpec("container");
	const straight = await makeDriver(instance).create(spec);
	const byEngine = await new DockerDriver(engine, instance, shapes).create(spec);
	try {
		const [name = ""] = await containersOf(instance);
		const ours = processorGroupOf(firstProcessOf(instance, straight.id));
		const engines = processorGroupOf((await engine.getContainer(name.slice(1)).inspect()).State.Pid);
		assert.notEqual(ours, engines);
		assert.equal(dirname(ours), dirname(engines));
	} finally {
		await Promise.all([straight.destroy(), byEngine.destroy()]);
	}
});

test("where systemd keeps the engine's groups, ours have a parent of their own, which goes with the last of them; the limits are the same", {
	skip,
}, async () => {
	const instance = `own-parent-${process.pid}`;
	const usual = `usual-parent-${process.pid}`;
	const spec = await contractSpec("container");
	const place = join(groupTree(), ownGroupParent(instance));
	const sandbox = await makeDriver(instance, ownGroupParent(instance)).create(spec);
	const other = await makeDriver(usual).create(spec);
	try {
		assert.ok(existsSync(join(place, sandbox.id)));
		const [{ facts }, { facts: usualFacts }] = await Promise.all([sandbox.describe(), other.describe()]);
		assert.equal(facts["engine.controlGroupParent"], "");
		for (const limit of ["engine.memoryBytes", "engine.memoryAndSwapBytes", "engine.processes", "engine.cpuCores"]) {
			assert.ok(Number(facts[limit]) > 0, limit);
			assert.equal(facts[limit], usualFacts[limit], limit);
		}
	} finally {
		await Promise.all([sandbox.destroy(), other.destroy()]);
	}
	assert.equal(existsSync(place), false);
});

test("below a parent that others have too, an instance reaps nothing of one whose name begins with its own", { skip }, async () => {
	const instance = `reap-${process.pid}`;
	const neighbour = await makeDriver(`${instance}-0123456789abcdef`).create(await contractSpec("container"));
	try {
		assert.equal(await makeDriver(instance).reap(), 0);
		assert.equal(neighbour.stream.destroyed, false);
		assert.ok(firstProcessOf(`${instance}-0123456789abcdef`, neighbour.id) > 0);
	} finally {
		await neighbour.destroy();
	}
});
