import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

/**
 * What the control groups that this process is in, and those above them, leave free (cgroups(7)): version 1, version 2, or both side by side.
 * A file that is not there, or says "max", bounds nothing.
 */

export interface GroupBounds {
	/** Memory that the tightest group still gives, with what it would give back of the page cache; null: no group bounds it. */
	readonly freeBytes: number | null;
	/** The tightest group's memory limit. */
	readonly limitBytes: number | null;
	readonly freeTasks: number | null;
	readonly cores: number | null;
}

interface Files {
	readonly limit: string;
	readonly usage: string;
}

/** Version 1 writes "no limit" as a number near 2^63. */
const unlimitedFrom = 2 ** 60;
const Count = z.coerce.number().int().nonnegative();

async function textOf(path: string): Promise<string | null> {
	try {
		return await readFile(path, "utf8");
	} catch {
		// Not there, or not for us: it bounds nothing that we could know of.
		return null;
	}
}

async function numberIn(path: string): Promise<number | null> {
	const result = Count.safeParse((await textOf(path))?.trim() ?? "max");
	return result.success && result.data < unlimitedFrom ? result.data : null;
}

/** A line `name value` of a flat-keyed file. */
async function valueIn(path: string, name: string): Promise<number> {
	const line = new RegExp(`^${name} ([0-9]+)$`, "m").exec((await textOf(path)) ?? "");
	return line === null ? 0 : Number(line[1]);
}

export class ControlGroups {
	readonly #root: string;
	readonly #ownGroups: string;

	/** The defaults are this process's own. */
	constructor({ root = "/sys/fs/cgroup", ownGroups = "/proc/self/cgroup" } = {}) {
		this.#root = root;
		this.#ownGroups = ownGroups;
	}

	async read(): Promise<GroupBounds> {
		const groups = parseOwnGroups((await textOf(this.#ownGroups)) ?? "");
		const memory = [
			...this.#folders(groups, "memory").map((folder) => ({
				folder,
				limit: "memory.limit_in_bytes",
				usage: "memory.usage_in_bytes",
				cache: "total_inactive_file",
			})),
			...this.#folders(groups, "").map((folder) => ({ folder, limit: "memory.max", usage: "memory.current", cache: "inactive_file" })),
		];
		const tasks = [...this.#folders(groups, "pids"), ...this.#folders(groups, "")];
		const bounds = await Promise.all(
			memory.map(async ({ folder, cache, ...files }) => {
				const bound = await readBound(folder, files);
				if (bound === null) return null;
				return { ...bound, free: bound.free + (await valueIn(join(folder, "memory.stat"), cache)) };
			}),
		);
		const taskBounds = await Promise.all(tasks.map((folder) => readBound(folder, { limit: "pids.max", usage: "pids.current" })));
		const quotas = await Promise.all([
			...this.#folders(groups, "").map(coresOfVersion2),
			...this.#folders(groups, "cpu").map(coresOfVersion1),
		]);
		return {
			freeBytes: least(bounds.map((bound) => bound?.free ?? null)),
			limitBytes: least(bounds.map((bound) => bound?.limit ?? null)),
			freeTasks: least(taskBounds.map((bound) => bound?.free ?? null)),
			cores: least(quotas),
		};
	}

	/** From the own group up to the top; "" is version 2. */
	#folders(groups: ReadonlyMap<string, string>, controller: string): string[] {
		const path = groups.get(controller);
		if (path === undefined) return [];
		const folders: string[] = [];
		for (let at = join("/", path); ; at = dirname(at)) {
			if (controller === "") folders.push(join(this.#root, at), join(this.#root, "unified", at));
			else folders.push(join(this.#root, controller, at));
			if (at === "/") return folders;
		}
	}
}

/** `4:memory:/a` and `0::/b`. */
function parseOwnGroups(text: string): Map<string, string> {
	const groups = new Map<string, string>();
	for (const [, controllers = "", path = "/"] of text.matchAll(/^[0-9]+:([^:]*):(.*)$/gm))
		for (const controller of controllers.split(",")) groups.set(controller, path);
	return groups;
}

async function readBound(folder: string, { limit, usage }: Files): Promise<{ free: number; limit: number } | null> {
	const most = await numberIn(join(folder, limit));
	if (most === null) return null;
	return { free: Math.max(0, most - ((await numberIn(join(folder, usage))) ?? 0)), limit: most };
}

async function coresOfVersion2(folder: string): Promise<number | null> {
	const [, quota, period] = /^([0-9]+) ([0-9]+)/.exec((await textOf(join(folder, "cpu.max"))) ?? "") ?? [];
	return quota === undefined ? null : Number(quota) / Number(period);
}

async function coresOfVersion1(folder: string): Promise<number | null> {
	const quota = await numberIn(join(folder, "cpu.cfs_quota_us"));
	const period = await numberIn(join(folder, "cpu.cfs_period_us"));
	return quota === null || period === null || period === 0 ? null : quota / period;
}

function least(values: readonly (number | null)[]): number | null {
	const known = values.filter((value) => value !== null);
	return known.length === 0 ? null : Math.min(...known);
}
