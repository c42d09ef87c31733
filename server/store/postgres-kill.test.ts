import assert from "node:assert/strict";
import { test } from "node:test";
import { makeSnippet } from "./testing/make-snippet.ts";
import { collect, openForTest, untilWorking } from "./testing/open-for-test.ts";
import { PostgresCluster } from "./testing/postgres-cluster.ts";
import { randomTurns, seededRandom } from "./testing/seeded-random.ts";

const rounds = 100;
const seed = 20_261_122;

test("PostgreSQL: kill -9 of the database and all its processes, a hundred times, loses no snippet whose id was given out", async (context) => {
	const cluster = await PostgresCluster.start();
	context.after(() => cluster.remove());
	const store = openForTest(context, { kind: "postgres", url: cluster.url() });
	const random = seededRandom(seed);
	const givenOut: string[] = [];

	/** Stores until the store says that it is down. */
	async function write(word: string, given: string[], onGiven: () => void): Promise<void> {
		for (let count = 0; ; count++) {
			const snippet = await makeSnippet({ stdin: `${word} ${count} ${"x".repeat((count * 977) % 9_000)}` });
			try {
				await store.put(snippet);
			} catch (error) {
				assert.ok(error instanceof Error && "code" in error && error.code === "storeDown", String(error));
				return;
			}
			given.push(snippet.id);
			onGiven();
		}
	}

	for (let round = 0; round < rounds; round++) {
		const given: string[] = [];
		const wanted = 1 + Math.floor(random() * 30);
		let isEnough = (): void => undefined;
		const enough = new Promise<void>((resolve) => {
			isEnough = () => {
				if (given.length >= wanted) resolve();
			};
		});
		const writers = Promise.all([0, 1, 2].map((lane) => write(`round ${round} ${lane}`, given, isEnough)));
		await enough;
		await randomTurns(random, 200);
		await cluster.kill();
		await writers;
		await cluster.run();
		await untilWorking(() => store.totals());
		for (const id of given) assert.ok(typeof (await store.get(id)) === "object", `round ${round}, seed ${seed}: ${id} is gone`);
		givenOut.push(...given);
	}

	const kept = new Set((await collect(store)).map(({ id }) => id));
	for (const id of givenOut) assert.ok(kept.has(id), `${id} was lost in a later round`);
	assert.equal((await store.totals()).snippets, kept.size);
	context.diagnostic(`${givenOut.length} ids were given out, ${kept.size} snippets are kept`);
});
