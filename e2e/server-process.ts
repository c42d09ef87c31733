import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";
import type { TierId } from "../protocol/tiers.ts";
import { instanceLabel } from "../server/runner/drivers/docker-container.ts";
import { connectEngine, type EngineConnection } from "../server/runner/drivers/engine-connection.ts";
import { type StraightPlace, straightRemains, straightSandboxes } from "./straight-sandboxes.ts";

/** The real product, started as a user starts it, on a port and under an instance name of its own. */

export interface ServerProcess {
	readonly url: string;
	readonly instance: string;
	/** Where the engine is that this server uses. */
	readonly engine: EngineConnection;
	/** Everything it printed so far, for a failing test's message. */
	readonly printed: () => string;
	/** As they are now: children that died are started again under new ids. */
	readonly pids: () => ServerPids;
	/** Ids of its containers, in whatever state, the engine's and those that were made without it. */
	readonly containers: () => Promise<string[]>;
	/** Where those are that were made without the engine. */
	readonly straight: StraightPlace;
	/** Waits until every one of these languages has a version that can be run. */
	waitForLanguages(languages: readonly string[], timeoutMs?: number): Promise<void>;
	/** As when the terminal it was started in is gone and its main process with it: SIGKILL, and nobody reads what its children still print. */
	abandon(): void;
	/** Ctrl-C, or that signal, and proof that it ends with status 0 and leaves no process, container or mount. */
	stop(signal?: "SIGINT" | "SIGHUP"): Promise<void>;
}

export interface ServerPids {
	readonly main: number;
	readonly gateway: number | undefined;
	readonly runner: number | undefined;
}

export interface StartOptions {
	readonly env?: Readonly<Record<string, string>>;
	/** Languages to wait for. Default: Python. */
	readonly languages?: readonly string[];
	/** What the server is to offer, in its order; waited for. Default: the container alone, which is the first to stand. */
	readonly tiers?: readonly TierId[];
}

const GraphDriver = z.object({ GraphDriver: z.object({ Data: z.object({ MergedDir: z.string() }) }) });

const projectDir = fileURLToPath(new URL("..", import.meta.url));
const startTimeoutMs = 600_000;
const stopTimeoutMs = 40_000;
const pollMs = 50;

/** Asks again and again; for states that nobody announces. Rejects with `what` when the time is up. */
export async function waitUntil(isTrue: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
	const deadline = Date.now() + timeoutMs;
	while (!(await isTrue())) {
		if (Date.now() > deadline) throw new Error(`${timeoutMs} ms passed and still not: ${what}`);
		await pause(pollMs);
	}
}

function commandLine(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
	} catch {
		return "";
	}
}

/** Living processes whose parent is `pid`; a zombie is dead. */
export function childrenOf(pid: number): number[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^[0-9]+$/.test(name)) return [];
		try {
			const [state, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
			return Number(parent) === pid && state !== "Z" ? [Number(name)] : [];
		} catch {
			return [];
		}
	});
}

function findPids(main: number): ServerPids {
	const children = childrenOf(main);
	const find = (module: string): number | undefined => children.find((pid) => commandLine(pid).includes(module));
	return { main, gateway: find("server/gateway/process.ts"), runner: find("server/runner/process.ts") };
}

async function listContainers(engine: EngineConnection, instance: string): Promise<string[]> {
	const containers = await engine.listContainers({ all: true, filters: { label: [`${instanceLabel}=${instance}`] } });
	return containers.map((container) => container.Id);
}

/** Paths that the engine has mounted for these containers. */
async function mountPathsOf(engine: EngineConnection, ids: readonly string[]): Promise<string[]> {
	const found: string[] = [];
	for (const id of ids) {
		found.push(id);
		const details = await engine
			.getContainer(id)
			.inspect()
			.catch(() => null);
		const driver = GraphDriver.safeParse(details);
		if (driver.success) found.push(driver.data.GraphDriver.Data.MergedDir);
	}
	return found;
}

/** The engine's address, as server/main.ts would choose it: told, or the private one that it started. */
function engineAddress(env: Readonly<Record<string, string | undefined>>): string {
	if (env.DOCKER_HOST !== undefined && env.DOCKER_HOST !== "") return env.DOCKER_HOST;
	const ownSocket = join(env.SANDGLASS_RUN_DIR ?? "/run/sandglass", "engine.sock");
	return `unix://${existsSync(ownSocket) ? ownSocket : "/var/run/docker.sock"}`;
}

export async function startSandglass(options: StartOptions = {}): Promise<ServerProcess> {
	const tiers = options.tiers ?? ["container"];
	const instance = options.env?.SANDGLASS_INSTANCE ?? `test-${randomBytes(5).toString("hex")}`;
	const env: NodeJS.ProcessEnv = {
		...process.env,
		NODE_ENV: "production",
		PORT: "0",
		LOG_LEVEL: "warn",
		SANDGLASS_INSTANCE: instance,
		SANDGLASS_TIERS: tiers.join(","),
		...options.env,
	};
	const child = spawn(process.execPath, [join(projectDir, "setup/bootstrap.mjs"), "start"], {
		cwd: projectDir,
		env,
		stdio: ["ignore", "pipe", "pipe"],
	});
	// A test that is killed leaves no server: its children end when their channel to it closes.
	const kill = (): void => void child.kill("SIGKILL");
	process.once("exit", kill);
	let printed = "";
	for (const stream of [child.stdout, child.stderr])
		stream.on("data", (chunk: Buffer) => {
			printed = (printed + chunk.toString()).slice(-100_000);
		});
	const ended = once(child, "exit");
	const url = await addressOf(child, () => printed);
	const main = child.pid ?? 0;
	const engine = connectEngine(engineAddress(env));
	const straight: StraightPlace = { runDir: env.SANDGLASS_RUN_DIR ?? "/run/sandglass", instance };

	const server: ServerProcess = {
		url,
		instance,
		engine,
		straight,
		printed: () => printed,
		pids: () => findPids(main),
		containers: async () => [...straightSandboxes(straight), ...(await listContainers(engine, instance))],
		waitForLanguages: (languages, timeoutMs = startTimeoutMs) => waitForLanguages(url, languages, () => printed, timeoutMs),
		abandon() {
			for (const stream of [child.stdout, child.stderr]) stream.destroy();
			process.off("exit", kill);
			kill();
		},
		async stop(wanted = "SIGINT") {
			const paths = await mountPathsOf(engine, await listContainers(engine, instance).catch(() => []));
			const { gateway, runner } = findPids(main);
			child.kill(wanted);
			const force = setTimeout(kill, stopTimeoutMs);
			const [code, signal] = await ended;
			clearTimeout(force);
			process.off("exit", kill);
			assert.equal(code, 0, `the server ended with ${signal ?? code} on ${wanted}; it printed:\n${printed.slice(-4_000)}`);
			for (const pid of [gateway, runner])
				assert.ok(pid === undefined || !commandLine(pid).includes("/process.ts"), `process ${pid} outlived its server`);
			const left = await listContainers(engine, instance).catch(() => []);
			assert.deepEqual(left, [], "containers outlived their server");
			assert.deepEqual(straightSandboxes(straight), [], "sandboxes outlived their server");
			assert.deepEqual(straightRemains(straight), [], "folders or control groups outlived their server");
			const mounts = readFileSync("/proc/self/mountinfo", "utf8");
			for (const path of paths) assert.ok(!mounts.includes(path), `a mount of ${path} outlived its server`);
		},
	};
	try {
		await server.waitForLanguages(options.languages ?? ["python"]);
		if (options.tiers !== undefined) await waitForTiers(url, options.tiers, () => printed);
	} catch (error) {
		child.kill("SIGINT");
		await ended;
		throw error;
	}
	return server;
}

function addressOf(child: ChildProcess, printed: () => string): Promise<string> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => finish("did not say its address in time"), startTimeoutMs);
		const look = (): void => {
			const url = /Sandglass is at (http\S+)/.exec(printed())?.[1];
			if (url !== undefined) finish(null, url);
		};
		const onExit = (code: number | null): void => finish(`ended with status ${code} before it served`);
		function finish(problem: string | null, url = ""): void {
			clearTimeout(timer);
			child.stdout?.off("data", look);
			child.off("exit", onExit);
			if (problem === null) {
				resolve(url);
				return;
			}
			child.kill("SIGKILL");
			reject(new Error(`The server ${problem}. It printed:\n${printed().slice(-4_000)}`));
		}
		child.stdout?.on("data", look);
		child.on("exit", onExit);
		child.on("error", (error) => finish(error.message));
	});
}

async function fetchCatalogue(url: string): Promise<Catalogue | null> {
	const response = await fetch(new URL(cataloguePath, url)).catch(() => null);
	return response?.status === 200 ? Catalogue.parse(await response.json()) : null;
}

async function waitForTiers(url: string, tiers: readonly TierId[], printed: () => string): Promise<void> {
	const isOffered = async (): Promise<boolean> => {
		const catalogue = await fetchCatalogue(url);
		const failed = catalogue?.tiers.find(({ state }) => state === "failed");
		if (failed !== undefined) throw new Error(`${failed.tier} failed: ${failed.reason}. The server printed:\n${printed().slice(-4_000)}`);
		return tiers.every((tier) => catalogue?.tiers.some((it) => it.tier === tier && it.state === "offered") ?? false);
	};
	await waitUntil(isOffered, `offered: ${tiers.join(", ")}; the server printed:\n${printed().slice(-4_000)}`, startTimeoutMs);
}

async function waitForLanguages(url: string, languages: readonly string[], printed: () => string, timeoutMs: number): Promise<void> {
	const areReady = async (): Promise<boolean> => {
		const catalogue = await fetchCatalogue(url);
		return languages.every((id) => catalogue?.languages.some((it) => it.id === id && it.versions.some(({ isReady }) => isReady)));
	};
	try {
		await waitUntil(areReady, `languages ready: ${languages.join(", ")}`, timeoutMs);
	} catch (error) {
		throw new Error(`The languages did not get ready. The server printed:\n${printed().slice(-4_000)}`, { cause: error });
	}
}
