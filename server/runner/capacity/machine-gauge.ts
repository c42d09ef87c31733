import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { ControlGroups } from "./control-groups.ts";

/**
 * What the machine has left, as Linux tells it (proc(5)). The files are read at once and not by turns of the event loop: the kernel makes them
 * as they are read, no disk is asked, and all of them together take a tenth of a millisecond, where turns would take more than one.
 */

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
	/** null: this system cannot be read. */
	read(nowMs: number): Reading | null;
}

/** For an engine on another machine, of which this one's figures say nothing. */
export const unreadable: Gauge = { read: () => null };

export class MachineGauge implements Gauge {
	readonly #proc: string;
	readonly #groups: ControlGroups;
	#lastTicks: Ticks | null = null;

	constructor({ proc = "/proc", groups = new ControlGroups() } = {}) {
		this.#proc = proc;
		this.#groups = groups;
	}

	read(nowMs: number): Reading | null {
		try {
			const memory = this.#text("meminfo");
			const groups = this.#groups.read(nowMs);
			const available = numberAfter(memory, /^MemAvailable: +([0-9]+) kB$/m) * 1_024;
			const total = numberAfter(memory, /^MemTotal: +([0-9]+) kB$/m) * 1_024;
			const tasks = /^\S+ \S+ \S+ [0-9]+\/([0-9]+) /.exec(this.#text("loadavg"))?.[1];
			if (tasks === undefined) throw new Error("loadavg has another form");
			const cores = Math.min(availableParallelism(), groups.cores ?? Number.POSITIVE_INFINITY);
			const maxTasks = Math.min(Number(this.#text("sys/kernel/pid_max")), Number(this.#text("sys/kernel/threads-max")));
			return {
				availableBytes: Math.min(available, groups.freeBytes ?? available),
				totalBytes: Math.min(total, groups.limitBytes ?? total),
				memoryStall: this.#memoryStall(),
				idleCores: this.#idleCores(this.#text("stat"), cores),
				cores,
				freeTasks: Math.max(0, Math.min(maxTasks - Number(tasks), groups.freeTasks ?? Number.POSITIVE_INFINITY)),
				maxTasks,
			};
		} catch {
			// Not Linux, or not as we know it: the operator's ceiling alone rules.
			return null;
		}
	}

	/** Kernels without pressure figures have no such file, or refuse to read it. */
	#memoryStall(): number | null {
		try {
			const stalled = /^some avg10=([0-9.]+) /m.exec(this.#text("pressure/memory"))?.[1];
			return stalled === undefined ? null : Number(stalled) / 100;
		} catch {
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

	#text(file: string): string {
		return readFileSync(`${this.#proc}/${file}`, "utf8");
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
