import type { Config } from "../../config.ts";
import type { Bottleneck } from "../door-protocol.ts";
import type { Use } from "./computing-runs.ts";
import type { Reading } from "./machine-gauge.ts";

/**
 * How many leases the machine has room for, from what it has left and how many there are. Pure: readings and time are handed in.
 *
 * A further lease is let in where it could fill its whole memory limit, make all of its processes, and compute, and the reserve would still be
 * there. What is short closes at once, and opens again only when it has recovered by a margin, so that admission does not flutter about the
 * edge. Nothing that runs is ever ended for it, and one lease is always let in: a machine that is busy with other things is slow, not shut.
 */

export interface Capacity {
	/** Leases that there may be at a time, those that there are included. */
	readonly leases: number;
	/** What keeps it from being more. */
	readonly bottleneck: Bottleneck;
}

export type AdmissionSettings = Pick<Config, "maxLeases" | "memoryBytes" | "memoryReservePercent" | "processes" | "busyPerCore">;

/** How busy the machine is changes all the time: what counts is the average over about this long. */
const averagedMs = 1_000;
/** However busy the machine is with other things, the kernel gives our programs a share. */
const leastShareOfCores = 0.25;
/** Of the tasks that there may be, kept for the server and the machine. */
const taskReserveShare = 0.1;
/** With so much of the last ten seconds spent waiting for memory, the machine is thrashing whatever it says is available. */
const stallCloses = 0.2;
const stallOpens = 0.1;
/** What was short opens again with room for so many, or at so much of the limit of programs that compute. */
const roomOpens = 2;
const busyOpensShare = 0.75;

export class Admission {
	readonly #settings: AdmissionSettings;
	readonly #closed = new Set<Bottleneck>();
	/** Averages: runs that compute, and cores that they have or could have. */
	#computing = 0;
	#cores: number | null = null;
	#takenAtMs = 0;
	#capacity: Capacity;

	constructor(settings: AdmissionSettings) {
		this.#settings = settings;
		this.#capacity = { leases: settings.maxLeases, bottleneck: "ceiling" };
	}

	get capacity(): Capacity {
		return this.#capacity;
	}

	/** Holds while that has nothing left for a further lease. */
	isShort(of: Bottleneck): boolean {
		return this.#closed.has(of);
	}

	/** `use`: what there is now. null: the machine cannot be read, and the operator's ceiling alone rules. */
	take(reading: Reading | null, use: Use & { readonly leases: number }, nowMs: number): Capacity {
		const { maxLeases } = this.#settings;
		this.#capacity = { leases: maxLeases, bottleneck: "ceiling" };
		if (reading === null) {
			this.#closed.clear();
			return this.#capacity;
		}
		const rooms: readonly [Bottleneck, number][] = [
			["memory", this.#memoryRoom(reading)],
			["cpu", this.#cpuRoom(reading, use, nowMs)],
			["processes", this.#taskRoom(reading)],
		];
		for (const [bottleneck, room] of rooms) {
			const most = Math.max(1, use.leases + room);
			if (most < this.#capacity.leases) this.#capacity = { leases: most, bottleneck };
		}
		return this.#capacity;
	}

	#memoryRoom({ availableBytes, totalBytes, memoryStall }: Reading): number {
		const { memoryBytes, memoryReservePercent } = this.#settings;
		const room = Math.floor((availableBytes - (totalBytes * memoryReservePercent) / 100) / memoryBytes);
		const stall = memoryStall ?? 0;
		return this.#roomOf("memory", room, room < 1 || stall > stallCloses, room >= roomOpens && stall < stallOpens);
	}

	#taskRoom({ freeTasks, maxTasks }: Reading): number {
		const room = Math.floor((freeTasks - maxTasks * taskReserveShare) / this.#settings.processes);
		return this.#roomOf("processes", room, room < 1, room >= roomOpens);
	}

	/** What our programs got and what nobody took is theirs to share; what else the machine computes is not. */
	#cpuRoom({ idleCores, cores }: Reading, use: Use, nowMs: number): number {
		const { busyPerCore } = this.#settings;
		const ours = Math.min(cores, Math.max(cores * leastShareOfCores, use.cores + (idleCores ?? cores)));
		const weight = 1 - Math.exp(-Math.max(0, nowMs - this.#takenAtMs) / averagedMs);
		this.#cores = this.#cores === null ? ours : this.#cores + weight * (ours - this.#cores);
		this.#computing += weight * (use.computing - this.#computing);
		this.#takenAtMs = nowMs;
		if (busyPerCore === 0) return Number.POSITIVE_INFINITY;
		const limit = busyPerCore * this.#cores;
		const room = Math.floor(limit - this.#computing);
		return this.#roomOf("cpu", room, room < 1, this.#computing <= limit * busyOpensShare);
	}

	#roomOf(bottleneck: Bottleneck, room: number, closes: boolean, opens: boolean): number {
		if (closes) this.#closed.add(bottleneck);
		else if (opens) this.#closed.delete(bottleneck);
		return this.#closed.has(bottleneck) ? 0 : room;
	}
}
