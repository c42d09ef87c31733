import type { Snippet, SnippetDraft } from "../../protocol/snippets.ts";

/** A stored program as a page would share it again: its own child. */
export function draftOf(snippet: Snippet): SnippetDraft {
	const { id, createdAt: _, imageDigest: __, recording: ___, ...draft } = snippet;
	return { ...draft, parent: id };
}
