import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { z } from "zod";
import type { Query, SqlDatabase, SqlValue } from "./sql-database.ts";
import { StoreError } from "./store-error.ts";

/**
 * SQLite by libsql, whose calls are synchronous. One connection writes, one transaction after the other; a second one reads, and in WAL mode no
 * writer keeps it waiting. While another process writes (an operator's command), ours waits without holding the event loop: the library's own waiting would.
 * Who deletes or replaces the file under a running server would have it write to a file that nobody finds again, so each call looks whether it is still the same.
 */

const busyWaitMs = 5_000;
const busyStepMs = 10;
/** Writes that wait for their turn; each takes a few milliseconds. */
const maxWaiting = 128;
/** The write-ahead log is cut back to this size once it was longer. */
const maxLogBytes = 67_108_864;

const Row = z.record(z.string(), z.unknown());
const LibraryError = z.object({ code: z.string().optional(), message: z.string() });

type Connection = Database.Database;

/** Two processes may open it at once. Rejects with StoreError when it is out of reach. */
export async function openSqlite(path: string, options: { mayCreate: boolean }): Promise<SqlDatabase> {
	const isWritable = prepareFile(path, options.mayCreate);
	const identity = identityOf(path);
	if (identity === null) throw new StoreError("storeDown", `${path} is gone`);
	const open: Connection[] = [];
	try {
		const name = isWritable ? path : `${pathToFileURL(path).href}?${hasLog(path) ? "mode=ro" : "immutable=1"}`;
		const writer = new Database(name);
		open.push(writer);
		const reader = isWritable ? new Database(path) : writer;
		if (reader !== writer) open.push(reader);
		if (isWritable) await whenFree(() => setUp(writer));
		await whenFree(() => reader.exec("SELECT count(*) FROM sqlite_schema"));
		return new SqliteDatabase({ path, identity, writer, reader, isWritable });
	} catch (error) {
		for (const connection of open) connection.close();
		throw explain(error);
	}
}

/** False: it can only be read. The file is there afterwards, for nobody but its owner. */
function prepareFile(path: string, mayCreate: boolean): boolean {
	try {
		closeSync(openSync(path, constants.O_RDWR | (mayCreate ? constants.O_CREAT : 0), 0o600));
		accessSync(dirname(path), constants.W_OK | constants.X_OK);
		return true;
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		if ((code === "EACCES" || code === "EROFS" || code === "EPERM") && identityOf(path) !== null) return false;
		throw new StoreError("storeDown", `${path} cannot be opened`, { cause: error });
	}
}

function setUp(connection: Connection): void {
	const mode = z.object({ journal_mode: z.string() }).parse(connection.prepare("PRAGMA journal_mode=WAL").all([])[0]);
	if (mode.journal_mode !== "wal") throw new StoreError("storeDown", "the file system of the store does not allow a write-ahead log");
	connection.exec(`PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=${maxLogBytes}`);
}

/** null: it is not there, or not to be reached. */
function identityOf(path: string): string | null {
	try {
		const { dev, ino } = statSync(path);
		return `${dev}:${ino}`;
	} catch {
		return null;
	}
}

const hasLog = (path: string): boolean => (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;

const isBusy = (error: unknown): boolean => LibraryError.safeParse(error).data?.code?.startsWith("SQLITE_BUSY") ?? false;

async function whenFree<T>(work: () => T): Promise<T> {
	for (const deadline = performance.now() + busyWaitMs; ; ) {
		try {
			return work();
		} catch (error) {
			if (!isBusy(error)) throw error;
			if (performance.now() > deadline) throw new StoreError("storeDown", "another process holds the store", { cause: error });
		}
		await pause(busyStepMs);
	}
}

/** Result codes of https://www.sqlite.org/rescode.html; an error without a code is the library's, when it cannot open the file. */
function explain(error: unknown): unknown {
	const { code, message = "" } = LibraryError.safeParse(error).data ?? {};
	if (error instanceof StoreError || !(error instanceof Error)) return error;
	const [, kind = ""] = /^SQLITE_([A-Z]+)/.exec(code ?? "") ?? [];
	if (kind === "FULL") return new StoreError("storeFull", "the disk or the database is full", { cause: error });
	if (kind === "READONLY") return new StoreError("storeReadOnly", "the database can only be read", { cause: error });
	const isOutOfReach = ["CANTOPEN", "IOERR", "CORRUPT", "NOTADB", "PERM", "AUTH", "PROTOCOL", "NOLFS", "BUSY", "LOCKED"].includes(kind);
	if (isOutOfReach || message.includes("ConnectionFailed")) return new StoreError("storeDown", `SQLite: ${message}`, { cause: error });
	return error;
}

interface Parts {
	readonly path: string;
	readonly identity: string;
	readonly writer: Connection;
	readonly reader: Connection;
	readonly isWritable: boolean;
}

class SqliteDatabase implements SqlDatabase {
	readonly #parts: Parts;
	readonly #statements = new Map<Connection, Map<string, Database.Statement>>();
	#turn: Promise<unknown> = Promise.resolve();
	#waiting = 0;
	#isStale = false;

	constructor(parts: Parts) {
		this.#parts = parts;
	}

	readonly read: Query = async (sql, parameters) => {
		this.#look();
		try {
			return await whenFree(() => this.#run(this.#parts.reader, sql, parameters));
		} catch (error) {
			throw explain(error);
		}
	};

	write<T>(work: (query: Query) => Promise<T>): Promise<T> {
		if (this.#waiting >= maxWaiting) return Promise.reject(new StoreError("storeDown", "too many writes are waiting"));
		this.#waiting++;
		const mine = this.#turn.then(() => this.#transact(work));
		this.#turn = mine.then(
			() => this.#waiting--,
			() => this.#waiting--,
		);
		return mine;
	}

	/** A write is alone already. */
	writeAlone<T>(work: (query: Query) => Promise<T>): Promise<T> {
		return this.write(work);
	}

	isStale(): boolean {
		return this.#isStale;
	}

	async close(): Promise<void> {
		await this.#turn;
		for (const connection of new Set([this.#parts.writer, this.#parts.reader])) connection.close();
	}

	async #transact<T>(work: (query: Query) => Promise<T>): Promise<T> {
		const { writer, path, isWritable } = this.#parts;
		this.#look();
		if (!isWritable) {
			// Once the file can be written again, the next call gets a connection that writes.
			this.#isStale = prepareFile(path, false);
			throw new StoreError("storeReadOnly", `${path} can only be read`);
		}
		try {
			await whenFree(() => writer.exec("BEGIN IMMEDIATE"));
			const result = await work(async (sql, parameters) => this.#run(writer, sql, parameters));
			writer.exec("COMMIT");
			return result;
		} catch (error) {
			// A full disk, for one, has rolled it back already.
			if (writer.inTransaction) writer.exec("ROLLBACK");
			throw explain(error);
		}
	}

	#run(connection: Connection, sql: string, parameters: readonly SqlValue[] = []): unknown[] {
		const statements = this.#statements.get(connection) ?? new Map<string, Database.Statement>();
		this.#statements.set(connection, statements);
		const statement = statements.get(sql) ?? connection.prepare(sql.replaceAll("$", "?"));
		statements.set(sql, statement);
		// To the last row: a statement that is left in the middle holds its view of the database open.
		return z.array(Row).parse(statement.all([...parameters]));
	}

	#look(): void {
		if (identityOf(this.#parts.path) === this.#parts.identity) return;
		this.#isStale = true;
		throw new StoreError("storeDown", `${this.#parts.path} was deleted or replaced`);
	}
}
