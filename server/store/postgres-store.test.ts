import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPostgres } from "./postgres-database.ts";
import { incompressible, makeSnippet } from "./testing/make-snippet.ts";
import { openForTest, untilWorking } from "./testing/open-for-test.ts";
import { PostgresCluster } from "./testing/postgres-cluster.ts";
import { mountSmallDisk, noSmallDisk } from "./testing/small-disk.ts";
import { testStore } from "./testing/store-suite.ts";

let cluster: PostgresCluster;
before(async () => {
	cluster = await PostgresCluster.start();
});
after(() => cluster.remove());

const makePlace = async () => ({ kind: "postgres", url: cluster.url(await cluster.createDatabase()) }) as const;

testStore("PostgreSQL", {
	makePlace,
	openDatabase: async (place) => openPostgres("url" in place ? place.url : "", () => undefined),
});

test("PostgreSQL: a commit waits for the disk although the server's own default is not to", async () => {
	const name = await cluster.createDatabase();
	await cluster.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
	const database = openPostgres(cluster.url(name), () => undefined);
	try {
		assert.deepEqual(await database.write((query) => query("SHOW synchronous_commit")), [{ synchronous_commit: "on" }]);
	} finally {
		await database.close();
	}
});

test("PostgreSQL: a server that is gone is told as a store that is down, and used again once it is back", async (context) => {
	const store = openForTest(context, await makePlace());
	const [first, second] = [await makeSnippet({}), await makeSnippet({ stdin: "second" })];
	await store.put(first);
	await cluster.stop();
	await assert.rejects(store.get(first.id), { code: "storeDown" });
	await assert.rejects(store.put(second), { code: "storeDown" });
	await cluster.run();
	await untilWorking(() => store.get(first.id));
	assert.deepEqual(await store.put(second), { isNew: true });
	assert.deepEqual(await store.get(first.id), first);
});

test("PostgreSQL: a database that takes no changes gives what it has and says so", async (context) => {
	const name = await cluster.createDatabase();
	const place = { kind: "postgres", url: cluster.url(name) } as const;
	const first = await makeSnippet({});
	await openForTest(context, place).put(first);
	await cluster.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
	const store = openForTest(context, place);
	assert.deepEqual(await store.get(first.id), first);
	assert.deepEqual(await store.put(first), { isNew: false });
	await assert.rejects(store.put(await makeSnippet({ stdin: "second" })), { code: "storeReadOnly" });
});

test("PostgreSQL: a full disk is told as that, and what was stored stays readable", async (context) => {
	const disk = mountSmallDisk(context, 2_097_152, cluster.owner);
	if (disk === undefined) return context.skip(noSmallDisk);
	const name = await cluster.createDatabase();
	const store = openForTest(context, { kind: "postgres", url: cluster.url(name) });
	const first = await makeSnippet({});
	await store.put(first);
	await cluster.query(`CREATE TABLESPACE small LOCATION '${disk}'`);
	await cluster.query("ALTER TABLE snippets SET TABLESPACE small", name);
	const fill = async (): Promise<void> => {
		for (let round = 0; round < 60; round++) await store.put(await makeSnippet({ stdin: incompressible(200_000, round) }));
	};
	await assert.rejects(fill(), { code: "storeFull" });
	assert.deepEqual(await store.get(first.id), first);
	await cluster.query("ALTER TABLE snippets SET TABLESPACE pg_default", name);
	assert.deepEqual(await store.put(await makeSnippet({ stdin: "again" })), { isNew: true });
	await cluster.query("DROP TABLESPACE small");
});
