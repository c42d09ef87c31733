import { z } from "zod";
import { LazyDatabase } from "./lazy-database.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { openPostgres } from "./postgres-database.ts";
import { createSnippetStore, type SnippetStore } from "./snippet-store.ts";
import type { SqlDatabase } from "./sql-database.ts";
import { openSqlite } from "./sqlite-database.ts";

export const StorePlace = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("sqlite"), path: z.string() }),
	z.strictObject({ kind: z.literal("postgres"), url: z.string() }),
]);
export type StorePlace = z.infer<typeof StorePlace>;

export interface OpenStoreOptions {
	readonly place: StorePlace;
	/** What all snippets together may take. */
	readonly maxBytes: number;
	/** The database could not be opened, or a connection broke; it is tried again when somebody asks. */
	readonly onFailure: (error: unknown) => void;
}

/** Nothing is opened before it is needed, and what was lost is opened again. */
export function openStore({ place, maxBytes, onFailure }: OpenStoreOptions): SnippetStore {
	const open = async (isFirst: boolean): Promise<SqlDatabase> => {
		// A file that vanishes under a running server is not made anew: the operator may be about to put it back.
		const database = place.kind === "sqlite" ? await openSqlite(place.path, { mayCreate: isFirst }) : openPostgres(place.url, onFailure);
		try {
			await migrate(database, await readMigrations());
			return database;
		} catch (error) {
			await database.close();
			throw error;
		}
	};
	return createSnippetStore(new LazyDatabase({ open, onFailure }), { maxBytes });
}
