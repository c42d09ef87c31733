import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { after, test } from "node:test";
import { seccompProfile } from "../../testing/rig.ts";
import { firstProcessOf, noOciRuntime, ociDriver, straightSandboxesOf } from "../../testing/straight.ts";
import { contractSpec, testDriver } from "../contract.ts";
import { tierShapes } from "../shapes.ts";
import type { OciDriver } from "./oci-driver.ts";

/** Every driver's contract, kept by the OCI runtimes of this machine without an engine in between. */

const drivers: OciDriver[] = [];
after(() => Promise.all(drivers.map((driver) => driver.close())));

for (const runtime of ["crun", "runc"] as const) {
	const skip = noOciRuntime(runtime);
	if (skip !== false) {
		test(`oci by ${runtime}: not tried, for ${skip}`, { skip }, () => undefined);
		continue;
	}
	testDriver(`oci by ${runtime}`, {
		driver(instance) {
			const driver = ociDriver(`${runtime}-${instance}`, tierShapes(seccompProfile()), runtime);
			drivers.push(driver);
			return driver;
		},
		spec: () => contractSpec("container"),
		count: async (instance) => straightSandboxesOf(`${runtime}-${instance}`).length,
		hasQueues: false,
	});
}

test("oci: every sandbox has user ids of its own, which are nobody's on this machine and no neighbour's", {
	skip: noOciRuntime("crun"),
}, async () => {
	const instance = `ids-${process.pid}`;
	const driver = ociDriver(instance, tierShapes(seccompProfile()));
	drivers.push(driver);
	const sandboxes = await Promise.all([1, 2].map(async () => driver.create(await contractSpec("container"))));
	const owners = sandboxes.map(({ id }) => {
		const status = readFileSync(`/proc/${firstProcessOf(instance, id)}/status`, "utf8");
		return Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]);
	});
	await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()));
	assert.ok(
		owners.every((uid) => uid >= 0x7000_0000),
		JSON.stringify(owners),
	);
	assert.notEqual(owners[0], owners[1]);
});

test("oci by crun: its program file, which a container's first process starts from, cannot be written to", {
	skip: noOciRuntime("crun"),
}, async () => {
	const instance = `guard-${process.pid}`;
	const driver = ociDriver(instance, tierShapes(seccompProfile()));
	drivers.push(driver);
	const sandbox = await driver.create(await contractSpec("container"));
	try {
		const status = readFileSync(`/proc/${firstProcessOf(instance, sandbox.id)}/status`, "utf8");
		const runtimePid = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
		assert.match(readFileSync(`/proc/${runtimePid}/cmdline`, "utf8"), new RegExp(`crun.*${sandbox.id}`));
		const program = readlinkSync(`/proc/${runtimePid}/exe`);
		const mounts = readFileSync(`/proc/${runtimePid}/mountinfo`, "utf8").split("\n");
		const [mount, ...others] = mounts.map((line) => line.split(" ")).filter(([, , , , place]) => place === program);
		assert.match(mount?.[5] ?? `${program} is no mount of its own`, /^ro\b/);
		assert.deepEqual(others, []);
	} finally {
		await sandbox.destroy();
	}
});
