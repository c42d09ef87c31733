import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { clearEngineRemains } from "./engine-remains.ts";

/** With groups of this machine's own, in any tree that has the engine's: of cgroup v1 one of several, of v2 the only one. */
const tree = existsSync("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
const skip = process.getuid?.() !== 0 && "control groups are root's to make";

const newId = (): string => randomBytes(32).toString("hex");

/** An engine's folders, where it keeps a record of these containers. */
function engineOf(context: TestContext, containers: readonly string[]): { dataRoot: string; execRoot: string } {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-engine-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const places = { dataRoot: join(folder, "data"), execRoot: join(folder, "exec") };
	for (const id of containers) mkdirSync(join(places.dataRoot, "containers", id), { recursive: true });
	return places;
}

function makeGroup(context: TestContext, id: string): string {
	const group = join(tree, "docker", id);
	const hadParent = existsSync(join(tree, "docker"));
	mkdirSync(group, { recursive: true });
	context.after(() => {
		if (existsSync(group)) rmdirSync(group);
		if (!hadParent && !readdirSync(join(tree, "docker"), { withFileTypes: true }).some((entry) => entry.isDirectory()))
			rmdirSync(join(tree, "docker"));
	});
	return group;
}

test("the empty control group of a container that a dead engine knew is removed, another's is not", { skip }, async (context) => {
	const [own, foreign] = [newId(), newId()];
	const places = engineOf(context, [own]);
	const [ownGroup, foreignGroup] = [makeGroup(context, own), makeGroup(context, foreign)];
	await clearEngineRemains(places);
	assert.equal(existsSync(ownGroup), false);
	assert.equal(existsSync(foreignGroup), true);
});

test("a container that the dead engine had only begun to make is known by its pipes", { skip }, async (context) => {
	const id = newId();
	const places = engineOf(context, []);
	mkdirSync(join(places.execRoot, "containerd", id), { recursive: true });
	const group = makeGroup(context, id);
	await clearEngineRemains(places);
	assert.equal(existsSync(group), false);
});

test("a group that a process lives in stays, and so does the process", { skip }, async (context) => {
	const id = newId();
	const places = engineOf(context, [id]);
	const inside = spawn("sleep", ["60"]);
	const ended = once(inside, "exit");
	// Before the group is taken away: hooks run in the order in which they were given.
	context.after(async () => {
		inside.kill("SIGKILL");
		await ended;
	});
	const group = makeGroup(context, id);
	writeFileSync(join(group, "cgroup.procs"), String(inside.pid));
	await clearEngineRemains(places);
	assert.equal(existsSync(group), true);
	assert.equal(inside.exitCode ?? inside.signalCode, null);
});

test("folders of an engine that never ran are no reason to fail", async () => {
	await clearEngineRemains({ dataRoot: "/nowhere/data", execRoot: "/nowhere/exec" });
});
