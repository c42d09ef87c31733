import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

/**
 * What a private engine can leave behind: the minders (shims) of containers that it was just making when it was killed, with what they
 * had started, its own mounts, and its containers' control groups, which no runtime is asked to remove any more. Looked for by the engine's
 * own folders, so nothing of another engine is ever touched. Only to be called while the engine is not running.
 */

interface EnginePlaces {
	readonly dataRoot: string;
	readonly execRoot: string;
}

const groupTree = "/sys/fs/cgroup";
/** Of cgroup v1 there is a tree for each controller below that, of v2 the tree itself. Where the engine keeps its containers' is its default. */
const groupParent = "docker";
const containerId = /^[0-9a-f]{64}$/;
const groupPatienceMs = 2_000;
const groupLookMs = 20;

function readOrEmpty(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// A process may end between being listed and being looked at.
		return "";
	}
}

function childrenOf(pid: number): number[] {
	return readOrEmpty(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
}

/** The process and all below it, the deepest first. */
function familyOf(pid: number): number[] {
	return [...childrenOf(pid).flatMap(familyOf), pid];
}

function kill(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch (error) {
		const isGone = error instanceof Error && "code" in error && error.code === "ESRCH";
		if (!isGone) throw error;
	}
}

function shimsOf(execRoot: string): number[] {
	return readdirSync("/proc")
		.filter((name) => /^[0-9]+$/.test(name))
		.filter((name) => {
			const words = readOrEmpty(`/proc/${name}/cmdline`).split("\0");
			return words[0]?.includes("containerd-shim") === true && words[words.indexOf("-address") + 1]?.startsWith(`${execRoot}/`) === true;
		})
		.map(Number);
}

/** Mount points at or below the folders, the latest first. */
function mountsBelow(folders: readonly string[]): string[] {
	const points = readOrEmpty("/proc/self/mounts")
		.split("\n")
		.map((line) => line.split(" ")[1] ?? "");
	return points.filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`))).reverse();
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Ids of the containers that the engine kept a record of, and of those that it had pipes or a task for. */
function containersOf({ dataRoot, execRoot }: EnginePlaces): string[] {
	const containerd = join(execRoot, "containerd");
	const folders = [join(dataRoot, "containers"), containerd, join(containerd, "daemon/io.containerd.runtime.v2.task/moby")];
	return [...new Set(folders.flatMap(namesIn).filter((name) => containerId.test(name)))];
}

/** Whether it is gone. One with a process in it, or with groups below it, the kernel lets nobody remove. */
function removeGroup(group: string): boolean {
	try {
		rmdirSync(group);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "ENOENT";
	}
}

/** What was killed leaves its groups a moment later. What is still in use then stays, and costs a start that time. */
async function clearGroups(containers: readonly string[]): Promise<void> {
	const parents = [groupTree, ...namesIn(groupTree).map((name) => join(groupTree, name))].map((tree) => join(tree, groupParent));
	let left = parents.flatMap((parent) => containers.map((id) => join(parent, id))).filter((group) => existsSync(group));
	const deadline = Date.now() + groupPatienceMs;
	while (left.length > 0 && Date.now() < deadline) {
		left = left.filter((group) => !removeGroup(group));
		if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, groupLookMs));
	}
}

export async function clearEngineRemains(places: EnginePlaces): Promise<void> {
	for (const shim of shimsOf(places.execRoot)) for (const pid of familyOf(shim)) kill(pid);
	const mounts = mountsBelow([places.dataRoot, places.execRoot]);
	const containers = containersOf(places);
	if (mounts.length > 0) spawnSync("umount", ["--lazy", ...mounts], { stdio: "ignore" });
	await clearGroups(containers);
}
