import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { SqlDatabase } from "./sql-database.ts";
import { StoreError } from "./store-error.ts";

/**
 * The database's shape, in numbered files of SQL that both databases read, forward only. A file that was ever released is never changed; what changes is
 * a new file. All that are missing run in one transaction, behind a lock, so that two programs may start at once and one that dies leaves the old shape.
 */

const folder = fileURLToPath(new URL("./migrations", import.meta.url));
const fileName = /^([0-9]{3})-[a-z0-9-]+\.sql$/;

export interface Migration {
	readonly number: number;
	/** Each ends in a semicolon at the end of a line, and holds none there otherwise. */
	readonly statements: readonly string[];
}

const Applied = z.array(z.object({ newest: z.coerce.number().nullable() })).length(1);

/** In order. Throws when one is missing in the row or a name cannot be read. */
export async function readMigrations(from = folder): Promise<Migration[]> {
	const names = (await readdir(from)).sort();
	return Promise.all(
		names.map(async (name, index) => {
			const number = Number(fileName.exec(name)?.[1]);
			if (number !== index + 1) throw new Error(`${join(from, name)}: expected the number ${index + 1}, as 001-name.sql`);
			const text = await readFile(join(from, name), "utf8");
			const statements = text.split(/;[ \t]*$/m).map((it) => it.trim());
			return { number, statements: statements.filter((it) => it !== "") };
		}),
	);
}

const newestSql = "SELECT max(number) AS newest FROM store_migrations";

/** Throws StoreError when a newer program has been at this database: what it keeps may mean something else now. */
export async function migrate(database: SqlDatabase, migrations: readonly Migration[]): Promise<void> {
	const known = migrations.at(-1)?.number ?? 0;
	if ((await versionOf(database)) === known) return;
	await database.writeAlone(async (query) => {
		await query("CREATE TABLE IF NOT EXISTS store_migrations (number BIGINT PRIMARY KEY NOT NULL, applied_at TEXT NOT NULL)");
		const [{ newest } = { newest: null }] = Applied.parse(await query(newestSql));
		const version = newest ?? 0;
		if (version > known)
			throw new StoreError(
				"storeDown",
				`the store's database is of version ${version}, and this program knows ${known} at most: start the newer Sandglass, or restore a copy from before`,
			);
		for (const { number, statements } of migrations.filter((it) => it.number > version)) {
			for (const statement of statements) await query(statement);
			await query("INSERT INTO store_migrations (number, applied_at) VALUES ($1, $2)", [number, new Date().toISOString()]);
		}
	});
}

/** null: it has never been migrated, or that cannot be told without the lock. */
async function versionOf(database: SqlDatabase): Promise<number | null> {
	try {
		return Applied.parse(await database.read(newestSql))[0]?.newest ?? null;
	} catch (error) {
		if (error instanceof StoreError) throw error;
		return null;
	}
}
