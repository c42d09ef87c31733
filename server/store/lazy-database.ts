import type { SqlDatabase } from "./sql-database.ts";
import { StoreError } from "./store-error.ts";

/**
 * A database that is opened at its first use and again whenever it was lost, so that the server starts, and goes on, without it.
 * Who asks while it is away is told so at once: a try is made at most once in `retryMs`.
 */

const retryMs = 1_000;

export interface LazyDatabaseOptions {
	/** Opens and migrates. `isFirst`: no try has succeeded yet. */
	open(isFirst: boolean): Promise<SqlDatabase>;
	/** Each failure to open, once. */
	readonly onFailure: (error: unknown) => void;
	/** Milliseconds of a clock that never goes back. */
	readonly now?: () => number;
}

type State =
	| { readonly kind: "closed" }
	| { readonly kind: "opening"; readonly database: Promise<SqlDatabase> }
	| { readonly kind: "failed"; readonly error: unknown; readonly atMs: number }
	| { readonly kind: "open"; readonly database: SqlDatabase };

export class LazyDatabase {
	readonly #options: LazyDatabaseOptions;
	readonly #now: () => number;
	#state: State = { kind: "closed" };
	#hasBeenOpen = false;
	#isEnded = false;

	constructor(options: LazyDatabaseOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => performance.now());
	}

	/** Rejects with StoreError while it is away. */
	async use(): Promise<SqlDatabase> {
		if (this.#isEnded) throw new StoreError("storeDown", "the store is closed");
		const state = this.#state;
		if (state.kind === "open" && !state.database.isStale()) return state.database;
		if (state.kind === "open") {
			this.#state = { kind: "closed" };
			await state.database.close();
		}
		if (state.kind === "failed" && this.#now() - state.atMs < retryMs) throw state.error;
		return this.#opening();
	}

	async close(): Promise<void> {
		this.#isEnded = true;
		const state = this.#state;
		this.#state = { kind: "closed" };
		if (state.kind === "open") await state.database.close();
		if (state.kind !== "opening") return;
		const [opened] = await Promise.allSettled([state.database]);
		if (opened.status === "fulfilled") await opened.value.close();
	}

	#opening(): Promise<SqlDatabase> {
		if (this.#state.kind === "opening") return this.#state.database;
		const database = this.#open();
		this.#state = { kind: "opening", database };
		return database;
	}

	async #open(): Promise<SqlDatabase> {
		try {
			const database = await this.#options.open(!this.#hasBeenOpen);
			this.#hasBeenOpen = true;
			if (!this.#isEnded) this.#state = { kind: "open", database };
			return database;
		} catch (error) {
			this.#state = { kind: "failed", error, atMs: this.#now() };
			this.#options.onFailure(error);
			throw error;
		}
	}
}
