import type { AttackOutcome, AttackResult, PostureReport } from "../../protocol/posture.ts";
import { type Subject, subjectOf } from "./subjects.ts";

/** The reports, turned into rows of attacks and columns of subjects. Pure. */

export interface MatrixColumn {
	readonly subject: Subject;
	readonly report: PostureReport;
	readonly counts: Readonly<Record<AttackOutcome, number>>;
}

export interface MatrixRow {
	/** The attack's id, the same in every report. */
	readonly id: string;
	readonly row: number;
	readonly title: string;
	/** By the subject's id; absent: it was not tried there. */
	readonly results: ReadonlyMap<string, AttackResult>;
}

export interface MatrixGroup {
	readonly title: string;
	readonly rows: readonly MatrixRow[];
}

export interface Matrix {
	/** Tiers first, then baselines. */
	readonly columns: readonly MatrixColumn[];
	readonly groups: readonly MatrixGroup[];
}

const otherTitle = "And besides";

/** Each row of the table of attacks in one group; in the order in which they are shown. */
export const attackGroups: readonly { readonly title: string; readonly rows: readonly number[] }[] = [
	{ title: "Memory and processes", rows: [1, 2, 9, 10, 11, 12] },
	{ title: "Files and rights", rows: [3, 4, 17, 18, 26, 27] },
	{ title: "The kernel", rows: [19, 20, 21, 22, 23, 24, 25] },
	{ title: "The network", rows: [28, 29, 30] },
	{ title: "Neighbours and secrets", rows: [31, 32, 33] },
	{ title: "The agent that guards it", rows: [14, 15, 16] },
	{ title: "The language", rows: [34, 41] },
	{ title: "Output and the terminal", rows: [5, 6, 7, 8, 35] },
	{ title: "The server's door", rows: [13, 36, 37, 38, 39, 40, 42] },
];

export const groupTitleOf = (row: number): string => attackGroups.find(({ rows }) => rows.includes(row))?.title ?? otherTitle;

function countOutcomes(attacks: readonly AttackResult[]): MatrixColumn["counts"] {
	const counts = { held: 0, broke: 0, inexpressible: 0 };
	for (const { outcome } of attacks) counts[outcome]++;
	return counts;
}

/** A report without attacks has no column: what kept it from being taken is told with its tier. */
export function arrangeAttacks(reports: readonly PostureReport[]): Matrix {
	const columns = reports
		.filter(({ attacks }) => attacks.length > 0)
		.map((report) => ({ subject: subjectOf(report), report, counts: countOutcomes(report.attacks) }));
	const rows = new Map<string, MatrixRow & { results: Map<string, AttackResult> }>();
	for (const { subject, report } of columns) {
		for (const attack of report.attacks) {
			const { id, row, title } = attack;
			const known = rows.get(id) ?? { id, row, title, results: new Map() };
			known.results.set(subject.id, attack);
			rows.set(id, known);
		}
	}
	const sorted = [...rows.values()].sort((a, b) => a.row - b.row || a.id.localeCompare(b.id, "en"));
	const titles = [...attackGroups.map(({ title }) => title), otherTitle];
	return {
		columns: [...columns.filter(({ subject }) => subject.tier !== null), ...columns.filter(({ subject }) => subject.tier === null)],
		groups: titles
			.map((title) => ({ title, rows: sorted.filter(({ row }) => groupTitleOf(row) === title) }))
			.filter((group) => group.rows.length > 0),
	};
}
