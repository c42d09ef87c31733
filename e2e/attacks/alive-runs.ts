import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { type ServerProcess, startSandglass, waitUntil } from "../server-process.ts";
import { SessionClient } from "../session-client.ts";
import type { SessionRun } from "../session-run.ts";
import { findProcesses } from "./arena.ts";

/** Many runs that are alive at once, for the tests that kill what carries them (row 13). */

export const runCount = Number(process.env.SANDGLASS_TEST_KILLED_RUNS ?? 50);
export const restartTimeoutMs = 60_000;

/** Settings under which so many runs of one address live at once. */
export const roomForRuns = { SANDGLASS_MAX_LEASES: String(runCount + 8), SANDGLASS_ADDRESS_SESSIONS: String(runCount + 8) };

export interface Alive {
	readonly clients: readonly SessionClient[];
	readonly runs: readonly SessionRun[];
	/** In the command line of every process of these runs. */
	readonly marker: string;
	readonly containers: readonly string[];
}

/** Opens sessions of as many visitors, each with a program that waits for input. */
export async function fillWithRuns(server: ServerProcess): Promise<Alive> {
	const marker = `alive-${randomBytes(6).toString("hex")}`;
	const clients = await Promise.all(Array.from({ length: runCount }, () => SessionClient.connect({ url: server.url })));
	const runs = clients.map((client) =>
		client.run({ language: "python", files: [{ name: "main.py", content: "input('ready')" }], arguments: [marker] }),
	);
	await Promise.all(runs.map((run) => run.waitForOutput("ready")));
	assert.ok(findProcesses(marker).length >= runCount);
	return { clients, runs, marker, containers: await server.containers() };
}

export async function closeAll({ clients }: Alive): Promise<void> {
	await Promise.all(clients.map((client) => client.close()));
}

export async function waitUntilGone(server: ServerProcess, ids: readonly string[]): Promise<void> {
	const areGone = async (): Promise<boolean> => {
		// While the engine is down nobody can say.
		const left = await server.containers().catch(() => null);
		return left !== null && !ids.some((id) => left.includes(id));
	};
	await waitUntil(areGone, "every container of before is removed", restartTimeoutMs);
}

export function killHard(pid: number | undefined): void {
	assert.ok(pid !== undefined && pid > 1, "the process to kill is not there");
	process.kill(pid, "SIGKILL");
}

export async function withServer(env: Readonly<Record<string, string>>, work: (server: ServerProcess) => Promise<void>): Promise<void> {
	const server = await startSandglass({ env: { ...roomForRuns, ...env } });
	try {
		await work(server);
	} finally {
		await server.stop();
	}
}
