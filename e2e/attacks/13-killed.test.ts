import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { type ServerProcess, startSandglass, waitUntil } from "../server-process.ts";
import { SessionClient } from "../session-client.ts";
import type { SessionRun } from "../session-run.ts";
import { assertRunsAgain, findProcesses, waitUntilDead } from "./arena.ts";

/**
 * Row 13: kill -9 of one process after the other, with many runs alive. The clients are told, nothing of the dead one's is left, and the
 * same sessions, or new ones of the same pages, run again.
 */

const runCount = Number(process.env.SANDGLASS_TEST_KILLED_RUNS ?? 12);
const restartTimeoutMs = 30_000;

interface Alive {
	readonly clients: readonly SessionClient[];
	readonly runs: readonly SessionRun[];
	/** In the command line of every process of these runs. */
	readonly marker: string;
	readonly containers: readonly string[];
}

/** Opens sessions of as many visitors, each with a program that waits for input. */
async function fillWithRuns(server: ServerProcess): Promise<Alive> {
	const marker = `alive-${randomBytes(6).toString("hex")}`;
	const clients = await Promise.all(Array.from({ length: runCount }, () => SessionClient.connect({ url: server.url })));
	const runs = clients.map((client) =>
		client.run({ language: "python", files: [{ name: "main.py", content: "input('ready')" }], arguments: [marker] }),
	);
	await Promise.all(runs.map((run) => run.waitForOutput("ready")));
	assert.ok(findProcesses(marker).length >= runCount);
	return { clients, runs, marker, containers: await server.containers() };
}

async function closeAll({ clients }: Alive): Promise<void> {
	await Promise.all(clients.map((client) => client.close()));
}

async function waitUntilGone(server: ServerProcess, ids: readonly string[]): Promise<void> {
	const areGone = async (): Promise<boolean> => {
		// While the engine is down nobody can say.
		const left = await server.containers().catch(() => null);
		return left !== null && !ids.some((id) => left.includes(id));
	};
	await waitUntil(areGone, "every container of before is removed", restartTimeoutMs);
}

function killHard(pid: number | undefined): void {
	assert.ok(pid !== undefined && pid > 1, "the process to kill is not there");
	process.kill(pid, "SIGKILL");
}

/**
 * A folder for an engine of this test's own. Never a default: the engine of the machine is shared, and killing it ends other people's
 * containers. Without this folder the engine's test is skipped, whatever else is set or forgotten.
 */
const ownEngineDir = process.env.SANDGLASS_TEST_OWN_ENGINE_DIR;

/** The daemon of the engine in that folder and of no other; undefined while there is none. */
function ownEnginePid(dir: string): number | undefined {
	const path = join(dir, "run/engine.pid");
	const pid = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
	const commandLine = Number.isInteger(pid) && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
	return commandLine.split("\0").includes(`--data-root=${join(dir, "state/engine")}`) ? pid : undefined;
}

/** A port that is free now; a gateway that is started again must come back to the very address that its pages know. */
async function freePort(): Promise<string> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	assert.ok(address !== null && typeof address === "object");
	return String(address.port);
}

async function withServer(env: Readonly<Record<string, string>>, work: (server: ServerProcess) => Promise<void>): Promise<void> {
	const server = await startSandglass({ env: { PORT: await freePort(), ...env } });
	try {
		await work(server);
	} finally {
		await server.stop();
	}
}

test("ATTACKS.md 13: after kill -9 of the runner every reader is told, its sandboxes are reaped, and the sessions run again", async () => {
	await withServer({}, async (server) => {
		const alive = await fillWithRuns(server);
		const killed = server.pids().runner;
		killHard(killed);
		for (const run of alive.runs) {
			const { outcome, sentence } = await run.exit;
			assert.equal(outcome.kind, "lost");
			assert.match(sentence, /Nothing you wrote is gone|nothing you wrote is gone/);
		}
		await waitUntilDead(alive.marker, restartTimeoutMs);
		await server.waitForLanguages(["python"], restartTimeoutMs);
		assert.notEqual(server.pids().runner, killed);
		await waitUntilGone(server, alive.containers);
		for (const client of alive.clients.slice(0, 3)) await assertRunsAgain(client);
		await closeAll(alive);
	});
});

test("ATTACKS.md 13: after kill -9 of the gateway its sandboxes die, and its pages reconnect to a new one that says the run is over", async () => {
	await withServer({}, async (server) => {
		const alive = await fillWithRuns(server);
		killHard(server.pids().gateway);
		for (const client of alive.clients) assert.equal((await client.closed).code, 1006);
		await waitUntilDead(alive.marker, restartTimeoutMs);
		await server.waitForLanguages(["python"], restartTimeoutMs);
		for (const client of alive.clients) assert.equal((await client.reconnect()).isResumed, false);
		await assertRunsAgain(await SessionClient.connect({ url: server.url }));
		await closeAll(alive);
	});
});

test("ATTACKS.md 13: after kill -9 of all three processes at once the next start reaps what they left", async () => {
	const server = await startSandglass();
	const alive = await fillWithRuns(server);
	const { main, gateway, runner } = server.pids();
	for (const pid of [runner, gateway, main]) killHard(pid);
	for (const client of alive.clients) await client.closed;
	// The control: without a start nobody removes them. Their programs are dead all the same, for their agents' input has ended.
	assert.ok((await server.containers()).length >= runCount);
	await waitUntilDead(alive.marker, restartTimeoutMs);
	const next = await startSandglass({ env: { SANDGLASS_INSTANCE: server.instance } });
	await waitUntilGone(next, alive.containers);
	await next.stop();
});

test("ATTACKS.md 13: after kill -9 of its private engine every reader is told, it comes back, and nothing of before is left", {
	skip: ownEngineDir === undefined && "SANDGLASS_TEST_OWN_ENGINE_DIR names no folder for an engine that may be killed",
}, async () => {
	assert.ok(ownEngineDir !== undefined);
	// An empty DOCKER_HOST is an unset one: the server starts the engine of its own folders.
	const own = { DOCKER_HOST: "", SANDGLASS_STATE_DIR: join(ownEngineDir, "state"), SANDGLASS_RUN_DIR: join(ownEngineDir, "run") };
	await withServer(own, async (server) => {
		const alive = await fillWithRuns(server);
		const killed = ownEnginePid(ownEngineDir);
		killHard(killed);
		for (const run of alive.runs) assert.equal((await run.exit).outcome.kind, "lost");
		const isBack = (): boolean => ![undefined, killed].includes(ownEnginePid(ownEngineDir));
		await waitUntil(isBack, "a new engine", restartTimeoutMs * 2);
		await waitUntilGone(server, alive.containers);
		await waitUntilDead(alive.marker, restartTimeoutMs);
		await server.waitForLanguages(["python"], restartTimeoutMs);
		for (const client of alive.clients.slice(0, 3)) await assertRunsAgain(client);
		await closeAll(alive);
	});
});
