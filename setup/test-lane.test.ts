import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runLane, settleLane } from "./test-lane.ts";

const imports =
	'import assert from "node:assert/strict";\nimport { existsSync, writeFileSync } from "node:fs";\nimport { test } from "node:test";\n';

test("a file that fails is run again alone: one that passes then is told and counts as passed, one that does not fails the lane", async () => {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-lane-"));
	const write = (name: string, body: string): string => {
		writeFileSync(join(folder, name), imports + body);
		return join(folder, name);
	};
	const printed: string[] = [];
	const print = (text: string): void => void printed.push(text);
	try {
		const marker = JSON.stringify(join(folder, "was-here"));
		const steady = write("steady.test.mts", 'test("holds", () => assert.ok(true));\ntest("holds too", () => assert.ok(true));\n');
		const unsteady = write(
			"unsteady.test.mts",
			`test("first time", () => { const was = existsSync(${marker}); writeFileSync(${marker}, ""); assert.ok(was); });\n`,
		);
		const broken = write("broken.test.mts", 'test("never", () => assert.ok(false));\n');

		const mended = await runLane({ name: "mended", files: [steady, unsteady], env: {}, print });
		assert.deepEqual(mended.failed, [unsteady]);
		assert.deepEqual([mended.counts.get("tests"), mended.counts.get("pass"), mended.counts.get("fail")], [3, 2, 1]);
		assert.equal((await settleLane(mended)).hasPassed, true);
		assert.ok(printed.includes(`unsteady: ${unsteady} passed when nothing else ran\n`));

		const failing = await runLane({ name: "failing", files: [broken, steady], env: {}, print });
		assert.equal((await settleLane(failing)).hasPassed, false);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
