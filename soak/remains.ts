import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerProcess } from "../e2e/server-process.ts";
import { straightRemains, straightSandboxes } from "../e2e/straight-sandboxes.ts";

/** What a server that was stopped has left on this machine. Each function gives what it found: nothing is right. */

export interface Traces {
	readonly server: Pick<ServerProcess, "instance" | "engine" | "straight">;
	readonly runDir: string;
	readonly stateDir: string;
	/** The temporary folder that this server and all its children were given for themselves. */
	readonly temporaryDir: string;
	/** Ids of every sandbox that was seen while it ran. */
	readonly sandboxes: ReadonlySet<string>;
}

/** The loader's own cache of compiled sources, which every command of this project keeps there, and shares between starts. */
const loaderCache = /^tsx-[0-9]+$/;

function namesIn(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder) : [];
}

function readOrEmpty(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// A process may end between being listed and being looked at.
		return "";
	}
}

/** Whether a text names this server or one of its sandboxes. Ids of the engine are 64 digits. */
function names(text: string, { server, sandboxes }: Traces): boolean {
	return text.includes(server.instance) || (text.match(/[0-9a-f]{64}/g) ?? []).some((id) => sandboxes.has(id));
}

async function leftSandboxes({ server, sandboxes }: Traces): Promise<string[]> {
	const inEngine = await server.engine.listContainers({ all: true });
	// Images, and so the containers of whoever uses them, bear labels with the name of the server that built them.
	const isMade = (labels: Readonly<Record<string, string>>): boolean =>
		Object.entries(labels).some(([label, value]) => !label.startsWith("dev.") && value === server.instance);
	const ours = inEngine.filter(({ Id, Labels }) => isMade(Labels) || sandboxes.has(Id)).map(({ Id }) => Id);
	return [...ours, ...straightSandboxes(server.straight), ...straightRemains(server.straight)];
}

/** In every tree of control groups, those of this name or of a sandbox's id, as deep as engines put them. */
function leftGroups(traces: Traces): string[] {
	const below = (folder: string, depth: number): string[] =>
		readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
			if (!entry.isDirectory()) return [];
			const path = join(folder, entry.name);
			if (names(entry.name, traces)) return [path];
			return depth === 0 ? [] : below(path, depth - 1);
		});
	return below("/sys/fs/cgroup", 4);
}

function leftMounts(traces: Traces): string[] {
	return readFileSync("/proc/self/mountinfo", "utf8")
		.split("\n")
		.filter((line) => names(line, traces) || line.includes(traces.temporaryDir));
}

function leftFiles({ server, runDir, stateDir, temporaryDir }: Traces): string[] {
	const temporary = namesIn(temporaryDir).filter((name) => !loaderCache.test(name));
	const named = [runDir, join(runDir, "oci"), "/dev/shm/sandglass/oci", stateDir, join(stateDir, "roots")].flatMap((folder) =>
		namesIn(folder)
			.filter((name) => name.includes(server.instance))
			.map((name) => join(folder, name)),
	);
	return [...temporary.map((name) => join(temporaryDir, name)), ...named];
}

/** By command line, which names sandboxes, or by environment, which every child of the server has from it. A private engine that the server had to start again is its users', not its own. */
function leftProcesses(traces: Traces): string[] {
	return readdirSync("/proc").flatMap((name) => {
		if (!/^[0-9]+$/.test(name) || Number(name) === process.pid) return [];
		const commandLine = readOrEmpty(`/proc/${name}/cmdline`).replaceAll("\0", " ").trim();
		const isEngine = commandLine.includes(join(traces.runDir, "engine"));
		const isChild = readOrEmpty(`/proc/${name}/environ`).includes(`SANDGLASS_INSTANCE=${traces.server.instance}\0`);
		const isOurs = names(commandLine, traces) || (isChild && !isEngine);
		return isOurs ? [`${name} (${commandLine.slice(0, 120)})`] : [];
	});
}

export async function findRemains(traces: Traces): Promise<Readonly<Record<string, readonly string[]>>> {
	return {
		sandboxes: await leftSandboxes(traces),
		"control groups": leftGroups(traces),
		mounts: leftMounts(traces),
		"temporary files": leftFiles(traces),
		processes: leftProcesses(traces),
	};
}
