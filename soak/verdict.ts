import { describeOutcome, type Outcome } from "../protocol/outcome.ts";
import type { Fate, Outage, RunRecord } from "./ledger.ts";

/** Whether every run ended in a state that was told to its user, in time, and for a reason. Each fault is a line. */

export interface Verdict {
	/** No end was told. */
	readonly silent: readonly string[];
	/** It went on past its limits and the slack. */
	readonly overlong: readonly string[];
	/** Lost, refused or cut off while nothing had been killed. */
	readonly unexplained: readonly string[];
	/** Told something else than what such a program comes to, or shown something wrong. */
	readonly wrong: readonly string[];
}

/** From the moment at which something is back to the last word about its absence. */
const tellingSlackMs = 10_000;

export function describeFate(fate: Fate): string {
	switch (fate.kind) {
		case "exit":
			return fate.outcome.kind === "limited"
				? `limited: ${fate.outcome.limit}`
				: fate.outcome.kind === "lost"
					? `lost: ${fate.outcome.code}`
					: fate.outcome.kind;
		case "refused":
			return `refused: ${fate.code}`;
		case "closed":
			return fate.closeCode === null ? "cut off" : `closed: ${fate.closeCode}`;
		case "left":
			return "left by its user";
		case "wrong":
			return "wrong";
	}
}

const describeRun = ({ person, language, tier }: RunRecord): string => `${person}, ${language} in ${tier}`;

function isDuring(outages: readonly Outage[], atMs: number, endOf: (outage: Outage) => number | null): boolean {
	return outages.some((outage) => outage.fromMs <= atMs && atMs <= (endOf(outage) ?? Number.POSITIVE_INFINITY) + tellingSlackMs);
}

function isExplained(fate: Fate, atMs: number, outages: readonly Outage[]): boolean {
	switch (fate.kind) {
		case "exit":
			return fate.outcome.kind !== "lost" || isDuring(outages, atMs, ({ hereAgainMs }) => hereAgainMs);
		case "closed":
			return isDuring(outages, atMs, ({ hereAgainMs }) => hereAgainMs);
		case "refused":
			return isDuring(outages, atMs, ({ offeredAgainMs }) => offeredAgainMs);
		default:
			return true;
	}
}

const wordsOf = (outcome: Outcome): string => `${outcome.kind} (${describeOutcome(outcome).sentence})`;

/** `longestRunMs`: all limits of a run together, with the slack. `beganMs`: what the times in the lines count from. */
export function judge(records: readonly RunRecord[], outages: readonly Outage[], longestRunMs: number, beganMs: number): Verdict {
	const verdict = { silent: [] as string[], overlong: [] as string[], unexplained: [] as string[], wrong: [] as string[] };
	for (const record of records) {
		const at = `${describeRun(record)}, begun at ${Math.round((record.startedAtMs - beganMs) / 1_000)} s`;
		if (record.end === null) {
			verdict.silent.push(at);
			continue;
		}
		const { fate, atMs } = record.end;
		const tookMs = atMs - record.startedAtMs;
		const told = `${at}, after ${(tookMs / 1_000).toFixed(1)} s: `;
		if (tookMs > longestRunMs) verdict.overlong.push(`${told}${describeFate(fate)}`);
		if (!isExplained(fate, atMs, outages)) verdict.unexplained.push(`${told}${describeFate(fate)}`);
		if (fate.kind === "wrong") verdict.wrong.push(`${told}${fate.what}`);
		if (fate.kind === "exit" && fate.outcome.kind !== "lost" && !record.expects(fate.outcome))
			verdict.wrong.push(`${told}${wordsOf(fate.outcome)}${fate.seen === undefined ? "" : `; ${fate.seen}`}`);
	}
	return verdict;
}
