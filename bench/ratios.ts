import { z } from "zod";
import type { Part } from "./options.ts";

/**
 * What `npm run bench -- --ci` holds a change to: ratios of two sides of one run, never a bare time, against those of the committed results. A short run's
 * medians of such ratios vary from run to run, by how much depends on the figure; a margin lies above what an unchanged server showed, and below
 * what a lost optimisation costs.
 */

interface GuardedRatio {
	readonly id: string;
	readonly name: string;
	/** What measures it. */
	readonly part: Part;
	readonly better: "lower" | "higher";
	/** How far it may fall behind the committed one, as a share of it: 0.5 lets 1.0 become 1.5 (or, where higher is better, 0.67). */
	readonly margin: number;
	/** Where lower is better: up to here nothing has been lost, whatever a luckier run showed. */
	readonly harmless?: number;
}

export const guardedRatios = [
	{ id: "python-first", name: "Python, first run of a session, over native", part: "python", better: "lower", margin: 0.4 },
	{ id: "python-again", name: "Python, again in a session, over native", part: "python", better: "lower", margin: 0.4 },
	{ id: "gvisor-again", name: "Python, gVisor, again in a session, over native", part: "python", better: "lower", margin: 0.5 },
	{ id: "cold-docker-run", name: "no warm sandbox, over `docker run`", part: "cold", better: "lower", margin: 0.4 },
	{ id: "cold-dockerode", name: "no warm sandbox, over dockerode without a pool", part: "cold", better: "lower", margin: 0.4 },
	{ id: "rate-docker-run", name: "one-shot runs a second, over `docker run`", part: "rate", better: "higher", margin: 0.4 },
	{ id: "compile-c", name: "C, compiled and run, over native", part: "languages", better: "lower", margin: 0.3 },
	{ id: "compile-go", name: "Go, compiled and run, over native", part: "languages", better: "lower", margin: 0.3 },
	{ id: "compile-rust", name: "Rust, compiled and run, over native", part: "languages", better: "lower", margin: 0.3 },
	{ id: "compile-java", name: "Java, compiled and run, over native", part: "languages", better: "lower", margin: 0.3 },
	{ id: "idle-memory", name: "memory of an idle sandbox, over a container made by hand", part: "memory", better: "lower", margin: 0.3 },
	{ id: "echo", name: "echo of one key at the socket, over the agent's own", part: "typing", better: "lower", margin: 0.6 },
	{ id: "echo-cpu", name: "CPU of an echo, over two relays without a protocol", part: "keys", better: "lower", margin: 0.5 },
	{ id: "growth-echo", name: "p95 echo with 100 sessions, over 1", part: "sessions", better: "lower", margin: 1, harmless: 1 },
	{ id: "growth-cpu", name: "CPU for a key with 100 sessions, over 1", part: "sessions", better: "lower", margin: 1, harmless: 1 },
] as const satisfies readonly GuardedRatio[];

export type RatioId = (typeof guardedRatios)[number]["id"];
export type Ratios = Readonly<Partial<Record<RatioId, number>>>;

/** What of bench/results/latest.json a later run is compared with. */
export const CommittedResults = z.looseObject({
	/** What made the sandboxes. */
	driver: z.string(),
	ratios: z.record(z.string(), z.number().positive()),
});
export type CommittedResults = z.infer<typeof CommittedResults>;

export interface Comparison {
	readonly ratio: (typeof guardedRatios)[number];
	readonly measured: number | undefined;
	readonly committed: number | undefined;
	/** The last value that is let through; undefined where nothing is committed. */
	readonly bound: number | undefined;
	readonly verdict: "held" | "FELL" | "not measured" | "nothing committed";
}

/** All of them, or those of one part. A guarded ratio that is committed and was not measured has not been held. */
export function compareRatios(measured: Ratios, committed: Readonly<Record<string, number>>): Comparison[] {
	return guardedRatios.map((ratio: (typeof guardedRatios)[number] & GuardedRatio) => {
		const [now, before] = [measured[ratio.id], committed[ratio.id]];
		const tolerance = 1 + ratio.margin;
		if (before === undefined) return { ratio, measured: now, committed: before, bound: undefined, verdict: "nothing committed" };
		const bound = ratio.better === "lower" ? Math.max(before * tolerance, ratio.harmless ?? 0) : before / tolerance;
		if (now === undefined) return { ratio, measured: now, committed: before, bound, verdict: "not measured" };
		const isHeld = ratio.better === "lower" ? now <= bound : now >= bound;
		return { ratio, measured: now, committed: before, bound, verdict: isHeld ? "held" : "FELL" };
	});
}
