import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { containersOf, engine, offer, seccompProfile, startRig } from "../testing/rig.ts";
import { contractSpec, runOnce, testDriver } from "./contract.ts";
import { DockerDriver } from "./docker.ts";
import { tierShapes } from "./shapes.ts";

testDriver("docker", {
	driver: (instance) => new DockerDriver(engine, instance, tierShapes(seccompProfile())),
	spec: () => contractSpec("container"),
	count: async (instance) => (await containersOf(instance)).length,
});

test("docker: without a system call filter that is an allow-list nothing starts (fail closed)", async () => {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-seccomp-"));
	const seccompPath = join(folder, "profile.json");
	const profiles = [
		null,
		"",
		"{}",
		'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{}]}',
		'{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[]}',
	];
	const offered = await offer("python");
	for (const profile of profiles) {
		if (profile !== null) writeFileSync(seccompPath, profile);
		await assert.rejects(startRig({ offered, seccompPath }), `${profile}`);
	}
	rmSync(folder, { recursive: true });
});

test("docker: the filter is really on: without it the same call is not refused with EPERM (control)", async () => {
	const weaker = JSON.stringify({ ...JSON.parse(seccompProfile()), defaultAction: "SCMP_ACT_ALLOW" });
	const attempt = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint(libc.unshare(0x10000000), ctypes.get_errno())";
	assert.equal(
		await runOnce(new DockerDriver(engine, "control", tierShapes(seccompProfile())), await contractSpec("container"), attempt),
		"-1 1\n",
	);
	assert.notEqual(
		await runOnce(new DockerDriver(engine, "control", tierShapes(weaker)), await contractSpec("container"), attempt),
		"-1 1\n",
	);
});
