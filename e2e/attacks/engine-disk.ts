import assert from "node:assert/strict";
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { EngineConnection } from "../../server/runner/drivers/engine-connection.ts";
import type { ServerProcess } from "../server-process.ts";
import { straightBundle, straightDiskBytes } from "../straight-sandboxes.ts";

/** What the engine, or the runtime, keeps of containers on the host's disk. */

const Details = z.object({
	State: z.object({ Running: z.boolean() }),
	LogPath: z.string(),
	HostConfig: z.object({ LogConfig: z.object({ Type: z.string() }) }),
	GraphDriver: z.object({ Data: z.object({ UpperDir: z.string() }) }),
});

function entriesOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true });
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
		return [];
	}
}

/** stat(2): unit of `blocks`, whatever the file system's own. */
const blockBytes = 512;

/** Bytes that the files below a folder take on the disk, holes not counted (gVisor keeps a large one); what vanishes meanwhile counts nothing. */
export function sizeOf(folder: string): number {
	let total = 0;
	for (const entry of entriesOf(folder)) {
		const path = join(folder, entry.name);
		try {
			total += entry.isDirectory() ? sizeOf(path) : lstatSync(path).blocks * blockBytes;
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
		}
	}
	return total;
}

/** Their writable layers and their own folders, logs among them. */
export async function diskOf(
	{ engine, straight }: Pick<ServerProcess, "engine" | "straight">,
	ids: readonly string[],
): Promise<{ bytes: number; logPaths: string[]; logTypes: string[]; looked: string[] }> {
	const { DockerRootDir } = z.object({ DockerRootDir: z.string() }).parse(await engine.info());
	let bytes = 0;
	/** Those of which there was something to see; a comparison is with these alone. */
	const looked: string[] = [];
	const logPaths: string[] = [];
	const logTypes: string[] = [];
	for (const id of ids) {
		if (straightBundle(straight, id) !== null) {
			// Its runtime keeps no log; what it keeps is in its two folders.
			looked.push(id);
			logPaths.push("");
			logTypes.push("none");
			bytes += straightDiskBytes(straight, id);
			continue;
		}
		// It may have been given back since the list was made, and its disk with it.
		const raw: unknown = await engine
			.getContainer(id)
			.inspect()
			.catch(() => null);
		// Nor has one that is just being made or removed a layer to show, or all of it: gVisor puts a file of megabytes there at its start.
		const details = Details.safeParse(raw);
		if (!details.success || !details.data.State.Running || !existsSync(details.data.GraphDriver.Data.UpperDir)) continue;
		const { LogPath, HostConfig, GraphDriver } = details.data;
		looked.push(id);
		logPaths.push(LogPath);
		logTypes.push(HostConfig.LogConfig.Type);
		bytes += sizeOf(GraphDriver.Data.UpperDir) + sizeOf(join(DockerRootDir, "containers", id));
	}
	assert.ok(logTypes.length > 0, "no container could be looked at");
	return { bytes, logPaths, logTypes, looked };
}

type Container = ReturnType<EngineConnection["getContainer"]>;

export async function writableLayerBytes(container: Container): Promise<number> {
	return sizeOf(Details.parse(await container.inspect()).GraphDriver.Data.UpperDir);
}

export async function logBytes(container: Container): Promise<number> {
	return statSync(Details.parse(await container.inspect()).LogPath).size;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number | undefined): number {
	const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
	return Number(kilobytes) * 1_024;
}
