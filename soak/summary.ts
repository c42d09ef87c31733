import { formatBytes } from "../protocol/outcome.ts";
import type { Trend } from "./flatness.ts";
import type { Kill } from "./killer.ts";
import type { RunRecord } from "./ledger.ts";
import { describeFate } from "./verdict.ts";

/** What a soak prints at its end. */

export interface Check {
	readonly name: string;
	/** None: it has passed. */
	readonly faults: readonly string[];
}

const shownFaults = 20;

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): [string, number][] {
	const counts = new Map<string, number>();
	for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
	return [...counts].sort(([a], [b]) => a.localeCompare(b));
}

const outcomeOf = ({ end }: RunRecord): string => (end === null ? "no end" : describeFate(end.fate));

function formatRuns(records: readonly RunRecord[]): string[] {
	const by = (title: string, keyOf: (record: RunRecord) => string): string[] => [
		`runs by ${title}:`,
		...countBy(records, keyOf).map(([key, count]) => `  ${String(count).padStart(5)}  ${key}`),
	];
	return [
		`${records.length} runs`,
		...by("tier and language", ({ tier, language }) => `${tier}, ${language}`),
		...by("person and outcome", (record) => `${record.person}: ${outcomeOf(record)}`),
		...by("tier and outcome", (record) => `${record.tier}: ${outcomeOf(record)}`),
	];
}

const formatKill = ({ what, fault, spared }: Kill): string =>
	`  ${what}: ${spared === null ? (fault ?? "killed, and all was there again") : `not killed (${spared})`}`;

function formatTrend({ life: { name, pid, samples }, quantity, thirds }: Trend): string {
	const show = (value: number): string => (quantity === "memory" ? formatBytes(value) : String(value));
	const livedMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
	const subject = `  ${name} ${pid}, ${Math.round(livedMs / 1_000)} s, ${quantity}: `;
	if (thirds === null) return `${subject}lived too short to tell`;
	return `${subject}${show(thirds.first)} in the first third after the warm-up, ${show(thirds.last)} in the last (at most ${show(thirds.allowed)})`;
}

export function formatReport(records: readonly RunRecord[], kills: readonly Kill[], trends: readonly Trend[]): string {
	return [...formatRuns(records), "kills:", ...kills.map(formatKill), "medians:", ...trends.map(formatTrend), ""].join("\n");
}

/** Each check by name, its faults, and alone in the last line how many passed and failed. */
export function formatChecks(checks: readonly Check[]): string {
	const lines = checks.flatMap(({ name, faults }) => [
		`${faults.length === 0 ? "ok  " : "FAIL"} ${name}`,
		...faults.slice(0, shownFaults).map((fault) => `       ${fault}`),
		...(faults.length > shownFaults ? [`       and ${faults.length - shownFaults} more`] : []),
	]);
	const failed = checks.filter(({ faults }) => faults.length > 0).length;
	return [...lines, `${checks.length - failed} passed, ${failed} failed`, ""].join("\n");
}
