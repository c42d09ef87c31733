import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Sandboxes that a server made by this machine's OCI runtime, without its engine: as the machine has them, whoever made them. */

const Bundle = z.object({
	annotations: z.record(z.string(), z.string()),
	process: z.object({
		user: z.object({ uid: z.number(), gid: z.number() }),
		capabilities: z.record(z.string(), z.array(z.string())),
		rlimits: z.array(z.object({ type: z.string() })),
		noNewPrivileges: z.boolean(),
		apparmorProfile: z.string().default(""),
	}),
	root: z.object({ readonly: z.boolean() }),
	mounts: z.array(z.object({ destination: z.string(), type: z.string(), source: z.string(), options: z.array(z.string()) })),
	linux: z.object({
		namespaces: z.array(z.object({ type: z.string(), path: z.string().optional() })),
		devices: z.array(z.object({ path: z.string() })).default([]),
		resources: z.object({
			memory: z.object({ limit: z.number() }),
			pids: z.object({ limit: z.number() }),
			cpu: z.object({ quota: z.number(), period: z.number() }),
		}),
		seccomp: z.object({ defaultAction: z.string() }).optional(),
	}),
});
export type StraightBundle = z.infer<typeof Bundle>;

export interface StraightPlace {
	readonly runDir: string;
	readonly instance: string;
}

/** In memory: in the server's own folder, or where the machine keeps that on a disk, in the shared memory's. */
const folderOf = ({ runDir, instance }: StraightPlace): string => {
	const inShared = join("/dev/shm/sandglass/oci", instance);
	return existsSync(inShared) ? inShared : join(runDir, "oci", instance);
};

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
		throw error;
	}
}

/** Of cgroup v1 any that has every sandbox; of v2 the only one. */
const groupTree = (): string => (namesIn("/sys/fs/cgroup/pids").length > 0 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup");

/** Where its sandboxes' groups can stand: beside the engine's containers, or below one of the instance's own. */
const groupParents = ({ instance }: StraightPlace): string[] => [join(groupTree(), "docker"), join(groupTree(), "sandglass", instance)];

/** Ids of all of which anything is left: a bundle, a runtime's state, a control group. */
export function straightSandboxes(place: StraightPlace): string[] {
	const inFolders = ["bundles", "state"].flatMap((name) => namesIn(join(folderOf(place), name)));
	const inGroups = groupParents(place)
		.flatMap(namesIn)
		.filter((name) => name.startsWith(`${place.instance}-`));
	return [...new Set([...inFolders, ...inGroups])];
}

/** What an instance keeps besides its sandboxes: folders and groups. */
export function straightRemains(place: StraightPlace): string[] {
	return [folderOf(place), join(groupTree(), "sandglass", place.instance)].filter((folder) => namesIn(folder).length > 0);
}

/** null: it was given back meanwhile. */
export function straightBundle(place: StraightPlace, id: string): StraightBundle | null {
	try {
		return Bundle.parse(JSON.parse(readFileSync(join(folderOf(place), "bundles", id, "config.json"), "utf8")));
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
		throw error;
	}
}

/** Process 1 of its namespace. The machine's numbers tell nothing of the order: they begin anew. */
function isFirst(pid: number): boolean {
	try {
		return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
	} catch {
		return false;
	}
}

/** Processes of it, its first one first; empty: it has ended. */
export function straightProcesses(place: StraightPlace, id: string): number[] {
	try {
		const [group] = groupParents(place).filter((parent) => namesIn(parent).includes(id));
		if (group === undefined) return [];
		return readFileSync(join(group, id, "cgroup.procs"), "utf8")
			.split("\n")
			.flatMap((line) => (line === "" ? [] : [Number(line)]))
			.sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)));
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENODEV")) return [];
		throw error;
	}
}

/** What the machine's disk, or a tmpfs of its, holds for it. */
export function straightDiskBytes(place: StraightPlace, id: string): number {
	const sizeOf = (folder: string): number =>
		namesIn(folder).reduce((sum, name) => {
			const path = join(folder, name);
			const found = lstatSync(path, { throwIfNoEntry: false });
			return sum + (found === undefined ? 0 : found.isDirectory() ? sizeOf(path) : found.size);
		}, 0);
	return ["bundles", "state"].reduce((sum, name) => sum + sizeOf(join(folderOf(place), name, id)), 0);
}
