import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("testing/stubborn-child.ts", import.meta.url));
const forEverMs = 3_600_000;

async function startChild(context: TestContext, closeMs: number, endMs: number): Promise<ChildProcess> {
	const child = fork(program, [String(closeMs), String(endMs)], { execArgv: ["--import", "tsx"], silent: true });
	context.after(() => child.kill("SIGKILL"));
	child.send({ type: "start", config: {} });
	await once(child, "message");
	return child;
}

test("a child whose supervisor and whose reader are gone closes and ends, though what it prints reaches nobody", async (context) => {
	const child = await startChild(context, 200, forEverMs);
	for (const stream of [child.stdout, child.stderr]) stream?.destroy();
	const ended = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
	child.disconnect();
	assert.deepEqual(await ended, [0, null]);
});

test("a child that cannot close ends all the same when its time is up", async (context) => {
	const child = await startChild(context, forEverMs, 300);
	const ended = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
	child.disconnect();
	assert.deepEqual(await ended, [1, null]);
});

test("a terminal that is hung up is the supervisor's business", async (context) => {
	const child = await startChild(context, 0, forEverMs);
	child.kill("SIGHUP");
	const ended = once(child, "exit", { signal: AbortSignal.timeout(15_000) });
	child.send({ type: "stop" });
	assert.deepEqual(await ended, [0, null]);
});
