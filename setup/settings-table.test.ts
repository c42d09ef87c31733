import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withSettingsTable } from "./settings-table.ts";

test("the README's table of settings is what server/config.ts says (else: npx tsx setup/settings-table.ts)", () => {
	const readme = readFileSync("README.md", "utf8");
	assert.equal(readme, withSettingsTable(readme));
});
