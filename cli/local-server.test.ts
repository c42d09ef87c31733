import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { straightSandboxes } from "../e2e/straight-sandboxes.ts";
import { instanceLabel } from "../server/runner/drivers/docker-container.ts";
import { engine } from "../server/runner/testing/rig.ts";
import { startLocalServer } from "./local-server.ts";
import { ServerTrouble } from "./server-client.ts";

const packageDir = fileURLToPath(new URL("..", import.meta.url));
const instance = `test-${randomBytes(5).toString("hex")}`;

test("--local starts a server, runs the documents on it, and leaves no process and no sandbox behind", async (context) => {
	const dir = mkdtempSync(join(tmpdir(), "local-server-"));
	context.after(() => rmSync(dir, { recursive: true }));
	writeFileSync(join(dir, "guide.md"), "```python sandglass\nprint(6 * 7)\n```\n\n```output\n42\n```\n");
	const { GITHUB_ACTIONS: _, ...environment } = process.env;
	const env = { ...environment, SANDGLASS_INSTANCE: instance, SANDGLASS_TIERS: "container", SANDGLASS_POOL_SIZE: "0" };
	const command = join(packageDir, "cli/sandglass.mjs");
	const { status, stdout, stderr } = spawnSync(process.execPath, [command, "check", "*.md", "--local"], {
		cwd: dir,
		env,
		encoding: "utf8",
	});
	assert.deepEqual([status, stdout, stderr], [0, "1 blocks: 1 passed.\n", ""]);
	assert.deepEqual(await engine.listContainers({ all: true, filters: { label: [`${instanceLabel}=${instance}`] } }), []);
	assert.deepEqual(straightSandboxes({ runDir: process.env.SANDGLASS_RUN_DIR ?? "/run/sandglass", instance }), []);
	// Its processes are in a group of their own, which bears the instance's name in its environment.
	const left = spawnSync("grep", ["-lsz", `SANDGLASS_INSTANCE=${instance}`, "-r", "/proc", "--include=environ"], { encoding: "utf8" });
	assert.equal(left.stdout.split("\0").filter((line) => line.trim() !== "").length, 0, left.stdout);
});

test("a server that cannot start is told with its own words", async () => {
	const start = startLocalServer({
		packageDir,
		environment: { ...process.env, SANDGLASS_TIERS: "nonsense" },
		signal: new AbortController().signal,
		onProgress: () => undefined,
	});
	await assert.rejects(start, (error) => error instanceof ServerTrouble && /SANDGLASS_TIERS="nonsense"/.test(error.message));
});
