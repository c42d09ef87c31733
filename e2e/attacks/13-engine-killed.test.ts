import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Health } from "../../protocol/api.ts";
import { type ServerProcess, waitUntil } from "../server-process.ts";
import { type Alive, closeAll, fillWithRuns, killHard, restartTimeoutMs, waitUntilGone, withServer } from "./alive-runs.ts";
import { assertRunsAgain, waitUntilDead } from "./arena.ts";

/**
 * Row 13, the engine's part. It kills an engine only when it is told which: `npm test` names the private engine's run folder in
 * SANDGLASS_TEST_KILL_ENGINE_OF when no other server is registered with it. Whatever else is set or forgotten, nothing is killed.
 */

const engineRunDir = process.env.SANDGLASS_TEST_KILL_ENGINE_OF;

/** The daemon whose socket is in that folder; undefined while there is none. */
function enginePid(runDir: string): number | undefined {
	const path = join(runDir, "engine.pid");
	const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
	const commandLine = Number.isInteger(pid) && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
	return commandLine.split("\0").includes(`--host=unix://${join(runDir, "engine.sock")}`) ? pid : undefined;
}

/** Control groups by these names where engines put them, in whatever tree. */
function groupsOf(ids: readonly string[]): string[] {
	const trees = ["", ...readdirSync("/sys/fs/cgroup")].map((tree) => join("/sys/fs/cgroup", tree, "docker"));
	return trees.flatMap((tree) => ids.map((id) => join(tree, id))).filter((group) => existsSync(group));
}

const skip = engineRunDir === undefined && "no private engine was named that nobody else uses";

/** `work` begins when the engine has been killed; `isBack` resolves when another one is there and the runner has said so. */
async function withEngineKilled(
	driver: "docker" | "auto",
	work: (server: ServerProcess, alive: Alive, isBack: Promise<void>) => Promise<void>,
): Promise<void> {
	assert.ok(engineRunDir !== undefined);
	// An empty DOCKER_HOST is an unset one: the server joins the private engine, and so is the one to start it again.
	await withServer({ DOCKER_HOST: "", SANDGLASS_RUN_DIR: engineRunDir, SANDGLASS_DRIVER: driver }, async (server) => {
		const alive = await fillWithRuns(server);
		const killed = enginePid(engineRunDir);
		killHard(killed);
		const isUp = async (): Promise<boolean> => {
			if ([undefined, killed].includes(enginePid(engineRunDir))) return false;
			const health: unknown = await (await fetch(new URL("/healthz", server.url))).json();
			return Health.parse(health).engine === "up";
		};
		await work(server, alive, waitUntil(isUp, "a new engine", restartTimeoutMs * 2));
	});
}

test("ATTACKS.md 13: after kill -9 of the private engine every reader of its sandboxes is told, it comes back, and nothing of before is left", {
	skip,
}, async () => {
	await withEngineKilled("docker", async (server, alive, isBack) => {
		for (const run of alive.runs) assert.equal((await run.exit).outcome.kind, "lost");
		await isBack;
		await waitUntilGone(server, alive.containers);
		await waitUntilDead(alive.marker, restartTimeoutMs);
		assert.deepEqual(groupsOf(alive.containers), []);
		await server.waitForLanguages(["python"], restartTimeoutMs);
		for (const client of alive.clients.slice(0, 3)) await assertRunsAgain(client);
		await closeAll(alive);
	});
});

test("ATTACKS.md 13: sandboxes made without the engine run on after its kill -9, and end as they would have", { skip }, async () => {
	await withEngineKilled("auto", async (server, alive, isBack) => {
		for (const run of alive.runs) {
			run.type("on\n");
			assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
		}
		await isBack;
		await server.waitForLanguages(["python"], restartTimeoutMs);
		for (const client of alive.clients.slice(0, 3)) await assertRunsAgain(client);
		await closeAll(alive);
		// What waits for a session's next run bears the words of its last one, and goes with the session.
		await waitUntilDead(alive.marker, restartTimeoutMs);
	});
});
