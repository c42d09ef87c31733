import { readFileSync } from "node:fs";
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

/** A group with a limit, and where its use is read. */
interface Bound {
	readonly limit: number;
	readonly usage: string;
	/** Its memory.stat and the name in it of what would be given back. */
	readonly cache?: readonly [path: string, name: string];
}

interface Bounds {
	readonly memory: readonly Bound[];
	readonly tasks: readonly Bound[];
	readonly cores: number | null;
}

/** How often is looked whether somebody has set or moved a limit. */
const foundForMs = 10_000;
/** Version 1 writes "no limit" as a number near 2^63. */
const unlimitedFrom = 2 ** 60;
const Count = z.coerce.number().int().nonnegative();

function textOf(path: string): string | null {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// Not there, or not for us: it bounds nothing that we could know of.
		return null;
	}
}

function numberIn(path: string): number | null {
	const result = Count.safeParse(textOf(path)?.trim() ?? "max");
	return result.success && result.data < unlimitedFrom ? result.data : null;
}

/** A line `name value` of a flat-keyed file. */
function valueIn(path: string, name: string): number {
	const line = new RegExp(`^${name} ([0-9]+)$`, "m").exec(textOf(path) ?? "");
	return line === null ? 0 : Number(line[1]);
}

export class ControlGroups {
	readonly #root: string;
	readonly #ownGroups: string;
	#found: { readonly bounds: Bounds; readonly atMs: number } | null = null;

	/** The defaults are this process's own. */
	constructor({ root = "/sys/fs/cgroup", ownGroups = "/proc/self/cgroup" } = {}) {
		this.#root = root;
		this.#ownGroups = ownGroups;
	}

	read(nowMs: number): GroupBounds {
		if (this.#found === null || nowMs - this.#found.atMs >= foundForMs) this.#found = { bounds: this.#find(), atMs: nowMs };
		const { memory, tasks, cores } = this.#found.bounds;
		return {
			freeBytes: least(memory.map(freeOf)),
			limitBytes: least(memory.map(({ limit }) => limit)),
			freeTasks: least(tasks.map(freeOf)),
			cores,
		};
	}

	#find(): Bounds {
		const groups = parseOwnGroups(textOf(this.#ownGroups) ?? "");
		const unified = this.#folders(groups, "");
		const memory = [
			...this.#folders(groups, "memory").map((folder) =>
				boundOf(folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
			),
			...unified.map((folder) => boundOf(folder, "memory.max", "memory.current", "inactive_file")),
		];
		const tasks = [...this.#folders(groups, "pids"), ...unified].map((folder) => boundOf(folder, "pids.max", "pids.current"));
		return {
			memory: memory.filter((bound) => bound !== null),
			tasks: tasks.filter((bound) => bound !== null),
			cores: least([...unified.map(coresOfVersion2), ...this.#folders(groups, "cpu").map(coresOfVersion1)]),
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

function boundOf(folder: string, limitFile: string, usageFile: string, cacheName?: string): Bound | null {
	const limit = numberIn(join(folder, limitFile));
	if (limit === null) return null;
	return {
		limit,
		usage: join(folder, usageFile),
		...(cacheName === undefined ? {} : { cache: [join(folder, "memory.stat"), cacheName] as const }),
	};
}

function freeOf({ limit, usage, cache }: Bound): number {
	return Math.max(0, limit - (numberIn(usage) ?? 0)) + (cache === undefined ? 0 : valueIn(...cache));
}

function coresOfVersion2(folder: string): number | null {
	const [, quota, period] = /^([0-9]+) ([0-9]+)/.exec(textOf(join(folder, "cpu.max")) ?? "") ?? [];
	return quota === undefined ? null : Number(quota) / Number(period);
}

function coresOfVersion1(folder: string): number | null {
	const quota = numberIn(join(folder, "cpu.cfs_quota_us"));
	const period = numberIn(join(folder, "cpu.cfs_period_us"));
	return quota === null || period === null || period === 0 ? null : quota / period;
}

function least(values: readonly (number | null)[]): number | null {
	const known = values.filter((value) => value !== null);
	return known.length === 0 ? null : Math.min(...known);
}
