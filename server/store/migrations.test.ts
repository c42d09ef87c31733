import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readMigrations } from "./migrations.ts";

test("migrations that are not numbered in a row are a fault of the program", async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "migrations-"));
	context.after(() => rmSync(folder, { recursive: true }));
	writeFileSync(join(folder, "001-a.sql"), "SELECT 1;\n");
	writeFileSync(join(folder, "003-c.sql"), "SELECT 1;\n");
	await assert.rejects(readMigrations(folder), /003-c\.sql: expected the number 2/);
});
