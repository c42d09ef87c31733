import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttackResult, PostureReport } from "../../protocol/posture.ts";
import { arrangeAttacks, attackGroups, groupTitleOf } from "./attack-matrix.ts";

const attack = (id: string, outcome: AttackResult["outcome"] = "held"): AttackResult => ({
	row: Number(id.slice(0, 2)),
	id,
	title: `Title of ${id}`,
	outcome,
	tried: "",
	happened: "",
	why: "",
});

const report = (subject: PostureReport["subject"], ...attacks: AttackResult[]): PostureReport => ({
	subject,
	startedAtMs: 0,
	tookMs: 0,
	verdict: "passed",
	problem: null,
	image: null,
	facts: {},
	attacks,
	differences: [],
	figures: { startMs: null, warmMs: null, idleMemoryBytes: null },
});

test("every row of the table of attacks has exactly one group", () => {
	const rows = attackGroups.flatMap((group) => group.rows);
	assert.deepEqual(
		[...rows].sort((a, b) => a - b),
		Array.from({ length: 42 }, (_, index) => index + 1),
	);
});

test("a row of a later table falls into no gap", () => {
	assert.equal(groupTitleOf(77), "And besides");
	const { groups } = arrangeAttacks([report("container", attack("77-new"))]);
	assert.deepEqual(
		groups.map(({ title, rows }) => [title, rows.length]),
		[["And besides", 1]],
	);
});

test("tiers stand before baselines in the order that they came in, whatever order the reports have", () => {
	const one = attack("01-forks");
	const { columns } = arrangeAttacks([report("baseline-docker-run", one), report("gvisor", one), report("container", one)]);
	assert.deepEqual(
		columns.map(({ subject }) => subject.id),
		["gvisor", "container", "baseline-docker-run"],
	);
	assert.deepEqual(
		columns.map(({ subject }) => subject.tier),
		["gvisor", "container", null],
	);
});

test("rows are sorted by number and id, and hold the result of each report that has one", () => {
	const { groups } = arrangeAttacks([
		report("container", attack("20-userns"), attack("20-mount"), attack("19-alg")),
		report("baseline-unheard-of", attack("20-mount", "broke")),
	]);
	assert.deepEqual(
		groups.map(({ title }) => title),
		["The kernel"],
	);
	const rows = groups[0]?.rows ?? [];
	assert.deepEqual(
		rows.map(({ id }) => id),
		["19-alg", "20-mount", "20-userns"],
	);
	assert.equal(rows[1]?.results.get("baseline-unheard-of")?.outcome, "broke");
	assert.equal(rows[2]?.results.get("baseline-unheard-of"), undefined);
});

test("a report without attacks makes no column, and outcomes are counted", () => {
	const { columns } = arrangeAttacks([report("gvisor"), report("isolate", attack("01-a"), attack("02-b", "inexpressible"))]);
	assert.deepEqual(
		columns.map(({ subject, counts }) => [subject.name, counts]),
		[["V8 isolate", { held: 1, broke: 0, inexpressible: 1 }]],
	);
});
