import type { ApiRunResult, ApiStep } from "../protocol/api.ts";
import { cutAtMark } from "../protocol/cell-joining.ts";
import { describeSignal, formatDuration } from "../protocol/outcome.ts";
import { compareExactly, compareWithPattern } from "./comparison.ts";
import { settleOutput } from "./documents/document.ts";
import type { PlannedBlock, PlannedRun } from "./plan.ts";

/** Whether a run was what its document says. */

export interface Drift {
	readonly expected: string;
	readonly printed: string;
	readonly isPattern: boolean;
}

export type Verdict =
	| { readonly kind: "passed"; readonly printed: string }
	| {
			readonly kind: "failed";
			readonly reason: string;
			/** Of the document: where to look. */
			readonly line: number;
			/** What a new expected output would say; null: it ended otherwise than it should, so none would be right. */
			readonly drift: Drift | null;
			/** For the report where there is no drift. */
			readonly printed: string;
	  }
	/** The server lost it. */
	| { readonly kind: "notRun"; readonly reason: string };

export function judge(planned: PlannedBlock, run: PlannedRun, result: ApiRunResult): Verdict {
	const { block, expected } = planned;
	const { outcome } = result;
	if (outcome.kind === "lost" || outcome.kind === "stopped") return { kind: "notRun", reason: result.message };
	const printed = printedBy(planned, run, result);
	const fail = (reason: string): Verdict => ({
		kind: "failed",
		reason,
		line: block.line,
		drift: null,
		printed: settleOutput(printed ?? rawPrint(result)),
	});
	if (outcome.kind === "limited") {
		const isTime = outcome.limit === "idleWall" || outcome.limit === "totalWall";
		return fail(isTime ? `It did not end in ${formatDuration(outcome.value)}.` : result.message);
	}
	if (printed === null) return fail("A block above it in its session ended the program.");
	const ending = describeEnding(outcome);
	if (expected.kind === "fails") {
		if (ending === null) return fail("It should fail, and ended with exit code 0.");
		if (expected.exitCode !== null && !(outcome.kind === "exited" && outcome.code === expected.exitCode))
			return fail(`It should end with exit code ${expected.exitCode}. ${ending}`);
	} else if (ending !== null) return fail(ending);
	const shouldPrint = expected.kind === "runs" ? null : block.output;
	if (shouldPrint === null) return { kind: "passed", printed };
	const isPattern = expected.kind !== "runs" && expected.isPattern;
	const comparison = (isPattern ? compareWithPattern : compareExactly)(shouldPrint.text, printed);
	if (comparison.isSame) return { kind: "passed", printed };
	return {
		kind: "failed",
		reason: isPattern ? "It prints something that does not fit the pattern." : "It prints something else.",
		line: shouldPrint.line + comparison.line,
		drift: { expected: settleOutput(shouldPrint.text), printed: settleOutput(printed), isPattern },
		printed: settleOutput(printed),
	};
}

/** Null: it ended well. */
function describeEnding(outcome: ApiRunResult["outcome"]): string | null {
	switch (outcome.kind) {
		case "exited":
			return outcome.code === 0 ? null : `It ended with exit code ${outcome.code}.`;
		case "signalled":
			return `It ended by signal ${describeSignal(outcome.signal)}.`;
		case "compileFailed":
			return "It did not compile.";
		default:
			return null;
	}
}

/**
 * What the document shows: standard output, then standard error, because which came first between the two is chance. Of a program that did not compile,
 * the compiler's words. Null: it ended before its own part began.
 */
function printedBy({ stream }: PlannedBlock, { isMarked }: PlannedRun, { outcome, compile, program }: ApiRunResult): string | null {
	if (outcome.kind === "compileFailed") return compile === null ? "" : streamsOf(compile);
	if (program === null) return "";
	const stdout = isMarked ? cutAtMark(program.stdout) : program.stdout;
	const stderr = isMarked ? (cutAtMark(program.stderr) ?? "") : program.stderr;
	if (stdout === null) return null;
	if (stream !== "both") return stream === "stdout" ? stdout : stderr;
	return joinStreams(stdout, stderr);
}

const joinStreams = (stdout: string, stderr: string): string =>
	stdout !== "" && stderr !== "" ? `${stdout.replace(/\n?$/, "\n")}${stderr}` : stdout + stderr;

const streamsOf = ({ stdout, stderr }: ApiStep): string => joinStreams(stdout, stderr);

const rawPrint = ({ compile, program }: ApiRunResult): string => {
	const step = program ?? compile;
	return step === null ? "" : streamsOf(step);
};
