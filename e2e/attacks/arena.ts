import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ServerProcess, type StartOptions, startSandglass, waitUntil } from "../server-process.ts";
import { type ConnectOptions, type RunInput, SessionClient } from "../session-client.ts";
import type { RunExit, SessionRun } from "../session-run.ts";

/**
 * One real server for the attacks of a file, and a neighbour: another visitor's session that types and must get its echo all the while.
 */

export const programsDir = fileURLToPath(new URL("programs", import.meta.url));

/** Longest time between a neighbour's key and its echo. Far above what is normal: it tells "disturbed" from "slow machine". */
const echoTimeoutMs = 5_000;
/** A brisk typist. */
const keyIntervalMs = 60;
/** Comes before every start of the programs below; `{file}` alone would need them to be called main.py. */
const entry = "main.py";

const echo = `
import sys
for line in sys.stdin:
    print("heard " + line, end="", flush=True)
`;

export function readProgram(name: string): string {
	return readFileSync(join(programsDir, name), "utf8");
}

/** The run of a file in programs/: it enters the sandbox under the entry's name, with what it imports beside it. */
export function programRun(name: string, args: readonly (string | number)[] = []): RunInput {
	const content = readProgram(name);
	const files = [{ name: entry, content }];
	if (content.includes("from probing import")) files.push({ name: "probing.py", content: readProgram("probing.py") });
	return { language: "python", files, arguments: args.map(String), mode: "pipes" };
}

/** Ids, on this machine, of living processes whose command line holds `marker`. */
export function findProcesses(marker: string): number[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^[0-9]+$/.test(name)) return [];
		try {
			return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(marker) ? [Number(name)] : [];
		} catch {
			return [];
		}
	});
}

export interface AttackResult {
	readonly run: SessionRun;
	readonly exit: RunExit;
}

export interface AttackPlan {
	readonly run: RunInput;
	/** What else happens while the program runs. */
	readonly during?: (run: SessionRun) => Promise<void>;
}

export class Arena {
	#server: ServerProcess | undefined;

	/** Starts the server before the tests of this file and proves after them that it leaves nothing. */
	constructor(options: StartOptions = {}) {
		before(async () => {
			this.#server = await startSandglass(options);
		});
		after(async () => {
			await this.#server?.stop();
		});
	}

	get server(): ServerProcess {
		if (this.#server === undefined) throw new Error("The server has not started.");
		return this.#server;
	}

	/** A new visitor. */
	connect(options: Partial<ConnectOptions> = {}): Promise<SessionClient> {
		return SessionClient.connect({ url: this.server.url, ...options });
	}

	/** Runs `work` while the neighbour types; fails when the neighbour has to wait or its program ends. */
	async besideNeighbour<T>(work: () => Promise<T>): Promise<T> {
		const neighbour = await this.connect();
		const typing = new AbortController();
		try {
			const run = neighbour.run({ language: "python", files: [{ name: entry, content: echo }], mode: "pty" });
			await run.waitForStart();
			const keys = typeUntil(run, typing.signal);
			const [worked, typed] = await Promise.allSettled([work().finally(() => typing.abort()), keys]);
			if (typed.status === "rejected") throw new Error("The neighbour was disturbed.", { cause: typed.reason });
			if (worked.status === "rejected") throw worked.reason;
			run.eof();
			assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
			return worked.value;
		} finally {
			await neighbour.close();
		}
	}

	/** One attack by the rules of ATTACKS.md: others type on undisturbed, and the attacked session runs again afterwards. */
	async attack(plan: AttackPlan): Promise<AttackResult> {
		const attacker = await this.connect();
		try {
			return await this.besideNeighbour(async () => {
				const run = attacker.run(plan.run);
				await plan.during?.(run);
				const exit = await run.exit;
				await assertRunsAgain(attacker);
				return { run, exit };
			});
		} finally {
			await attacker.close();
		}
	}
}

export async function assertRunsAgain(client: SessionClient): Promise<void> {
	const run = client.run({ language: "python", files: [{ name: entry, content: 'print("runs again")' }], mode: "pipes" });
	assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 }, run.text);
	assert.equal(run.text, "runs again\n");
}

async function typeUntil(run: SessionRun, signal: AbortSignal): Promise<void> {
	do {
		const word = randomBytes(4).toString("hex");
		run.type(`${word}\r`);
		await run.waitForOutput(`heard ${word}`, { timeoutMs: echoTimeoutMs });
		await pause(keyIntervalMs);
	} while (!signal.aborted);
}

/** Waits until no process with that marker is left on this machine. */
export async function waitUntilDead(marker: string, timeoutMs: number): Promise<void> {
	await waitUntil(() => findProcesses(marker).length === 0, `no process named ${marker}`, timeoutMs);
}

/** `name = value` lines as a map. */
export function readReport(text: string): Map<string, string> {
	const lines = text.split("\n").flatMap((line) => {
		const at = line.indexOf(" = ");
		return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 3).trim()] as const];
	});
	return new Map(lines);
}
