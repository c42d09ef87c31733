import { z } from "zod";
import { byteLength } from "../../protocol/files.ts";
import { canonicalJson } from "../../protocol/snippet-id.ts";
import { maxSnippetBytes, type Snippet, SnippetContent, SnippetId } from "../../protocol/snippets.ts";
import type { LazyDatabase } from "./lazy-database.ts";
import { StoreError } from "./store-error.ts";

/**
 * What is behind share links. A snippet is stored once and never changed; removing one leaves its id behind, so that the same content cannot
 * come back under the same link. Every method rejects with StoreError while the database cannot do it.
 */
export interface SnippetStore {
	/** Once it resolves the snippet is on disk, and not before may its id be given out. `isNew` false: this content was there, with the first one's parent and time. */
	put(snippet: Snippet): Promise<{ readonly isNew: boolean }>;
	/** One query. */
	get(id: string): Promise<Snippet | "absent" | "removed">;
	/** False: it was not there; its id is refused from now on all the same. */
	remove(id: string): Promise<boolean>;
	/** Takes a removal back: the content may be stored again. False: there was none. */
	allow(id: string): Promise<boolean>;
	/** Oldest first. One that is stored meanwhile may be among them or not. */
	all(): AsyncGenerator<Snippet>;
	totals(): Promise<StoreTotals>;
	close(): Promise<void>;
}

export interface StoreTotals {
	readonly snippets: number;
	/** As the cap counts it. */
	readonly bytes: number;
}

/** What a row takes besides its content: ids, times, the index. */
const rowBytes = 256;
const pageRows = 50;

const Row = z.object({ id: SnippetId, content: z.string(), parent: z.nullable(SnippetId), created_at: z.string() });
const Found = z.array(Row.extend({ content: z.string().nullable(), created_at: z.string().nullable() })).max(2);
const Totals = z.array(z.object({ snippets: z.coerce.number(), content_bytes: z.coerce.number() })).length(1);

function snippetOf({ id, content, parent, created_at }: z.infer<typeof Row>): Snippet {
	return { ...SnippetContent.parse(JSON.parse(content)), id, parent, createdAt: created_at };
}

/** `maxBytes`: what all snippets together may take; what is there stays readable whatever it says. */
export function createSnippetStore(database: LazyDatabase, { maxBytes }: { readonly maxBytes: number }): SnippetStore {
	async function get(id: string): Promise<Snippet | "absent" | "removed"> {
		const { read } = await database.use();
		const rows = Found.parse(
			await read(
				"SELECT id, content, parent, created_at FROM snippets WHERE id = $1 UNION ALL SELECT id, NULL, NULL, NULL FROM removed_snippets WHERE id = $1",
				[id],
			),
		);
		if (rows.some(({ content }) => content === null)) return "removed";
		return rows[0] === undefined ? "absent" : snippetOf(Row.parse(rows[0]));
	}

	return {
		get,

		async put({ id, parent, createdAt, ...content }) {
			const text = canonicalJson(content);
			const bytes = byteLength(text);
			if (bytes > maxSnippetBytes) throw new StoreError("snippetTooLarge", `${bytes} bytes`);
			// Where nothing can be written, what is there still has its link.
			const known = await get(id);
			if (known === "removed") throw new StoreError("snippetRemoved", id);
			if (known !== "absent") return { isNew: false };
			const open = await database.use();
			const isNew = await open.write(async (query) => {
				const inserted = await query(
					"INSERT INTO snippets (id, content, content_bytes, parent, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING id",
					[id, text, bytes + rowBytes, parent, createdAt],
				);
				if (inserted.length === 0) return false;
				const counted = await query(
					"UPDATE store_totals SET snippets = snippets + 1, content_bytes = content_bytes + $1 WHERE content_bytes + $1 <= $2 RETURNING snippets",
					[bytes + rowBytes, maxBytes],
				);
				if (counted.length === 0) throw new StoreError("storeFull", `the store holds the ${maxBytes} bytes that it may`);
				return true;
			});
			return { isNew };
		},

		async remove(id) {
			const open = await database.use();
			return open.write(async (query) => {
				const removedAt = new Date().toISOString();
				await query("INSERT INTO removed_snippets (id, removed_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", [id, removedAt]);
				const rows = z
					.array(z.object({ content_bytes: z.coerce.number() }))
					.parse(await query("DELETE FROM snippets WHERE id = $1 RETURNING content_bytes", [id]));
				const [row] = rows;
				if (row === undefined) return false;
				await query("UPDATE store_totals SET snippets = snippets - 1, content_bytes = content_bytes - $1", [row.content_bytes]);
				return true;
			});
		},

		async allow(id) {
			const open = await database.use();
			return open.write(async (query) => (await query("DELETE FROM removed_snippets WHERE id = $1 RETURNING id", [id])).length > 0);
		},

		async *all() {
			for (let last: z.infer<typeof Row> | undefined, isMore = true; isMore; ) {
				const { read } = await database.use();
				const sql =
					"SELECT id, content, parent, created_at FROM snippets WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3";
				const rows: z.infer<typeof Row>[] = z.array(Row).parse(await read(sql, [last?.created_at ?? "", last?.id ?? "", pageRows]));
				for (const row of rows) yield snippetOf(row);
				last = rows.at(-1);
				isMore = rows.length === pageRows;
			}
		},

		async totals() {
			const { read } = await database.use();
			const [row] = Totals.parse(await read("SELECT snippets, content_bytes FROM store_totals"));
			return { snippets: row?.snippets ?? 0, bytes: row?.content_bytes ?? 0 };
		},

		close: () => database.close(),
	};
}
