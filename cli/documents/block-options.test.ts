import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFenceInfo } from "../../protocol/cells.ts";
import { readBlockOptions } from "./block-options.ts";

const read = (info: string, json: string | null = null) =>
	readBlockOptions({
		attributes: parseFenceInfo(`python sandglass ${info}`).attributes,
		json: json === null ? null : { line: 7, text: json },
	});
const problemOf = (info: string, json: string | null = null): string => {
	const it = read(info, json);
	return it.isRight ? "" : it.problem;
};

test("attributes get their types", () => {
	assert.deepEqual(read('version=3.13 session stdin="Ada\\n42" args="-n 2" timeout=5 before="#a, b" stream=stdout skip'), {
		isRight: true,
		options: {
			version: "3.13",
			session: "page",
			stdin: "Ada\n42",
			args: ["-n", "2"],
			timeout: 5,
			before: ["a", "b"],
			stream: "stdout",
			skip: true,
		},
	});
});

test("an exit code says that a block is to fail", () => {
	const it = read("exit=3");
	assert.equal(it.isRight && it.options.expect, "fails");
});

test("a value that is not allowed is told with what is", () => {
	assert.match(problemOf("expect=prints"), /expect="prints": must be one of exact, pattern, runs, fails/);
	assert.match(problemOf("timeout=soon"), /timeout="soon": must be a whole number/);
	assert.match(problemOf("versions=3.13"), /fewer than two/);
	assert.match(problemOf("version=3.13 versions=3.11,3.13"), /exclude each other/);
	assert.match(problemOf("expect=runs exit=1"), /expect=fails only/);
	assert.match(problemOf("before="), /names no id/);
});

test("a slip of the pen is told, what other tools read is not", () => {
	for (const [slip, meant] of [
		["verison=3.13", "version"],
		["expct=runs", "expect"],
		["sesion", "session"],
		["timeoutt=1", "timeout"],
		["stdim=a", "stdin"],
	])
		assert.equal(problemOf(slip ?? ""), `There is no attribute "${slip?.split("=")[0]}"; is "${meant}" meant?`);
	for (const other of [
		'title="a.py"',
		"linenums=1",
		"showLineNumbers",
		"hl_lines=2",
		"editable",
		"theme=dark",
		"height=300",
		"id=x",
		"ignore",
	])
		assert.equal(problemOf(other), "", other);
});

test("options as JSON win over attributes, and a broken block is told with its line", () => {
	const it = read(
		"version=3.13 tier=gvisor",
		'{"version":"3.11","arguments":["-v"],"hiddenBefore":"import math","files":[{"name":"a.csv","content":"1"}],"theme":"dark"}',
	);
	assert.deepEqual(it, {
		isRight: true,
		options: { version: "3.11", tier: "gvisor", args: ["-v"], hiddenBefore: "import math", jsonFiles: [{ name: "a.csv", content: "1" }] },
	});
	assert.match(problemOf("", "{"), /line 7.*not JSON/);
	assert.match(problemOf("", '{"version":3}'), /line 7.*cannot be used.*version/);
	assert.match(problemOf("", '{"verison":"3"}'), /verison/);
	assert.match(problemOf("", "[]"), /line 7/);
});
