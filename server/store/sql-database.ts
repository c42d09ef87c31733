/** What the two databases have in common; all SQL above it is the same for both. */

export type SqlValue = string | number | null;

/** Parameters are `$1`, `$2`, …; the rows are to be read by a schema. */
export type Query = (sql: string, parameters?: readonly SqlValue[]) => Promise<unknown[]>;

/** Every method rejects with StoreError for what an operator can mend (full, read-only, gone), and with the library's own error for a bug. */
export interface SqlDatabase {
	/** One statement that changes nothing. Sees every `write` that has resolved before, of other processes too. */
	read: Query;
	/** All of it or nothing; on disk once it resolves, whatever happens to this process or the machine's power then. */
	write<T>(work: (query: Query) => Promise<T>): Promise<T>;
	/** Holds `write`s of other processes off until it ends, their migrations too. */
	writeAlone<T>(work: (query: Query) => Promise<T>): Promise<T>;
	/** Nothing works any more in this connection: close it and open another. */
	isStale(): boolean;
	close(): Promise<void>;
}
