import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { maxSnippetBytes } from "../../../protocol/snippets.ts";
import { LazyDatabase } from "../lazy-database.ts";
import { migrate, readMigrations } from "../migrations.ts";
import { openStore, type StorePlace } from "../open-store.ts";
import { createSnippetStore, type SnippetStore } from "../snippet-store.ts";
import type { SqlDatabase } from "../sql-database.ts";
import { makeSnippet } from "./make-snippet.ts";
import { collect, openForTest } from "./open-for-test.ts";

/** What every database has to keep: one suite, run against each. */

export interface StoreBench {
	/** A new place, with nothing in it. */
	makePlace(test: TestContext): Promise<StorePlace>;
	/** That place without the store's own logic. Closed by the caller. */
	openDatabase(place: StorePlace): Promise<SqlDatabase>;
}

export function testStore(name: string, bench: StoreBench): void {
	const open = async (context: TestContext, maxBytes?: number): Promise<SnippetStore> =>
		openForTest(context, await bench.makePlace(context), maxBytes);

	test(`${name}: what was stored is given back letter for letter, after a restart too`, async (context) => {
		const place = await bench.makePlace(context);
		const snippet = await makeSnippet(
			{
				title: "<script>alert(1)</script> \u202e עברית 🏝",
				files: [
					{ name: "main.py", content: "NUL \0 here, '; DROP TABLE snippets; --\r\n\ttail" },
					{ name: "leer.txt", content: "" },
				],
				arguments: ["", "$1", "a b"],
				stdin: "half of a pair: \ud800",
				limits: { cpuMs: 1_000 },
			},
			{ parent: "abcdefghijklmnopqrstuv" },
		);
		const first = openForTest(context, place);
		assert.deepEqual(await first.put(snippet), { isNew: true });
		assert.deepEqual(await first.get(snippet.id), snippet);
		await first.close();
		assert.deepEqual(await openForTest(context, place).get(snippet.id), snippet);
	});

	test(`${name}: the same content is stored once, with its first parent and time`, async (context) => {
		const store = await open(context);
		const first = await makeSnippet({});
		await store.put(first);
		const again = { ...first, parent: "abcdefghijklmnopqrstuv", createdAt: "2027-01-01T00:00:00.000Z" };
		assert.deepEqual(await store.put(again), { isNew: false });
		assert.deepEqual(await store.get(first.id), first);
		assert.equal((await store.totals()).snippets, 1);
	});

	test(`${name}: a link opens by one query, whether something is behind it or not`, async (context) => {
		const place = await bench.makePlace(context);
		const snippet = await makeSnippet({});
		await openForTest(context, place).put(snippet);
		const database = await bench.openDatabase(place);
		const asked: string[] = [];
		const counting: SqlDatabase = {
			...database,
			read: (sql, parameters) => {
				asked.push(sql);
				return database.read(sql, parameters);
			},
			write: () => assert.fail("nothing is written"),
			isStale: () => database.isStale(),
			close: () => database.close(),
		};
		const lazy = new LazyDatabase({ open: async () => counting, onFailure: () => undefined });
		context.after(() => lazy.close());
		const store = createSnippetStore(lazy, { maxBytes: maxSnippetBytes });
		assert.deepEqual(await store.get(snippet.id), snippet);
		assert.equal(asked.length, 1);
		assert.equal(await store.get("abcdefghijklmnopqrstuv"), "absent");
		assert.equal(asked.length, 2);
	});

	test(`${name}: an id that nobody stored is absent`, async (context) => {
		const store = await open(context);
		assert.equal(await store.get("abcdefghijklmnopqrstuv"), "absent");
	});

	test(`${name}: several programs that open an empty database at once all work in it, and store the same thing once`, async (context) => {
		const place = await bench.makePlace(context);
		const stores = Array.from({ length: 6 }, () => openForTest(context, place));
		const snippet = await makeSnippet({});
		const answers = await Promise.all(stores.map((store) => store.put(snippet)));
		assert.equal(answers.filter(({ isNew }) => isNew).length, 1);
		for (const store of stores) assert.equal((await store.totals()).snippets, 1);
	});

	test(`${name}: writes of two programs at once are all kept and all counted`, async (context) => {
		const place = await bench.makePlace(context);
		const stores = [openForTest(context, place), openForTest(context, place)];
		const snippets = await Promise.all(Array.from({ length: 40 }, (_, index) => makeSnippet({ stdin: `${index}` })));
		await Promise.all(snippets.map((snippet, index) => stores[index % 2]?.put(snippet)));
		const kept = await collect(openForTest(context, place));
		assert.deepEqual(kept.map(({ id }) => id).sort(), snippets.map(({ id }) => id).sort());
		assert.equal((await openForTest(context, place).totals()).snippets, 40);
	});

	test(`${name}: who removes a snippet while the server runs is obeyed at once, and the content cannot come back until it is allowed`, async (context) => {
		const place = await bench.makePlace(context);
		const [server, operator] = [openForTest(context, place), openForTest(context, place)];
		const snippet = await makeSnippet({});
		await server.put(snippet);
		assert.deepEqual(await server.get(snippet.id), snippet);
		assert.equal(await operator.remove(snippet.id), true);
		assert.equal(await server.get(snippet.id), "removed");
		assert.deepEqual(await server.totals(), { snippets: 0, bytes: 0 });
		await assert.rejects(server.put(snippet), { code: "snippetRemoved" });
		assert.equal(await operator.remove(snippet.id), false);
		assert.equal(await operator.allow(snippet.id), true);
		assert.equal(await operator.allow(snippet.id), false);
		assert.deepEqual(await server.put(snippet), { isNew: true });
	});

	test(`${name}: a full store says so, keeps what it has, gives known content its link, and takes more once there is room`, async (context) => {
		const store = await open(context, 3_000);
		const [first, second] = [await makeSnippet({ stdin: "a".repeat(1_500) }), await makeSnippet({ stdin: "b".repeat(1_500) })];
		await store.put(first);
		await assert.rejects(store.put(second), { code: "storeFull" });
		assert.equal(await store.get(second.id), "absent");
		assert.equal((await store.totals()).snippets, 1);
		assert.deepEqual(await store.put(first), { isNew: false });
		await store.remove(first.id);
		assert.deepEqual(await store.put(second), { isNew: true });
	});

	test(`${name}: a snippet over its cap is refused`, async (context) => {
		const store = await open(context);
		await assert.rejects(
			store.put(await makeSnippet({ stdin: "é".repeat(250_000), files: [{ name: "a", content: "x".repeat(maxSnippetBytes - 400_000) }] })),
			{
				code: "snippetTooLarge",
			},
		);
	});

	test(`${name}: all are listed oldest first, over many pages`, async (context) => {
		const store = await open(context);
		const time = (index: number): string => new Date(1_700_000_000_000 + Math.floor(index / 3)).toISOString();
		const snippets = await Promise.all(
			Array.from({ length: 120 }, (_, index) => makeSnippet({ stdin: `${index}` }, { createdAt: time(index) })),
		);
		await Promise.all(snippets.toReversed().map((snippet) => store.put(snippet)));
		const listed = await collect(store);
		assert.equal(new Set(listed.map(({ id }) => id)).size, 120);
		assert.deepEqual(
			listed.map(({ createdAt }) => createdAt),
			snippets.map(({ createdAt }) => createdAt),
		);
	});

	test(`${name}: a database that a newer program made is refused with a sentence, and left as it is`, async (context) => {
		const place = await bench.makePlace(context);
		const first = openForTest(context, place);
		await first.put(await makeSnippet({}));
		const database = await bench.openDatabase(place);
		await database.write((query) => query("INSERT INTO store_migrations (number, applied_at) VALUES (999, 'later')"));
		await database.close();
		const failures: unknown[] = [];
		const older = openStore({ place, maxBytes: 1_000_000, onFailure: (error) => failures.push(error) });
		await assert.rejects(older.totals(), { code: "storeDown", message: /version 999.*start the newer Sandglass/ });
		assert.equal(failures.length, 1);
		await older.close();
	});

	test(`${name}: a migration that fails leaves everything as it was before`, async (context) => {
		const database = await bench.openDatabase(await bench.makePlace(context));
		try {
			await migrate(database, await readMigrations());
			const broken = { number: 2, statements: ["CREATE TABLE half (a BIGINT)", "INSERT INTO nowhere VALUES (1)"] };
			await assert.rejects(migrate(database, [...(await readMigrations()), broken]));
			await assert.rejects(database.read("SELECT a FROM half"));
			assert.deepEqual(await database.read("SELECT snippets FROM store_totals WHERE snippets > 0"), []);
			await migrate(database, await readMigrations());
		} finally {
			await database.close();
		}
	});
}
