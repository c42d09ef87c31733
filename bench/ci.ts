import { readFileSync } from "node:fs";
import type { Findings } from "./bench.ts";
import type { DriverName } from "./driver-name.ts";
import type { Part } from "./options.ts";
import { CommittedResults, type Comparison, compareRatios, guardedRatios, type Ratios } from "./ratios.ts";
import { formatFigure, plainTable } from "./results.ts";

/**
 * `npm run bench -- --ci`: a short run that fails when a guarded ratio (ratios.ts) has fallen behind the committed results by more than its margin. What fell
 * is measured once more, alone, and only what falls then too fails: the machine may have been busy with something else.
 */

export interface CiRun {
	readonly parts: readonly Part[];
	readonly driver: DriverName;
	readonly committed: CommittedResults;
	measure(part: Part): Promise<Findings>;
	say(line: string): void;
}

/** Cannot be compared at all; its message says why. */
export class CiError extends Error {}

/** What these parts have to show. */
export const guardedParts = (parts: readonly Part[]): Part[] => parts.filter((part) => guardedRatios.some((ratio) => ratio.part === part));

export function readCommittedResults(path: string): CommittedResults {
	const parsed = CommittedResults.safeParse(JSON.parse(readFileSync(path, "utf8")));
	if (!parsed.success) throw new CiError("bench/results/latest.json holds no ratios yet: a whole `npm run bench` writes them.");
	return parsed.data;
}

const hasFailed = ({ verdict }: Comparison): boolean => verdict === "FELL" || verdict === "not measured";

/** Resolves to what was compared in the end; whether all of it held, `hasHeld` says. */
export async function guardRatios({ parts, driver, committed, measure, say }: CiRun): Promise<Comparison[]> {
	if (driver !== committed.driver)
		throw new CiError(
			`The committed results are of the driver ${committed.driver}, and this machine gives ${driver}: they cannot be compared.`,
		);
	const guarded = guardedParts(parts);
	const compare = (ratios: Ratios): Comparison[] =>
		compareRatios(ratios, committed.ratios).filter(({ ratio }) => guarded.includes(ratio.part));
	let ratios: Ratios = {};
	for (const part of guarded) {
		try {
			ratios = { ...ratios, ...(await measure(part)).ratios };
		} catch (error) {
			// As good as fallen: it is measured again, and then a failure is one.
			say(`${part} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	const first = compare(ratios);
	if (first.every(({ committed: before }) => before === undefined)) throw new CiError("Not one of these ratios is committed.");
	for (const part of guarded.filter((it) => first.some((comparison) => comparison.ratio.part === it && hasFailed(comparison)))) {
		const fallen = first.filter((comparison) => comparison.ratio.part === part && hasFailed(comparison)).map(({ ratio }) => ratio.id);
		say(`again, alone: ${fallen.join(", ")}`);
		const again = (await measure(part)).ratios ?? {};
		for (const id of fallen) ratios = { ...ratios, [id]: again[id] ?? ratios[id] };
	}
	return compare(ratios);
}

export const hasHeld = (comparisons: readonly Comparison[]): boolean => !comparisons.some(hasFailed);

const figureText = (value: number | undefined): string => (value === undefined ? "" : `${formatFigure(value)} ×`);

export function formatComparisons(comparisons: readonly Comparison[]): string {
	return `\nRatios against the committed results\n${plainTable(
		["ratio", "committed", "margin", "allowed", "measured", ""],
		comparisons.map(({ ratio, committed, bound, measured, verdict }) => [
			ratio.name,
			figureText(committed),
			`${Math.round(ratio.margin * 100)} %`,
			bound === undefined ? "" : `${ratio.better === "lower" ? "≤" : "≥"} ${figureText(bound)}`,
			figureText(measured),
			verdict,
		]),
	)}\n`;
}
