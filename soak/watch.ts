import { readdirSync, readFileSync } from "node:fs";
import type { ServerProcess } from "../e2e/server-process.ts";

/** Looks at the server's processes all the while: memory and open descriptors of each, and every sandbox that there ever was. */

export interface Sample {
	readonly atMs: number;
	/** Proportional set size: what the process costs the machine. */
	readonly memoryBytes: number;
	readonly descriptors: number;
}

/** One life of one process, from its start to its end. */
export interface Life {
	readonly name: "main" | "gateway" | "runner";
	readonly pid: number;
	readonly samples: readonly Sample[];
}

export interface Watch {
	readonly lives: () => Life[];
	/** Ids of all sandboxes that were seen. */
	readonly sandboxes: ReadonlySet<string>;
	stop(): Promise<void>;
}

const sampleEveryMs = 1_000;
const listEverySamples = 5;

function sampleOf(pid: number, atMs: number): Sample | null {
	try {
		const memory = /^Pss:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
		return memory === undefined ? null : { atMs, memoryBytes: Number(memory) * 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
	} catch {
		// It may end between being found and being looked at.
		return null;
	}
}

export function watchServer(server: ServerProcess, now: () => number): Watch {
	const lives = new Map<number, { name: Life["name"]; pid: number; samples: Sample[] }>();
	const sandboxes = new Set<string>();
	let round = 0;
	let listing: Promise<void> = Promise.resolve();

	const list = async (): Promise<void> => {
		// While the engine is down nobody can say.
		for (const id of await server.containers().catch(() => [])) sandboxes.add(id);
	};
	const look = (): void => {
		const atMs = now();
		for (const [name, pid] of Object.entries(server.pids()) as [Life["name"], number | undefined][]) {
			const sample = pid === undefined ? null : sampleOf(pid, atMs);
			if (pid === undefined || sample === null) continue;
			const life = lives.get(pid) ?? { name, pid, samples: [] };
			life.samples.push(sample);
			lives.set(pid, life);
		}
		if (round++ % listEverySamples === 0) listing = listing.then(list);
	};
	look();
	const timer = setInterval(look, sampleEveryMs);
	return {
		lives: () => [...lives.values()],
		sandboxes,
		async stop() {
			clearInterval(timer);
			listing = listing.then(list);
			await listing;
		},
	};
}
