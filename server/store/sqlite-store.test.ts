import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { StorePlace } from "./open-store.ts";
import { openSqlite } from "./sqlite-database.ts";
import { incompressible, makeSnippet } from "./testing/make-snippet.ts";
import { collect, openForTest, untilWorking } from "./testing/open-for-test.ts";
import { mountReadOnly, mountSmallDisk, noSmallDisk } from "./testing/small-disk.ts";
import { testStore } from "./testing/store-suite.ts";

const projectDir = fileURLToPath(new URL("../..", import.meta.url));

async function makePlace(context: TestContext): Promise<Extract<StorePlace, { kind: "sqlite" }>> {
	const folder = mkdtempSync(join(tmpdir(), "store-"));
	context.after(() => rmSync(folder, { recursive: true }));
	return { kind: "sqlite", path: join(folder, "snippets.db") };
}

testStore("SQLite", {
	makePlace,
	openDatabase: (place) => openSqlite("path" in place ? place.path : "", { mayCreate: true }),
});

test("SQLite: the file is its owner's alone, writes ahead to a log, and syncs each commit", async (context) => {
	const { path } = await makePlace(context);
	const database = await openSqlite(path, { mayCreate: true });
	context.after(() => database.close());
	assert.equal(statSync(path).mode & 0o777, 0o600);
	const settings = await database.write(async (query) => [...(await query("PRAGMA journal_mode")), ...(await query("PRAGMA synchronous"))]);
	assert.deepEqual(settings.map(withoutMetadata), [{ journal_mode: "wal" }, { synchronous: 2 }]);
});

const withoutMetadata = (row: unknown): object => {
	const { _metadata, ...columns } = { _metadata: undefined, ...Object(row) };
	return columns;
};

test("SQLite: a file that is taken away under a running server is told as that, nothing is written where nobody finds it, and it is used again when it is back", async (context) => {
	const place = await makePlace(context);
	const store = openForTest(context, place);
	const [first, second] = [await makeSnippet({}), await makeSnippet({ stdin: "second" })];
	await store.put(first);
	renameSync(place.path, `${place.path}.away`);
	await assert.rejects(store.put(second), { code: "storeDown" });
	await assert.rejects(store.get(first.id), { code: "storeDown" });
	renameSync(`${place.path}.away`, place.path);
	await untilWorking(() => store.get(first.id));
	assert.deepEqual(await store.get(first.id), first);
	assert.deepEqual(await store.put(second), { isNew: true });
});

test("SQLite: a folder that is gone, and a file that is no database, are told as a store that is down", async (context) => {
	const place = await makePlace(context);
	await assert.rejects(openForTest(context, { kind: "sqlite", path: join(place.path, "no/folder.db") }).totals(), { code: "storeDown" });
	writeFileSync(place.path, "this is no database at all, but long enough to be looked at as if it were one. ".repeat(20));
	await assert.rejects(openForTest(context, place).totals(), { code: "storeDown" });
});

test("SQLite: a folder that this user may not enter is told as a store that is down", {
	skip: process.getuid?.() !== 0,
}, async (context) => {
	const place = await makePlace(context);
	await openForTest(context, place).totals();
	const script = `import { openStore } from ${JSON.stringify(new URL("./open-store.ts", import.meta.url).href)};
		const store = openStore({ place: ${JSON.stringify(place)}, maxBytes: 1, onFailure: () => undefined });
		await store.totals().catch((error) => console.log(error.code));`;
	const nobody = { uid: 65_534, gid: 65_534 };
	const child = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
		...nobody,
		encoding: "utf8",
		cwd: projectDir,
	});
	assert.equal(child.stdout, "storeDown\n", child.stderr);
});

test("SQLite: while another process writes, ours waits its turn without holding the event loop", async (context) => {
	const place = await makePlace(context);
	const store = openForTest(context, place);
	await store.totals();
	const other = await openSqlite(place.path, { mayCreate: false });
	context.after(() => other.close());
	let turns = 0;
	let release = (): void => undefined;
	const holding = other.write(() => new Promise<void>((resolve) => (release = resolve)));
	const snippet = await makeSnippet({});
	let isStored = false;
	const storing = store.put(snippet).then(() => (isStored = true));
	while (turns < 50) {
		turns++;
		await new Promise((resolve) => setImmediate(resolve));
		assert.equal(await store.get(snippet.id), "absent", "a reader does not wait for a writer");
	}
	assert.equal(isStored, false);
	release();
	await holding;
	await storing;
	assert.deepEqual(await store.get(snippet.id), snippet);
});

test("SQLite: a full disk is told as that, what was stored stays readable, and there is room again after it", async (context) => {
	const disk = mountSmallDisk(context, 1_048_576);
	if (disk === undefined) return context.skip(noSmallDisk);
	const store = openForTest(context, { kind: "sqlite", path: join(disk, "snippets.db") });
	const first = await makeSnippet({});
	await store.put(first);
	const fill = async (): Promise<void> => {
		for (let round = 0; round < 60; round++) await store.put(await makeSnippet({ stdin: incompressible(100_000, round) }));
	};
	await assert.rejects(fill(), { code: "storeFull" });
	assert.deepEqual(await store.get(first.id), first);
	assert.equal((await collect(store)).length, (await store.totals()).snippets);
});

test("SQLite: in a folder that can only be read, links open and new ones are refused", async (context) => {
	const place = await makePlace(context);
	const first = await makeSnippet({});
	await openForTest(context, place).put(first);
	const folder = mountReadOnly(context, dirname(place.path));
	if (folder === undefined) return context.skip(noSmallDisk);
	const store = openForTest(context, { kind: "sqlite", path: join(folder, "snippets.db") });
	assert.deepEqual(await store.get(first.id), first);
	assert.deepEqual(await store.put(first), { isNew: false });
	await assert.rejects(store.put(await makeSnippet({ stdin: "second" })), { code: "storeReadOnly" });
});
