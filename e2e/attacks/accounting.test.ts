import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Arena, projectDir } from "./arena.ts";
import { attackProgramTier, attackScriptTier } from "./by-programs.ts";
import { cells, tried } from "./expressible.ts";
import { programTiers, scriptTiers } from "./tiers.ts";

/** The table of expressible.ts is held to the tests that there are: made here without being run, or read in the file that it names. */

/** Rows that a title quotes: "ATTACKS.md 5, 6 in gvisor: …", "ATTACKS 39: …". */
function rowsIn(title: string): number[] {
	const numbers = /ATTACKS(?:\.md)? ((?:\d+(?:, )?)+)/.exec(title)?.[1] ?? "";
	return numbers
		.split(", ")
		.filter((it) => it !== "")
		.map(Number);
}

const made = new Set<string>();
const arena = new Arena(null);
function count(title: string, tier: string): void {
	for (const row of rowsIn(title)) made.add(`${row} ${tier}`);
}
for (const tier of programTiers) attackProgramTier({ arena, tier, test: (title) => count(title, tier) });
for (const tier of scriptTiers) attackScriptTier({ arena, tier, test: (title) => count(title, tier) });

test("every row of ATTACKS.md is accounted for in every tier: by a test of its own, by one before all tiers, or by a reason", () => {
	for (const [row, tier, expression] of cells()) {
		const cell = `row ${row} in ${tier}`;
		assert.ok(expression !== undefined, `${cell}: nothing is said`);
		if (expression === tried) assert.ok(made.has(`${row} ${tier}`), `${cell}: no test quotes it`);
		else if ("test" in expression) {
			const titles = [...readFileSync(join(projectDir, expression.test), "utf8").matchAll(/ATTACKS(?:\.md)? [\d, ]+/g)];
			assert.ok(
				titles.some(([title]) => rowsIn(title).includes(row)),
				`${cell}: no title in ${expression.test} quotes it`,
			);
		} else assert.ok(expression.reason.length > 20, `${cell}: no reason`);
	}
});

test("the table hides no test: where a tier tries a row, it says so", () => {
	const claimed = new Set(cells().flatMap(([row, tier, expression]) => (expression === tried ? [`${row} ${tier}`] : [])));
	// Row 12 is tried before any tier, and its values in each.
	assert.deepEqual(
		[...made].filter((cell) => !claimed.has(cell) && !cell.startsWith("12 ")),
		[],
	);
});
