import { mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownGroupParent } from "./group-parent.ts";

/**
 * Control groups of our sandboxes, as the runtime made them: one of the sandbox's name below the parent (group-parent.ts) in each hierarchy. The runtime
 * makes and removes them; this looks into them, kills what is in them, and clears away what a runtime that died has left. Others' groups may
 * have the same parent: whose one is, its name tells.
 *
 * v2: one tree. v1: a tree for each controller. Hybrid: v1's, and beside them a v2 tree of which nothing is needed here.
 */

const root = "/sys/fs/cgroup";
const cgroup2Magic = 0x63677270;
/** What language runtimes look at to size themselves, and our agent to count. */
const shownControllers = ["memory", "cpu", "cpuacct", "cpuset", "pids"];
/** A process that is being killed may make another before it dies. */
const killRounds = 50;

/** 0: none. */
export interface GroupLimits {
	readonly memoryBytes: number;
	readonly memoryAndSwapBytes: number;
	readonly processes: number;
	readonly cpuCores: number;
	readonly isOutOfMemoryKillOff: boolean;
}

export type CgroupLayout = "unified" | "hybrid" | "legacy";

const isCgroup2 = (path: string): boolean => {
	try {
		return statfsSync(path).type === cgroup2Magic;
	} catch {
		return false;
	}
};

const entriesOf = (path: string): string[] => {
	try {
		return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
	} catch {
		return [];
	}
};

const textOf = (path: string): string | null => {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return null;
	}
};

export class ControlGroups {
	readonly layout: CgroupLayout;
	readonly #instance: string;
	readonly #parent: string;
	/** Of no other instance, not of one whose name begins with this one's either. */
	readonly #ownName: RegExp;
	/** One for each hierarchy that the runtime uses. */
	readonly #trees: readonly string[];

	/** `instance`: letters, digits and hyphens. `parent`: a path from the top of a hierarchy, without a slash at either end. */
	constructor(instance: string, parent: string) {
		this.#instance = instance;
		this.#parent = parent;
		this.#ownName = new RegExp(`^${instance}-[0-9a-f]{16}$`);
		if (isCgroup2(root)) this.layout = "unified";
		else this.layout = isCgroup2(join(root, "unified")) ? "hybrid" : "legacy";
		this.#trees = this.layout === "unified" ? [root] : entriesOf(root).flatMap((name) => (name === "unified" ? [] : [join(root, name)]));
	}

	/** What of memory, processes and processor share this machine cannot limit: names for a sentence; empty: nothing. */
	get missing(): string[] {
		if (this.layout === "unified") {
			const controllers = new Set((textOf(join(root, "cgroup.controllers")) ?? "").trim().split(" "));
			return ["memory", "pids", "cpu"].filter((name) => !controllers.has(name));
		}
		return ["memory", "pids", "cpu"].filter((name) => textOf(join(root, name, "cgroup.procs")) === null);
	}

	/** Whether memory on swap can be limited too. */
	get limitsSwap(): boolean {
		return this.layout === "unified" || textOf(join(root, "memory/memory.memsw.limit_in_bytes")) !== null;
	}

	/** As the bundle names it. */
	pathOf(id: string): string {
		return `/${this.#parent}/${id}`;
	}

	/** Makes the groups that are shown inside a sandbox before its runtime does, and names their controllers; null: v2, where the runtime mounts the tree. */
	prepare(id: string): readonly string[] | null {
		if (this.layout === "unified") return null;
		const shown = shownControllers.filter((name) => this.#trees.includes(join(root, name)));
		for (const name of shown) mkdirSync(join(root, name, this.pathOf(id)), { recursive: true });
		return shown;
	}

	/** Ids of all that the machine still has of this instance. */
	list(): string[] {
		const names = this.#trees.flatMap((tree) => entriesOf(join(tree, this.#parent)));
		return [...new Set(names.filter((name) => this.#ownName.test(name)))];
	}

	/** SIGKILL to every process in it, once. They die a moment later. */
	signal(id: string): void {
		if (this.layout === "unified") {
			try {
				writeFileSync(join(root, this.pathOf(id), "cgroup.kill"), "1");
				return;
			} catch {
				// Before Linux 5.14, or gone already: process by process, as below.
			}
		}
		// Each of its processes is in all of the trees, but for one whose runtime was killed while it put it there.
		const [first = root] = this.#trees;
		killAll(processesIn(join(first, this.pathOf(id))));
	}

	/** SIGKILL, as often as some are left, without a pause: for what should be dead already. Returns their number at last, which is 0 or they cannot be killed. */
	kill(id: string): number {
		let left = this.#processes(id);
		for (let round = 0; round < killRounds && left.length > 0; round++) {
			killAll(left);
			left = this.#processes(id);
		}
		return left.length;
	}

	/** The groups themselves, those that hold no process any more. False: something is left. */
	remove(id: string): boolean {
		return this.#trees.map((tree) => removeGroup(join(tree, this.pathOf(id)))).every((isGone) => isGone);
	}

	/** The parents that are the instance's alone, when they are empty. */
	removeInstance(): void {
		if (this.#parent !== ownGroupParent(this.#instance)) return;
		for (const tree of this.#trees) removeGroup(join(tree, this.#parent));
	}

	/** What it holds, less the page cache that the kernel would give back first; null where that cannot be read. */
	memoryBytes(id: string): number | null {
		const folder = this.layout === "unified" ? join(root, this.pathOf(id)) : join(root, "memory", this.pathOf(id));
		const used = textOf(join(folder, this.layout === "unified" ? "memory.current" : "memory.usage_in_bytes"));
		if (used === null) return null;
		const cached = /^(?:total_)?inactive_file (\d+)$/m.exec(textOf(join(folder, "memory.stat")) ?? "")?.[1] ?? "0";
		return Math.max(0, Number(used) - Number(cached));
	}

	/** The limits that are in force, as the kernel tells them; 0: none, or not to be read. */
	limits(id: string): GroupLimits {
		if (this.layout === "unified") {
			const of = (file: string): string | null => textOf(join(root, this.pathOf(id), file));
			const [quota, period] = (of("cpu.max") ?? "").split(" ");
			const memoryBytes = numberIn(of("memory.max"));
			return {
				memoryBytes,
				memoryAndSwapBytes: memoryBytes + numberIn(of("memory.swap.max")),
				processes: numberIn(of("pids.max")),
				cpuCores: share(numberIn(quota), numberIn(period)),
				isOutOfMemoryKillOff: false,
			};
		}
		const of = (controller: string, file: string): string | null => textOf(join(root, controller, this.pathOf(id), file));
		const memoryBytes = numberIn(of("memory", "memory.limit_in_bytes"));
		return {
			memoryBytes,
			memoryAndSwapBytes: this.limitsSwap ? numberIn(of("memory", "memory.memsw.limit_in_bytes")) : memoryBytes,
			processes: numberIn(of("pids", "pids.max")),
			cpuCores: share(numberIn(of("cpu", "cpu.cfs_quota_us")), numberIn(of("cpu", "cpu.cfs_period_us"))),
			isOutOfMemoryKillOff: /^oom_kill_disable 1$/m.test(of("memory", "memory.oom_control") ?? ""),
		};
	}

	#processes(id: string): number[] {
		const pids = this.#trees.flatMap((tree) => processesIn(join(tree, this.pathOf(id))));
		return [...new Set(pids)];
	}
}

const numberIn = (text: string | null | undefined): number => (text != null && /^\d+\s*$/.test(text) ? Number(text) : 0);
const share = (quota: number, period: number): number => (period === 0 ? 0 : quota / period);

function killAll(pids: readonly number[]): void {
	for (const pid of pids) {
		try {
			process.kill(pid, "SIGKILL");
		} catch {
			// It has ended meanwhile.
		}
	}
}

/** Groups below a group; most have none, which the count of a folder's links tells without reading it. */
function groupsIn(folder: string): string[] {
	const links = statSync(folder, { throwIfNoEntry: false })?.nlink ?? 0;
	return links === 2 ? [] : entriesOf(folder);
}

/** Groups below it included: gVisor's runtime makes some. */
function processesIn(folder: string): number[] {
	const text = textOf(join(folder, "cgroup.procs"));
	if (text === null) return [];
	const own = text.split("\n").flatMap((line) => (line === "" ? [] : [Number(line)]));
	return [...own, ...groupsIn(folder).flatMap((name) => processesIn(join(folder, name)))];
}

function removeGroup(folder: string): boolean {
	for (const name of groupsIn(folder)) removeGroup(join(folder, name));
	try {
		rmdirSync(folder);
		return true;
	} catch (error) {
		return error instanceof Error && "code" in error && error.code === "ENOENT";
	}
}
