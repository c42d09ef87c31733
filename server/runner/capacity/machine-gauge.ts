import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ControlGroups } from "./control-groups.ts";

/** What the machine has left, as Linux tells it (proc(5)); nothing here costs more than reading a few short files. */

export interface Reading {
	/** Memory that could be had without swapping, and all there is. */
	readonly availableBytes: number;
	readonly totalBytes: number;
	/** Share of the last ten seconds in which something waited for memory, 0 to 1; null: this kernel does not tell. */
	readonly memoryStall: number | null;
	/** Cores that had nothing to do since the reading before; null: it is the first. */
	readonly idleCores: number | null;
	readonly cores: number;
	/** Processes and threads that could still be made, and all that there may be. */
	readonly freeTasks: number;
	readonly maxTasks: number;
}

export interface Gauge {
	/** null: this system cannot be read. Never rejects. */
	read(): Promise<Reading | null>;
}

/** For an engine on another machine, of which this one's figures say nothing. */
export const unreadable: Gauge = { read: async () => null };

export class MachineGauge implements Gauge {
	readonly #proc: string;
	readonly #groups: ControlGroups;
	#lastTicks: Ticks | null = null;

	constructor({ proc = "/proc", groups = new ControlGroups() } = {}) {
		this.#proc = proc;
		this.#groups = groups;
	}

	async read(): Promise<Reading | null> {
		try {
			const [memory, load, stat, stall, maxPid, maxThreads, groups] = await Promise.all([
				this.#text("meminfo"),
				this.#text("loadavg"),
				this.#text("stat"),
				this.#text("pressure/memory").catch(() => ""),
				this.#text("sys/kernel/pid_max"),
				this.#text("sys/kernel/threads-max"),
				this.#groups.read(),
			]);
			const available = numberAfter(memory, /^MemAvailable: +([0-9]+) kB$/m) * 1_024;
			const total = numberAfter(memory, /^MemTotal: +([0-9]+) kB$/m) * 1_024;
			const tasks = /^\S+ \S+ \S+ [0-9]+\/([0-9]+) /.exec(load)?.[1];
			if (tasks === undefined) throw new Error("loadavg has another form");
			const cores = Math.min(availableParallelism(), groups.cores ?? Number.POSITIVE_INFINITY);
			const maxTasks = Math.min(Number(maxPid), Number(maxThreads));
			const stalled = /^some avg10=([0-9.]+) /m.exec(stall)?.[1];
			return {
				availableBytes: Math.min(available, groups.freeBytes ?? available),
				totalBytes: Math.min(total, groups.limitBytes ?? total),
				memoryStall: stalled === undefined ? null : Number(stalled) / 100,
				idleCores: this.#idleCores(stat, cores),
				cores,
				freeTasks: Math.max(0, Math.min(maxTasks - Number(tasks), groups.freeTasks ?? Number.POSITIVE_INFINITY)),
				maxTasks,
			};
		} catch {
			// Not Linux, or not as we know it: the operator's ceiling alone rules.
			return null;
		}
	}

	#idleCores(stat: string, cores: number): number | null {
		const ticks = parseTicks(stat);
		const last = this.#lastTicks;
		this.#lastTicks = ticks;
		if (last === null || ticks.all <= last.all) return null;
		return Math.min(cores, Math.max(0, ((ticks.idle - last.idle) / (ticks.all - last.all)) * ticks.cores));
	}

	#text(file: string): Promise<string> {
		return readFile(`${this.#proc}/${file}`, "utf8");
	}
}

interface Ticks {
	readonly idle: number;
	readonly all: number;
	readonly cores: number;
}

/** `cpu  user nice system idle iowait irq softirq steal …`, and a line for each core. */
function parseTicks(stat: string): Ticks {
	const fields = (/^cpu +([0-9 ]+)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number).slice(0, 8);
	const [, , , idle = 0, waitingForDisk = 0] = fields;
	const cores = [...stat.matchAll(/^cpu[0-9]+ /gm)].length;
	if (fields.length < 5 || cores === 0) throw new Error("stat has another form");
	return { idle: idle + waitingForDisk, all: fields.reduce((sum, ticks) => sum + ticks, 0), cores };
}

function numberAfter(text: string, pattern: RegExp): number {
	const found = pattern.exec(text)?.[1];
	if (found === undefined) throw new Error(`meminfo has no ${pattern.source}`);
	return Number(found);
}
