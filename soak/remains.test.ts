import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { instanceLabel } from "../server/runner/drivers/docker-container.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { findRemains } from "./remains.ts";

const skip = process.getuid?.() !== 0 && "only root can make what a server would leave";
const engine = connectEngine(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock");
/** Of cgroup v1 any tree that has every sandbox; of v2 the only one. */
const groupTree = existsSync("/sys/fs/cgroup/pids") ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";

test("one of each that a server could leave is found, and nothing once they are gone", { skip }, async (context) => {
	const instance = `remains-${process.pid}`;
	const folder = mkdtempSync(join(tmpdir(), "remains-"));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	const [runDir, stateDir, temporaryDir] = ["run", "state", "temporary"].map((name) => join(folder, name));
	assert.ok(runDir !== undefined && stateDir !== undefined && temporaryDir !== undefined);
	const server = { instance, engine, straight: { runDir, instance } };
	const find = () => findRemains({ server, runDir, stateDir, temporaryDir, sandboxes: new Set() });
	const nothing = { sandboxes: [], "control groups": [], mounts: [], "temporary files": [], processes: [] };
	assert.deepEqual(await find(), nothing);

	// The newest of the languages' own: other tests take theirs away.
	const images = (await engine.listImages()).filter(({ RepoTags }) => RepoTags?.some((tag) => tag.startsWith("sandglass/")));
	const [image] = images.sort((a, b) => b.Created - a.Created);
	assert.ok(image);
	const container = await engine.createContainer({ Image: image.Id, Cmd: ["/"], Labels: { [instanceLabel]: instance } });
	const group = join(groupTree, `${instance}-a`);
	mkdirSync(group);
	mkdirSync(join(temporaryDir, "mounted"), { recursive: true });
	assert.equal(spawnSync("mount", ["-t", "tmpfs", "tmpfs", join(temporaryDir, "mounted")]).status, 0);
	writeFileSync(join(temporaryDir, "left.txt"), "");
	mkdirSync(join(stateDir, "roots", `${"a".repeat(64)}.0.${instance}.draft`), { recursive: true });
	const child = spawn("sleep", ["60"], { env: { ...process.env, SANDGLASS_INSTANCE: instance }, stdio: "ignore" });
	const found = await find();
	const ended = new Promise((resolve) => child.once("exit", resolve));
	child.kill("SIGKILL");
	await ended;
	assert.equal(spawnSync("umount", [join(temporaryDir, "mounted")]).status, 0);
	rmdirSync(group);
	await container.remove({ force: true });
	rmSync(folder, { recursive: true });

	assert.deepEqual(found.sandboxes, [container.id]);
	assert.deepEqual(found["control groups"], [group]);
	assert.equal(found.mounts?.length, 1);
	assert.equal(found["temporary files"]?.length, 3);
	assert.deepEqual(found.processes, [`${child.pid} (sleep 60)`]);
	assert.deepEqual(await find(), nothing);
});
