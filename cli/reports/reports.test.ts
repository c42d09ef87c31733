import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../findings.ts";
import { formatGithub, formatStepSummary } from "./github.ts";
import { formatJunit } from "./junit.ts";
import { printable, printableLine } from "./printable.ts";
import { formatText } from "./text.ts";

const passed: Finding = {
	file: "docs/a.md",
	blockLine: 3,
	line: 3,
	title: "python",
	status: "passed",
	reason: "",
	verdict: null,
	wallMs: 12,
};
const drifted: Finding = {
	...passed,
	blockLine: 10,
	line: 17,
	status: "failed",
	reason: "It prints something else.",
	verdict: {
		kind: "failed",
		reason: "It prints something else.",
		line: 17,
		printed: "a\nb\nc\nX\ne",
		drift: { expected: "a\nb\nc\nd\ne", printed: "a\nb\nc\nX\ne", isPattern: false },
	},
};
const hostile: Finding = {
	...passed,
	file: "docs/a,b:c%.md",
	line: 2,
	status: "failed",
	reason: "It ended with exit code 1.",
	verdict: {
		kind: "failed",
		reason: "It ended with exit code 1.",
		line: 2,
		drift: null,
		printed: "\u001b]0;owned\u0007\r\n::set-env name=A::b\n##[error]x\n</failure>]]><x a='\"'>\u0000\u202e",
	},
};
const notRun: Finding = { ...passed, status: "notRun", reason: "The server is gone." };
const skipped: Finding = { ...passed, status: "skipped", reason: "It says skip." };
const all = [passed, drifted, hostile, notRun, skipped];

test("what programs print cannot move the cursor, turn text round or end a line in a report", () => {
	assert.equal(printable("a\tb\r\nc\u001b[2J\u0007\u007f\u009b\u202e\u2028d"), "a\tb\nc␛[2J␇␡\\u{9b}\\u{202e}\\u{2028}d");
	assert.equal(printableLine("a\n  b\u001b", 10), "a b␛");
	assert.equal(printableLine("abcdefghijk", 5), "abcd…");
	for (const report of [formatText(all, { hasColours: false }), formatGithub(all, ""), formatStepSummary(all), formatJunit(all)])
		assert.deepEqual(report.match(/[^\P{C}\n]/gu), null);
});

test("the text names file and line of a drift and shows it with the document's line numbers", () => {
	assert.deepEqual(formatText([passed, drifted], { hasColours: false }).split("\n"), [
		"FAILED docs/a.md:17 python: It prints something else.",
		"  | 15   b",
		"  | 16   c",
		"  | 17 - d",
		"  |    + X",
		"  | 18   e",
		"",
		"2 blocks: 1 passed, 1 failed.",
		"",
	]);
	assert.ok(formatText(all, { hasColours: true }).includes("\u001b[31m- d\u001b[0m"));
});

test("a drift that prints more, less or nothing has its line numbers too", () => {
	const drift = (expected: string, printed: string, line: number): string => {
		const verdict = { kind: "failed" as const, reason: "x", line, printed, drift: { expected, printed, isPattern: false } };
		return formatText([{ ...drifted, line, verdict }], { hasColours: false })
			.split("\n")
			.slice(1, -3)
			.join("\n");
	};
	assert.equal(drift("a", "a\nb", 6), "  | 5   a\n  |   + b");
	assert.equal(drift("a\nb", "a", 6), "  | 5   a\n  | 6 - b");
	assert.equal(drift("", "a", 5), "  |  + a");
	assert.equal(drift("a", "", 5), "  | 5 - a");
});

test("a long drift is cut, and says by how much", () => {
	const printed = "x\n".repeat(1_000);
	const report = formatText([{ ...hostile, verdict: { kind: "failed", reason: "x", line: 2, drift: null, printed } }], {
		hasColours: false,
	});
	assert.match(report, /… and 941 lines more/);
	assert.ok(report.split("\n").length < 70);
});

test("GitHub gets an annotation at each line that is wrong, escaped as its runner reads it", () => {
	const commands = formatGithub(all, "packages/x")
		.split("\n")
		.filter((line) => line.startsWith("::"));
	assert.equal(commands.length, 3);
	assert.equal(
		commands[0],
		"::error file=packages/x/docs/a.md,line=17,title=sandglass%3A python::It prints something else.%0A| 15   b%0A| 16   c%0A| 17 - d%0A|    + X%0A| 18   e",
	);
	assert.ok(commands[1]?.startsWith("::error file=packages/x/docs/a%2Cb%3Ac%25.md,line=2,title="));
});

test("no line that a program printed is a command of GitHub's runner", () => {
	const report = formatGithub([hostile], "");
	assert.equal(report.split("\n").filter((line) => line.trimStart().startsWith("::")).length, 1, report);
	assert.ok(!report.includes("##["), report);
});

test("the step's summary holds no mark-up of a document or a program", () => {
	const summary = formatStepSummary([{ ...hostile, title: "<img src=x>|`a`", reason: "[a](javascript:b)" }]);
	assert.doesNotMatch(summary, /<img|`a`|\[a\]|\(javascript/);
	assert.match(summary, /1 blocks: 0 passed, 1 failed/);
});

test("JUnit's XML tells what failed from what was not run, and holds nothing that ends it early", () => {
	const xml = formatJunit(all);
	assert.match(xml, /<testsuites name="sandglass check" tests="5" failures="2" errors="1" skipped="1" time="0.060">/);
	assert.match(
		xml,
		/<testcase classname="docs\/a.md" name="line 10: python" file="docs\/a.md" line="17" time="0.012">\n {6}<failure message="It prints something else.">docs\/a.md:17\n/,
	);
	assert.match(xml, /<error message="The server is gone."\/>/);
	assert.match(xml, /<skipped message="It says skip."\/>/);
	assert.equal(xml.match(/<\/failure>/g)?.length, 2);
	assert.doesNotMatch(xml, /<x|\]\]>/);
	assert.equal(xml.match(/<testsuite /g)?.length, 2);
});
