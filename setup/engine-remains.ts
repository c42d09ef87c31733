import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * What a private engine can leave behind: the minders (shims) of containers that it was just making when it was killed, with what they
 * had started, and its own mounts. Looked for by the engine's own folders, so nothing of another engine is ever touched. Only to be
 * called while the engine is not running.
 */

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

export function clearEngineRemains(places: { readonly dataRoot: string; readonly execRoot: string }): void {
	for (const shim of shimsOf(places.execRoot)) for (const pid of familyOf(shim)) kill(pid);
	const mounts = mountsBelow([places.dataRoot, places.execRoot]);
	if (mounts.length > 0) spawnSync("umount", ["--lazy", ...mounts], { stdio: "ignore" });
}
