import assert from "node:assert/strict";
import { test } from "node:test";
import { CiError, type CiRun, guardRatios, hasHeld } from "./ci.ts";
import type { Part } from "./options.ts";
import type { Ratios } from "./ratios.ts";

/** Each part's measurements in turn, the last one for ever. */
function runOf(
	figures: Partial<Record<Part, readonly Ratios[]>>,
	committed: Record<string, number>,
): CiRun & { readonly measured: Part[] } {
	const measured: Part[] = [];
	return {
		measured,
		parts: ["python", "languages", "page"],
		driver: "docker",
		committed: { driver: "docker", ratios: committed },
		measure: async (part) => {
			const takes = figures[part] ?? [];
			const before = measured.filter((it) => it === part).length;
			measured.push(part);
			return { sections: [], targets: [], ratios: takes[Math.min(before, takes.length - 1)] ?? {} };
		},
		say: () => undefined,
	};
}

const committed = { "python-first": 1, "python-again": 1, "compile-c": 1 };

test("a run that holds is measured once, and only in what is guarded", async () => {
	const run = runOf({ python: [{ "python-first": 1.1, "python-again": 1 }], languages: [{ "compile-c": 1 }] }, committed);
	assert.equal(hasHeld(await guardRatios(run)), true);
	assert.deepEqual(run.measured, ["python", "languages"]);
});

test("what fell once is measured again, alone, and may hold then", async () => {
	const run = runOf(
		{
			python: [
				{ "python-first": 9, "python-again": 1 },
				{ "python-first": 1, "python-again": 9 },
			],
			languages: [{ "compile-c": 1 }],
		},
		committed,
	);
	const comparisons = await guardRatios(run);
	assert.equal(hasHeld(comparisons), true);
	assert.deepEqual(run.measured, ["python", "languages", "python"]);
	assert.equal(comparisons.find(({ ratio }) => ratio.id === "python-again")?.measured, 1, "what held is not replaced");
});

test("what falls twice fails the run, and so does what is committed and no longer measured", async () => {
	const fallen = runOf({ python: [{ "python-first": 9, "python-again": 1 }], languages: [{ "compile-c": 1 }] }, committed);
	assert.equal(hasHeld(await guardRatios(fallen)), false);
	const missing = runOf({ python: [{ "python-first": 1, "python-again": 1 }] }, committed);
	assert.equal(hasHeld(await guardRatios(missing)), false);
	assert.deepEqual(missing.measured, ["python", "languages", "languages"]);
});

test("a part that cannot be measured is tried again, and a second failure is told as it is", async () => {
	const run = runOf({ python: [{ "python-first": 1, "python-again": 1 }], languages: [{ "compile-c": 1 }] }, committed);
	let failures = 1;
	const measure: CiRun["measure"] = async (part) => {
		if (part === "python" && failures-- > 0) throw new Error("no first byte");
		return run.measure(part);
	};
	assert.equal(hasHeld(await guardRatios({ ...run, measure })), true);
	failures = 2;
	await assert.rejects(guardRatios({ ...run, measure }), /no first byte/);
});

test("results of another driver, and results without one of these ratios, are refused rather than passed", async () => {
	const other = { ...runOf({}, committed), driver: "oci" as const };
	await assert.rejects(guardRatios(other), CiError);
	await assert.rejects(guardRatios(runOf({}, { echo: 1 })), CiError);
});
