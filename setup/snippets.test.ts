import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Snippet } from "../protocol/snippets.ts";
import { prepareStoreFolder, storeFolder, storePlaceOf } from "../server/store/store-folder.ts";
import { makeSnippet } from "../server/store/testing/make-snippet.ts";
import { openForTest } from "../server/store/testing/open-for-test.ts";
import { PostgresCluster } from "../server/store/testing/postgres-cluster.ts";

/** The command as an operator runs it, beside a store that a server has open. */

const bootstrap = fileURLToPath(new URL("./bootstrap.mjs", import.meta.url));

function makeState(context: TestContext): string {
	const stateDir = mkdtempSync(join(tmpdir(), "state-"));
	context.after(() => rmSync(stateDir, { recursive: true }));
	return stateDir;
}

function command(
	stateDir: string,
	words: readonly string[],
	input = "",
	databaseUrl = "",
): { status: number | null; stdout: string; stderr: string } {
	const env = { ...process.env, SANDGLASS_STATE_DIR: stateDir, DATABASE_URL: databaseUrl };
	return spawnSync(process.execPath, [bootstrap, "snippets", ...words], { env, input, encoding: "utf8" });
}

test("an operator counts, exports, deletes and allows snippets while the server has its store open", async (context) => {
	const stateDir = makeState(context);
	prepareStoreFolder(stateDir, null);
	const server = openForTest(context, storePlaceOf({ stateDir }));
	const snippets = [await makeSnippet({}), await makeSnippet({ stdin: "second" }, { createdAt: "2026-02-01T00:00:00.000Z" })];
	for (const snippet of snippets) await server.put(snippet);
	const [first] = snippets;
	assert.ok(first !== undefined);

	assert.match(command(stateDir, ["count"]).stdout, /^2 snippets, \d+ bytes of \d+\.\n$/);
	const lines = command(stateDir, ["export"]).stdout.trimEnd().split("\n");
	assert.deepEqual(
		lines.map((line) => Snippet.parse(JSON.parse(line))),
		snippets,
	);
	assert.equal(command(stateDir, ["delete", `https://example.org/s/${first.id}`]).stdout, `${first.id}: deleted.\n`);
	assert.equal(await server.get(first.id), "removed");
	assert.equal(command(stateDir, ["allow", first.id]).stdout, `${first.id}: may be shared again.\n`);
	assert.equal(await server.get(first.id), "absent");
});

test("what was exported is imported into an empty store, and again without doubling", async (context) => {
	const stateDir = makeState(context);
	const snippets = [await makeSnippet({}), await makeSnippet({ stdin: "second" }, { parent: "abcdefghijklmnopqrstuv" })];
	const exported = snippets.map((snippet) => `${JSON.stringify(snippet)}\n`).join("");
	assert.equal(command(stateDir, ["import"], exported).stdout, "2 stored, 0 were there, 0 left out because they were deleted here.\n");
	assert.equal(command(stateDir, ["import"], exported).stdout, "0 stored, 2 were there, 0 left out because they were deleted here.\n");
	const store = openForTest(context, storePlaceOf({ stateDir }));
	for (const snippet of snippets) assert.deepEqual(await store.get(snippet.id), snippet);
});

test("an import says which line is wrong, and refuses content that is not its id's", async (context) => {
	const stateDir = makeState(context);
	const snippet = await makeSnippet({});
	const altered = command(stateDir, ["import"], `${JSON.stringify({ ...snippet, stdin: "altered" })}\n`);
	assert.deepEqual([altered.status, altered.stderr], [1, `Line 1: the content does not belong to the id ${snippet.id}.\n`]);
	const noisy = command(stateDir, ["import"], `\n> sandglass@0.1.0 snippets\n${JSON.stringify(snippet)}\n`);
	assert.deepEqual([noisy.status, noisy.stderr], [1, "Line 2 is not JSON. Was it exported with --silent?\n"]);
});

test("a command that does not exist, and an id that is none, say what there is", (context) => {
	const stateDir = makeState(context);
	assert.match(command(stateDir, ["drop"]).stderr, /There is no command "drop"[\s\S]*export/);
	assert.match(command(stateDir, ["delete"]).stderr, /Which one\?/);
	assert.match(command(stateDir, ["delete", "me"]).stderr, /"me" is neither an id/);
});

test("as root the command works as the user whom the store belongs to, so that the server can read on", {
	skip: process.getuid?.() !== 0,
}, async (context) => {
	const stateDir = makeState(context);
	chownSync(stateDir, 65_534, 65_534);
	prepareStoreFolder(stateDir, { uid: 65_534, gid: 65_534 });
	assert.equal(command(stateDir, ["import"], JSON.stringify(await makeSnippet({}))).status, 0);
	assert.equal(statSync(join(storeFolder(stateDir), "snippets.db")).uid, 65_534);
});

test("from SQLite to PostgreSQL it is an export and an import", async (context) => {
	const cluster = await PostgresCluster.start();
	context.after(() => cluster.remove());
	const stateDir = makeState(context);
	const exported = `${JSON.stringify(await makeSnippet({ stdin: "moved" }))}\n`;
	command(stateDir, ["import"], exported);
	const moved = command(stateDir, ["import"], command(stateDir, ["export"]).stdout, cluster.url());
	assert.equal(moved.stdout, "1 stored, 0 were there, 0 left out because they were deleted here.\n");
	assert.equal(command(stateDir, ["export"], "", cluster.url()).stdout, exported);
	await cluster.stop();
	const away = command(stateDir, ["count"], "", cluster.url());
	assert.equal(away.status, 1);
	assert.match(away.stderr, /^PostgreSQL: .*\n$/);
});
