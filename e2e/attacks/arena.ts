import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Health, healthPath } from "../../protocol/api.ts";
import { Catalogue, cataloguePath } from "../../protocol/catalogue.ts";
import { type ServerProcess, type StartOptions, startSandglass, waitUntil } from "../server-process.ts";
import { type ConnectOptions, type RunInput, SessionClient } from "../session-client.ts";
import type { RunExit, SessionRun } from "../session-run.ts";
import { type SandboxTier, scriptTiers } from "./tiers.ts";

/**
 * One real server for the attacks of a file, and a neighbour: another visitor's session that types and must get its echo all the while.
 */

export const projectDir = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const seccompProfile = readFileSync(join(projectDir, "sandbox-images/seccomp.json"), "utf8");
export const programsDir = fileURLToPath(new URL("programs", import.meta.url));

/** Longest time between a neighbour's key and its echo. Far above what is normal: it tells "disturbed" from "slow machine". */
const echoTimeoutMs = 5_000;
/** Images that are not built yet are built meanwhile. */
const tierTimeoutMs = 300_000;
/** A brisk typist. */
const keyIntervalMs = 60;
/** Some tiers start a program slowly, and a machine that emulates a processor runs it slowly; the server cuts these down to its own. */
export const patientLimits = { idleWallMs: 60_000 };
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

/** A few lines of Python. */
export function pythonRun(content: string, mode: "pty" | "pipes" = "pipes"): RunInput {
	return { language: "python", files: [{ name: entry, content }], mode };
}

/** The run of a program in programs/ in the language of a tier that has only one: `name` is without its ending. */
export function scriptRun(tier: SandboxTier, name: string, args: readonly (string | number)[] = []): RunInput {
	const ending = tier === "wasm" ? "c" : "js";
	const files = [{ name: `main.${ending}`, content: readProgram(`${name}.${ending}`) }];
	return { language: tier === "wasm" ? "c" : "javascript", tier, files, arguments: args.map(String), mode: "pipes" };
}

const isScriptTier = (tier: SandboxTier): boolean => scriptTiers.some((it) => it === tier);

/** The shortest program of a tier. */
export function greetingRun(tier: SandboxTier, greeting: string): RunInput {
	const content =
		tier === "wasm"
			? `#include <stdio.h>\nint main(void) { puts("${greeting}"); return 0; }\n`
			: isScriptTier(tier)
				? `console.log("${greeting}");\n`
				: `print("${greeting}")\n`;
	const name = tier === "wasm" ? "main.c" : isScriptTier(tier) ? "main.js" : entry;
	const language = tier === "wasm" ? "c" : isScriptTier(tier) ? "javascript" : "python";
	return { language, tier, files: [{ name, content }], mode: "pipes" };
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
	/** Default: the container. */
	readonly tier?: SandboxTier;
	/** What else happens while the program runs. */
	readonly during?: (run: SessionRun) => Promise<void>;
}

/** What nothing of these tests shall be refused by, except where it is their subject. */
export const plentyForAll = {
	SANDGLASS_IDLE_WALL_MS: String(patientLimits.idleWallMs),
	SANDGLASS_ADDRESS_RUNS_PER_MINUTE: "100000",
	SANDGLASS_ADDRESS_SECONDS_PER_HOUR: "1000000",
	SANDGLASS_BUSY_PER_CORE: "0",
};

export class Arena {
	#server: ServerProcess | undefined;

	/**
	 * Starts the server before the tests of this file and proves after them that it leaves nothing. Default of `tiers`: the container
	 * alone. All of them must be offered: a tier that is not there cannot be attacked. null: no server, for who only counts the tests.
	 */
	constructor(wanted: (StartOptions & { readonly tiers?: readonly SandboxTier[] }) | null = {}) {
		if (wanted === null) return;
		const { tiers = ["container"], env, ...options } = wanted;
		before(async () => {
			this.#server = await startSandglass({ ...options, env: { ...plentyForAll, SANDGLASS_TIERS: tiers.join(","), ...env } });
			for (const tier of tiers) await waitForTier(this.#server, tier);
		});
		after(async () => {
			await this.#server?.stop();
		});
	}

	get server(): ServerProcess {
		if (this.#server === undefined) throw new Error("The server has not started.");
		return this.#server;
	}

	/**
	 * What was listed before has been made by then: a sandbox that is still being made has no disk or descriptors of its own yet, or not all. The server's
	 * own word is a quarter of a second old at the most, so it is asked for twice.
	 */
	async untilNothingStarts(): Promise<void> {
		const isQuiet = async (): Promise<boolean> => (await readPool(this.server)).every(({ starting }) => starting === 0);
		const isQuietTwice = async (): Promise<boolean> => {
			if (!(await isQuiet())) return false;
			await pause(500);
			return isQuiet();
		};
		await waitUntil(isQuietTwice, "no sandbox is being made");
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
			const run = neighbour.run({ ...pythonRun(echo, "pty"), tier: "container" });
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
				const tier = plan.tier ?? "container";
				const run = attacker.run({ tier, limits: patientLimits, ...plan.run });
				await plan.during?.(run);
				const exit = await run.exit;
				assert.equal(run.started[0]?.tier, tier);
				await assertRunsAgain(attacker, tier);
				return { run, exit };
			});
		} finally {
			await attacker.close();
		}
	}
}

async function readPool({ url }: ServerProcess): Promise<Health["pool"]> {
	return Health.parse(await (await fetch(new URL(healthPath, url))).json()).pool;
}

/** Rejects with the server's reason when the tier is not to be had. */
async function waitForTier(server: ServerProcess, tier: SandboxTier): Promise<void> {
	let said = "nothing";
	const isReady = async (): Promise<boolean> => {
		const { tiers } = Catalogue.parse(await (await fetch(new URL(cataloguePath, server.url))).json());
		const status = tiers.find((it) => it.tier === tier);
		said = `${status?.state}: ${status?.reason}`;
		if (status?.state === "failed") throw new Error(`The tier ${tier} failed its posture: ${status.reason}`);
		const { language } = greetingRun(tier, "");
		if (status?.state !== "offered") return false;
		const ofLanguage = (await readPool(server)).filter((it) => it.language === language && it.tier === tier);
		return ofLanguage.length > 0 && ofLanguage.every((it) => it.isReady);
	};
	await waitUntil(isReady, `${tier} is offered`, tierTimeoutMs).catch((error: unknown) => {
		throw new Error(`The tier ${tier} cannot be attacked (${said}). The server printed:\n${server.printed().slice(-4_000)}`, {
			cause: error,
		});
	});
}

export async function assertRunsAgain(client: SessionClient, tier: SandboxTier = "container"): Promise<void> {
	const run = client.run({ limits: patientLimits, ...greetingRun(tier, "runs again") });
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
