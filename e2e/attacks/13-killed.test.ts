import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
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
		const left = new Set(await server.containers());
		return !ids.some((id) => left.has(id));
	};
	await waitUntil(areGone, "every container of before is removed", restartTimeoutMs);
}

function killHard(pid: number | undefined): void {
	assert.ok(pid !== undefined && pid > 1, "the process to kill is not there");
	process.kill(pid, "SIGKILL");
}

/** The private engine's daemon, when `server` was started on one. */
function privateEnginePid(): number | undefined {
	const path = join(process.env.SANDGLASS_RUN_DIR ?? "/run/sandglass", "engine.pid");
	return existsSync(path) ? Number(readFileSync(path, "utf8")) : undefined;
}

async function withServer(work: (server: ServerProcess) => Promise<void>): Promise<void> {
	const server = await startSandglass();
	try {
		await work(server);
	} finally {
		await server.stop();
	}
}

test("ATTACKS.md 13: after kill -9 of the runner every reader is told, its sandboxes are reaped, and the sessions run again", async () => {
	await withServer(async (server) => {
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
	await withServer(async (server) => {
		const port = new URL(server.url).port;
		const alive = await fillWithRuns(server);
		killHard(server.pids().gateway);
		for (const client of alive.clients) assert.equal((await client.closed).code, 1006);
		await waitUntilDead(alive.marker, restartTimeoutMs);
		await server.waitForLanguages(["python"], restartTimeoutMs);
		assert.equal(new URL(server.url).port, port);
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

test("ATTACKS.md 13: after kill -9 of the private engine every reader is told, it comes back, and nothing of before is left", {
	skip: process.env.DOCKER_HOST !== undefined && "DOCKER_HOST is set: that engine is somebody else's",
}, async () => {
	await withServer(async (server) => {
		const alive = await fillWithRuns(server);
		const killed = privateEnginePid();
		killHard(killed);
		for (const run of alive.runs) assert.equal((await run.exit).outcome.kind, "lost");
		await waitUntil(() => privateEnginePid() !== undefined && privateEnginePid() !== killed, "a new engine", restartTimeoutMs * 2);
		await server.waitForLanguages(["python"], restartTimeoutMs * 2);
		await waitUntilGone(server, alive.containers);
		await waitUntilDead(alive.marker, restartTimeoutMs);
		for (const client of alive.clients.slice(0, 3)) await assertRunsAgain(client);
		await closeAll(alive);
	});
});
