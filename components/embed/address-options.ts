import { EmbedOptions, type EmbedOptionsInput } from "../../protocol/embed.ts";
import { Snippet, type SnippetDraft, SnippetId, snippetsPath } from "../../protocol/snippets.ts";

/**
 * What a bare frame shows, one without our script around it: `/embed#code=…` holds the program itself, `/embed?snippet=<id>` names a shared
 * one. `theme=light|dark`, `readonly=1` and `autorun=1` may stand in the query of either.
 */

/** null: the address asks for nothing. */
export type AddressReading = { readonly options: EmbedOptions } | { readonly problem: string } | null;

function optionsOf(draft: SnippetDraft, query: URLSearchParams): AddressReading {
	const entry = draft.files.find(({ name }) => name === draft.entry);
	const files = entry === undefined ? draft.files : [entry, ...draft.files.filter((file) => file !== entry)];
	const theme = query.get("theme");
	const input: EmbedOptionsInput = {
		language: draft.language,
		version: draft.version,
		tier: draft.tier,
		title: draft.title,
		files,
		arguments: draft.arguments,
		stdin: draft.stdin,
		recording: draft.recording,
		theme: theme === "light" || theme === "dark" ? theme : "auto",
		isReadOnly: query.get("readonly") === "1",
		isAutorun: query.get("autorun") === "1",
	};
	const parsed = EmbedOptions.safeParse(input);
	return parsed.success ? { options: parsed.data } : { problem: "This program cannot be shown here." };
}

async function fetchSnippet(id: string, query: URLSearchParams, signal: AbortSignal): Promise<AddressReading> {
	if (!SnippetId.safeParse(id).success) return { problem: "This link names no shared program." };
	const response = await fetch(`${snippetsPath}/${id}`, { signal, credentials: "omit", headers: { accept: "application/json" } });
	if (response.status === 404) return { problem: "There is no shared program of this name; it may have been deleted." };
	if (!response.ok) return { problem: "The server could not hand out this program. Try again in a minute." };
	const snippet = Snippet.safeParse(await response.json());
	if (!snippet.success) return { problem: "The server's answer cannot be read. Reload the page." };
	const { id: _, imageDigest, createdAt, parent, ...draft } = snippet.data;
	return optionsOf({ ...draft, ...(parent === null ? {} : { parent }) }, query);
}

/** Rejects when the server does not answer. */
export async function readAddress({ search, hash }: Pick<Location, "search" | "hash">, signal: AbortSignal): Promise<AddressReading> {
	const query = new URLSearchParams(search);
	const id = query.get("snippet");
	if (id !== null) return fetchSnippet(id, query, signal);
	if (hash.length < 2) return null;
	const { decodeFragment } = await import("../share/fragment.ts");
	const reading = decodeFragment(hash);
	if (reading.kind === "none") return null;
	return reading.kind === "broken" ? { problem: reading.sentence } : optionsOf(reading.draft, query);
}
