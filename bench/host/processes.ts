import { readdirSync, readFileSync } from "node:fs";

/** What the kernel says of processes, proc(5). Whoever ended meanwhile, or may not be looked at, holds nothing. */

function read(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

function bytesOf(text: string, field: string): number {
	return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? 0) * 1_024;
}

export interface ProcessMemory {
	readonly residentBytes: number;
	/** What is shared is counted in shares. */
	readonly proportionalBytes: number;
	/** Of the proportional: what is no page of a file, and the page tables. */
	readonly privateBytes: number;
}

export function memoryOf(pid: number): ProcessMemory {
	const rollup = read(`/proc/${pid}/smaps_rollup`);
	return {
		residentBytes: bytesOf(rollup, "Rss"),
		proportionalBytes: bytesOf(rollup, "Pss"),
		privateBytes: bytesOf(rollup, "Pss_Anon") + bytesOf(rollup, "Pss_Shmem") + bytesOf(read(`/proc/${pid}/status`), "VmPTE"),
	};
}

/** Of all its threads since they started; the clock ticks of `stat` are too coarse for a few keys. */
export function cpuMsOf(pid: number): number {
	const threads = readdirSync(`/proc/${pid}/task`);
	return threads.reduce((sum, thread) => sum + Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] ?? 0), 0) / 1e6;
}

export const parentOf = (pid: number): number => Number(read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1] ?? 0);

export const commandOf = (pid: number): string => read(`/proc/${pid}/comm`).trim();

export function allPids(): number[] {
	return readdirSync("/proc").flatMap((name) => (/^[0-9]+$/.test(name) ? [Number(name)] : []));
}

/** Its group in the hierarchy that counts memory, as a path below that hierarchy's root; "" where there is none. */
export function memoryGroupOf(pid: number): string {
	const text = read(`/proc/${pid}/cgroup`);
	return /^\d+:memory:(.*)$/m.exec(text)?.[1] ?? /^0::(.*)$/m.exec(text)?.[1] ?? "";
}

/** Everything charged to a group, the kernel's own share included; 0 where that cannot be read. */
export function chargedBytes(group: string): number {
	for (const file of [`/sys/fs/cgroup/memory${group}/memory.usage_in_bytes`, `/sys/fs/cgroup${group}/memory.current`]) {
		const text = read(file);
		if (text !== "") return Number(text);
	}
	return 0;
}

/** What nobody could have at once: neither free nor cache. */
export function usedBytesOfMachine(): number {
	const text = read("/proc/meminfo");
	const free = ["MemFree", "Buffers", "Cached", "SReclaimable"].reduce((sum, field) => sum + bytesOf(text, field), 0);
	return bytesOf(text, "MemTotal") + bytesOf(text, "Shmem") - free;
}

export const availableBytesOfMachine = (): number => bytesOf(read("/proc/meminfo"), "MemAvailable");
