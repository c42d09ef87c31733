import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqlite } from "./sqlite-database.ts";
import { collect, openForTest } from "./testing/open-for-test.ts";
import { randomTurns, seededRandom } from "./testing/seeded-random.ts";

const writer = fileURLToPath(new URL("./testing/store-writer.ts", import.meta.url));
const rounds = 100;
const seed = 20_261_121;

test("SQLite: kill -9 at a hundred random moments loses no snippet whose id was given out", async (context) => {
	const folder = mkdtempSync(join(tmpdir(), "store-kill-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "snippets.db");
	const random = seededRandom(seed);
	const givenOut = new Set<string>();

	async function writeUntilKilled(round: number): Promise<string[]> {
		const child = spawn(process.execPath, ["--import", "tsx", writer, path, `round ${round}`], { stdio: ["ignore", "pipe", "inherit"] });
		const after = Math.floor(random() * 40);
		let printed = "";
		await new Promise<void>((resolve, reject) => {
			child.stdout.on("data", (chunk: Buffer) => {
				printed += chunk.toString();
				if (printed.split("\n").length > after + 1) resolve();
			});
			child.once("exit", (code) => reject(new Error(`the writer ended by itself with ${code}`)));
		});
		await randomTurns(random, 200);
		const closed = once(child, "close");
		assert.ok(child.kill("SIGKILL"));
		await closed;
		// An id in the middle of a line was not given out.
		return printed.split("\n").slice(0, -1);
	}

	for (let round = 0; round < rounds; round++) {
		const ids = await writeUntilKilled(round);
		const store = openForTest(context, { kind: "sqlite", path });
		for (const id of ids) {
			const snippet = await store.get(id);
			assert.ok(typeof snippet === "object", `round ${round}, seed ${seed}: ${id} is ${String(snippet)}`);
			givenOut.add(id);
		}
		await store.close();
	}

	const store = openForTest(context, { kind: "sqlite", path });
	const kept = new Set((await collect(store)).map(({ id }) => id));
	for (const id of givenOut) assert.ok(kept.has(id), `${id} was lost in a later round`);
	assert.equal((await store.totals()).snippets, kept.size);
	const database = await openSqlite(path, { mayCreate: false });
	context.after(() => database.close());
	assert.match(JSON.stringify(await database.read("PRAGMA integrity_check")), /"integrity_check":"ok"/);
	context.diagnostic(`${givenOut.size} ids were given out, ${kept.size} snippets are kept`);
});
