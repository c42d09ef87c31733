import type { PlannedBlock, UnplannedBlock } from "./plan.ts";
import type { AnsweredRun } from "./run-blocks.ts";
import type { Verdict } from "./verdict.ts";

/** What a check found out: one finding for each block and version, in the order of the documents. */

export interface Finding {
	readonly file: string;
	/** Of the block. */
	readonly blockLine: number;
	/** Where to look: the first line of the expected output that is not so, else the block. */
	readonly line: number;
	/** "python", "python 3.11" */
	readonly title: string;
	readonly status: "passed" | "failed" | "updated" | "skipped" | "notRun";
	/** One sentence; empty where it passed. */
	readonly reason: string;
	readonly verdict: Verdict | null;
	/** Of the program; 0 where it was not run. */
	readonly wallMs: number;
}

export interface CheckedRun extends AnsweredRun {
	readonly verdict: Verdict;
}

export interface CheckedBlock {
	readonly planned: PlannedBlock;
	/** One for each version. */
	readonly runs: readonly CheckedRun[];
}

export function findingsOf(block: CheckedBlock | UnplannedBlock): Finding[] {
	if ("runs" in block) return block.runs.map(findingOfRun);
	const { document, block: written, problem } = block;
	const status = problem.kind === "broken" ? "failed" : "skipped";
	return [{ ...findingOfProblem(document.file, written.line, problem.message), title: written.language, status }];
}

function findingOfRun({ planned, run, answer, verdict }: CheckedRun): Finding {
	const { document, block } = planned;
	return {
		file: document.file,
		blockLine: block.line,
		line: verdict.kind === "failed" ? verdict.line : block.line,
		title: run.version === undefined ? block.language : `${block.language} ${run.version}`,
		status: verdict.kind,
		reason: verdict.kind === "passed" ? "" : verdict.reason,
		verdict,
		wallMs: answer.kind === "ran" ? (answer.result.program?.wallMs ?? 0) : 0,
	};
}

/** Something wrong with a document itself. */
export function findingOfProblem(file: string, line: number, message: string): Finding {
	return { file, blockLine: line, line, title: "document", status: "failed", reason: message, verdict: null, wallMs: 0 };
}

export type Counts = Readonly<Record<Finding["status"], number>>;

export function countFindings(findings: readonly Finding[]): Counts {
	const counts = { passed: 0, failed: 0, updated: 0, skipped: 0, notRun: 0 };
	for (const { status } of findings) counts[status]++;
	return counts;
}

/** "98 passed, 1 failed, 1 skipped" */
export function summarise(findings: readonly Finding[]): string {
	const { passed, failed, updated, skipped, notRun } = countFindings(findings);
	const parts = [
		`${passed} passed`,
		...(failed > 0 ? [`${failed} failed`] : []),
		...(updated > 0 ? [`${updated} updated`] : []),
		...(skipped > 0 ? [`${skipped} skipped`] : []),
		...(notRun > 0 ? [`${notRun} not run`] : []),
	];
	return parts.join(", ");
}
