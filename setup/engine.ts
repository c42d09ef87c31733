import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import type { Config } from "../server/config.ts";
import { prepareStateDir } from "../server/state-dir.ts";
import { canInstallPackages, ensurePackages, type Progress, SetupError } from "./debian-packages.ts";
import { clearEngineRemains } from "./engine-remains.ts";
import { enterUsers, isAlive, readPid, withLock } from "./process-file.ts";
import { type EngineRuntimes, ensureRuntimes, unlistedRuntimes, writeEngineConfig } from "./runtimes.ts";

/**
 * The container engine. One that answers is used as it is. Where none does, a private one is started: its own socket, data and
 * exec root, no bridge, no packet filter rules, so that it meets no other engine. Several starts share it; the last one to leave stops it.
 */

export interface Engine {
	/** For dockerode and for DOCKER_HOST. */
	readonly dockerHost: string;
	readonly isPrivate: boolean;
	/** True while another start is entered as a user of the private engine; of a foreign one nobody can know, so true. */
	hasOtherUsers(): boolean;
	/** Starts the private engine again if it died; nothing for another's engine. */
	revive(): Promise<void>;
	/** This process needs it no longer. */
	release(): Promise<void>;
}

const defaultSocket = "/var/run/docker.sock";
const daemonPath = "/usr/sbin/dockerd";
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const reloadTimeoutMs = 5_000;

/** Asks the engine for a sign of life; resolves to false instead of failing. */
export function isEngineUp(dockerHost: string): Promise<boolean> {
	const url = new URL(dockerHost);
	const target = url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || 2375 };
	return new Promise((resolve) => {
		const call = request({ ...target, path: "/_ping", timeout: 3_000 }, (response) => {
			response.resume();
			resolve(response.statusCode === 200);
		});
		call.on("timeout", () => call.destroy());
		call.on("error", () => resolve(false));
		call.end();
	});
}

async function waitUntil(condition: () => Promise<boolean> | boolean, timeoutMs: number): Promise<boolean> {
	const deadline = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > deadline) return false;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return true;
}

interface PrivatePlaces {
	readonly dataRoot: string;
	readonly execRoot: string;
	readonly socket: string;
	readonly pidFile: string;
	readonly logFile: string;
	readonly configFile: string;
}

/** The pid of our daemon, or null; a process that merely has a remembered number is not taken for it. */
function daemonPid(places: PrivatePlaces): number | null {
	const pid = readPid(places.pidFile);
	if (pid === null || !isAlive(pid) || !existsSync(`/proc/${pid}/cmdline`)) return null;
	return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(places.dataRoot) ? pid : null;
}

/**
 * Takes away the pid file of a containerd that is dead. dockerd believes it while the number answers to a signal, which a zombie does
 * (under an init that reaps late) and a stranger with the same number: it would wait for that one's socket and give up.
 */
function forgetDeadContainerd(places: PrivatePlaces): void {
	const pidFile = join(places.execRoot, "containerd/containerd.pid");
	const pid = readPid(pidFile);
	// A zombie's command line is empty.
	const commandLine = pid !== null && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
	if (!commandLine.includes(places.execRoot)) rmSync(pidFile, { force: true });
}

async function startDaemon(places: PrivatePlaces): Promise<void> {
	let hasFailed = false;
	if (daemonPid(places) === null) {
		forgetDeadContainerd(places);
		await clearEngineRemains(places);
		rmSync(places.pidFile, { force: true });
		rmSync(places.socket, { force: true });
		const log = openSync(places.logFile, "w", 0o600);
		const daemon = spawn(
			daemonPath,
			[
				`--config-file=${places.configFile}`,
				`--host=unix://${places.socket}`,
				`--data-root=${places.dataRoot}`,
				`--exec-root=${places.execRoot}`,
				`--pidfile=${places.pidFile}`,
				"--bridge=none",
				"--iptables=false",
				"--ip-forward=false",
				"--ip-masq=false",
				"--log-level=warn",
			],
			{ detached: true, stdio: ["ignore", log, log] },
		);
		daemon.on("error", () => {
			hasFailed = true;
		});
		daemon.on("exit", () => {
			hasFailed = true;
		});
		daemon.unref();
	}
	const isUp = (): Promise<boolean> => isEngineUp(`unix://${places.socket}`);
	await waitUntil(async () => hasFailed || (await isUp()), startTimeoutMs);
	if (await isUp()) return;
	const words = readFileSync(places.logFile, "utf8").trim().split("\n").slice(-8).join("\n");
	throw new SetupError(`The private container engine did not start. Its last words (${places.logFile}):\n${words}`);
}

async function stopDaemon(places: PrivatePlaces): Promise<void> {
	const pid = daemonPid(places);
	if (pid === null) return;
	process.kill(pid, "SIGTERM");
	if (!(await waitUntil(() => !isAlive(pid), stopTimeoutMs))) process.kill(pid, "SIGKILL");
	await clearEngineRemains(places);
}

/** A running engine reads its configuration anew on SIGHUP; one that was started with another file, or none, knows nothing of ours. */
async function reload(places: PrivatePlaces, runtimes: EngineRuntimes, progress: Progress): Promise<void> {
	const isListed = async (): Promise<boolean> => (await unlistedRuntimes(`unix://${places.socket}`, runtimes)).length === 0;
	const pid = daemonPid(places);
	if (pid === null || (await isListed())) return;
	process.kill(pid, "SIGHUP");
	if (await waitUntil(isListed, reloadTimeoutMs)) return;
	const missing = await unlistedRuntimes(`unix://${places.socket}`, runtimes);
	progress(
		`the private engine that already runs knows nothing of ${missing.join(" and ")}; stop every server that uses it, and start again`,
	);
}

async function privateEngine(config: Config, progress: Progress): Promise<Engine> {
	const places: PrivatePlaces = {
		dataRoot: join(config.stateDir, "engine"),
		execRoot: join(config.runDir, "engine"),
		socket: join(config.runDir, "engine.sock"),
		pidFile: join(config.runDir, "engine.pid"),
		logFile: join(config.stateDir, "engine.log"),
		configFile: join(config.stateDir, "engine.json"),
	};
	prepareStateDir(config.stateDir);
	mkdirSync(config.runDir, { recursive: true, mode: 0o711 });
	const users = enterUsers(join(config.runDir, "engine-users"));
	const lock = join(config.runDir, "engine.lock");
	const revive = (): Promise<void> => withLock(lock, startTimeoutMs, () => startDaemon(places));
	if (!existsSync(daemonPath)) await ensurePackages(["docker.io"], "the container engine", progress);
	const runtimes = await ensureRuntimes({ stateDir: config.stateDir, wantsGvisor: config.tiers.includes("gvisor") }, progress);
	writeEngineConfig(places.configFile, runtimes);
	if (await isEngineUp(`unix://${places.socket}`)) await reload(places, runtimes, progress);
	else {
		progress("starting a private container engine …");
		await revive();
	}
	return {
		dockerHost: `unix://${places.socket}`,
		isPrivate: true,
		hasOtherUsers: () => users.hasOthers(),
		revive,
		async release() {
			await withLock(lock, startTimeoutMs, async () => {
				if (users.leave().isLast) await stopDaemon(places);
			});
		},
	};
}

function foreignEngine(dockerHost: string): Engine {
	return { dockerHost, isPrivate: false, hasOtherUsers: () => true, revive: async () => undefined, release: async () => undefined };
}

/** Finds or starts the engine. Throws SetupError with one sentence on what to do where that is impossible. */
export async function ensureEngine(config: Config, progress: Progress): Promise<Engine> {
	if (config.dockerHost !== undefined) {
		if (await isEngineUp(config.dockerHost)) return foreignEngine(config.dockerHost);
		throw new SetupError(`No container engine answers at DOCKER_HOST=${config.dockerHost}. Start it, or unset DOCKER_HOST.`);
	}
	const hadPrivate = existsSync(join(config.stateDir, "engine"));
	if (!hadPrivate && (await isEngineUp(`unix://${defaultSocket}`))) return foreignEngine(`unix://${defaultSocket}`);
	if (canInstallPackages() || (process.getuid?.() === 0 && existsSync(daemonPath))) return privateEngine(config, progress);
	if (await isEngineUp(`unix://${defaultSocket}`)) return foreignEngine(`unix://${defaultSocket}`);
	throw new SetupError(
		"Sandglass needs a Docker engine. Install Docker and start it, or run this as root on Debian or Ubuntu, where it is set up for you.",
	);
}
