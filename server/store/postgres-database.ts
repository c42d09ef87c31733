import pg from "pg";
import type { Query, SqlDatabase } from "./sql-database.ts";
import { StoreError } from "./store-error.ts";

/**
 * PostgreSQL. The pool opens connections as they are needed and forgets broken ones, so that a server which comes back is used again.
 * `synchronous_commit` is set for each session: whatever the server's own default, a commit is on disk before an id is given out.
 */

const connections = 4;
const connectMs = 3_000;
const statementMs = 5_000;
/** Names the lock that a migration takes among this database's advisory locks. */
const migrationLock = 7_263_180_451;

/** By https://www.postgresql.org/docs/15/errcodes-appendix.html; what is no answer of the server came from the way to it. */
function explain(error: unknown): unknown {
	if (!(error instanceof Error)) return error;
	const code = error instanceof pg.DatabaseError ? (error.code ?? "") : null;
	if (code === "53100") return new StoreError("storeFull", "PostgreSQL's disk is full", { cause: error });
	if (code === "25006") return new StoreError("storeReadOnly", "PostgreSQL takes no changes", { cause: error });
	const isOutOfReach = code === null || /^(08|28|3D|42501|53|55|57|58|XX)/.test(code);
	return isOutOfReach ? new StoreError("storeDown", `PostgreSQL: ${error.message}`, { cause: error }) : error;
}

async function told<T>(answer: Promise<T>): Promise<T> {
	try {
		return await answer;
	} catch (error) {
		throw explain(error);
	}
}

/** Connects at the first query. `onIdleError`: a connection broke that nobody was using. */
export function openPostgres(url: string, onIdleError: (error: Error) => void): SqlDatabase {
	const pool = new pg.Pool({
		connectionString: url,
		max: connections,
		connectionTimeoutMillis: connectMs,
		query_timeout: statementMs,
		statement_timeout: statementMs,
		application_name: "sandglass",
		keepAlive: true,
		options: "-c synchronous_commit=on",
	});
	pool.on("error", onIdleError);
	return new PostgresDatabase(pool);
}

class PostgresDatabase implements SqlDatabase {
	readonly #pool: pg.Pool;

	constructor(pool: pg.Pool) {
		this.#pool = pool;
	}

	readonly read: Query = async (sql, parameters = []) => {
		const { rows }: { rows: unknown[] } = await told(this.#pool.query(sql, [...parameters]));
		return rows;
	};

	async write<T>(work: (query: Query) => Promise<T>): Promise<T> {
		const client = await told(this.#pool.connect());
		// A connection that breaks between two queries says so by this event alone; the next query tells it to us.
		const ignore = (): void => undefined;
		client.on("error", ignore);
		const query: Query = async (sql, parameters = []) => {
			const { rows }: { rows: unknown[] } = await told(client.query(sql, [...parameters]));
			return rows;
		};
		let isSettled = false;
		try {
			await query("BEGIN");
			const result = await work(query);
			await query("COMMIT");
			isSettled = true;
			return result;
		} catch (error) {
			isSettled = await query("ROLLBACK").then(
				() => true,
				() => false,
			);
			throw error;
		} finally {
			client.off("error", ignore);
			client.release(!isSettled);
		}
	}

	writeAlone<T>(work: (query: Query) => Promise<T>): Promise<T> {
		return this.write(async (query) => {
			await query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
			return work(query);
		});
	}

	isStale(): boolean {
		return false;
	}

	close(): Promise<void> {
		return this.#pool.end();
	}
}
