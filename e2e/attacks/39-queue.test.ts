import assert from "node:assert/strict";
import { test } from "node:test";
import type { SessionClient } from "../session-client.ts";
import { Arena, pythonRun } from "./arena.ts";

/** Row 39 on the real product: one visitor queues a thousand runs, and another's wait stays what it was. */

const runsOfGreedy = 1_000;
const capacity = 2;
const plenty = "100000";
const arena = new Arena({
	env: {
		SANDGLASS_MAX_LEASES: String(capacity),
		SANDGLASS_POOL_CEILING: "2",
		SANDGLASS_QUEUE_LENGTH: "2000",
		SANDGLASS_VISITOR_SESSIONS: "2000",
		SANDGLASS_VISITOR_RUNS_PER_MINUTE: plenty,
		SANDGLASS_VISITOR_SECONDS_PER_HOUR: plenty,
		SANDGLASS_ADDRESS_SESSIONS: "2000",
		SANDGLASS_ADDRESS_CONNECTIONS: "2000",
	},
});

const brief = { ...pythonRun("print('done')"), tier: "container" };

test("ATTACKS.md 39: a visitor's 1,000 queued runs put no more before another's run than one queued run does", {
	timeout: 240_000,
}, async () => {
	const first = await arena.connect();
	const visitorToken = first.welcome.visitorToken;
	const greedy: SessionClient[] = [first];
	// The control: with the places taken and one run of his waiting, another has that one before her.
	const holders = await Promise.all(Array.from({ length: capacity }, () => arena.connect()));
	const held = holders.map((client) => client.run({ ...pythonRun("input('held')"), tier: "container", limits: { idleWallMs: 60_000 } }));
	await Promise.all(held.map((run) => run.waitForOutput("held")));
	first.run(brief);
	const before = await arena.connect();
	const waitingBefore = before.run(brief);
	await waitingBefore.waitFor(() => waitingBefore.queued.length > 0, "a place in the queue");
	assert.equal(waitingBefore.queued[0], 1);
	await before.close();

	for (let at = 1; at < runsOfGreedy; at += 50) {
		const count = Math.min(50, runsOfGreedy - at);
		greedy.push(...(await Promise.all(Array.from({ length: count }, () => arena.connect({ visitorToken })))));
	}
	const runs = greedy.slice(1).map((client) => client.run(brief));
	await runs.at(-1)?.waitFor(() => (runs.at(-1)?.queued.length ?? 0) > 0, "the last of the thousand in the queue");
	const modest = await arena.connect();
	const run = modest.run(brief);
	await run.waitFor(() => run.queued.length > 0, "a place in the queue");
	assert.equal(run.queued[0], 1, "one of his is before hers, not a thousand");
	for (const it of held) it.eof();
	assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
	const served = runs.filter((it) => it.isOver).length;
	assert.ok(served < 20, `${served} of his runs came before hers`);
	await Promise.all([...greedy, ...holders, modest].map((client) => client.close()));
});
