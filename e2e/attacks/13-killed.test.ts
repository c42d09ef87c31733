import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { startSandglass, waitUntil } from "../server-process.ts";
import { SessionClient } from "../session-client.ts";
import { straightRemains } from "../straight-sandboxes.ts";
import { closeAll, fillWithRuns, killHard, restartTimeoutMs, roomForRuns, runCount, waitUntilGone, withServer } from "./alive-runs.ts";
import { assertRunsAgain, waitUntilDead } from "./arena.ts";

/**
 * Row 13: kill -9 of one process after the other, with many runs alive. The clients are told, nothing of the dead one's is left, and the
 * same sessions, or new ones of the same pages, run again.
 */

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
	const server = await startSandglass({ env: roomForRuns });
	const alive = await fillWithRuns(server);
	const { main, gateway, runner } = server.pids();
	for (const pid of [runner, gateway, main]) killHard(pid);
	for (const client of alive.clients) await client.closed;
	// The control: without a start nobody removes them. Their programs are dead all the same, for their agents' input has ended.
	assert.ok((await server.containers()).length >= runCount);
	await waitUntilDead(alive.marker, restartTimeoutMs);
	const next = await startSandglass({ env: { ...roomForRuns, SANDGLASS_INSTANCE: server.instance } });
	await waitUntilGone(next, alive.containers);
	await next.stop();
});

test("ATTACKS.md 13: abandoned by their main process and their terminal, gateway and runner end by themselves and take every sandbox along", async () => {
	const server = await startSandglass({ env: { ...roomForRuns, LOG_LEVEL: "info" } });
	const alive = await fillWithRuns(server);
	const { gateway, runner } = server.pids();
	assert.ok(gateway !== undefined && runner !== undefined);
	server.abandon();
	await waitUntil(() => !existsSync(`/proc/${gateway}`) && !existsSync(`/proc/${runner}`), "both have ended", restartTimeoutMs);
	await waitUntilDead(alive.marker, restartTimeoutMs);
	assert.deepEqual(await server.containers(), []);
	assert.deepEqual(straightRemains(server.straight), []);
});

test("a terminal that is hung up stops the server in order, as Ctrl-C does", async () => {
	const server = await startSandglass({ env: roomForRuns });
	const alive = await fillWithRuns(server);
	await server.stop("SIGHUP");
	await waitUntilDead(alive.marker, restartTimeoutMs);
});
