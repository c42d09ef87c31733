import * as z from "zod/mini";
import { programFields } from "./messages.ts";
import { Recording } from "./recordings.ts";
import { matching, text } from "./schema.ts";

/**
 * What a share link points to: everything that makes a run, never changed once it is stored. `POST /api/v1/snippets` stores one,
 * `GET /api/v1/snippets/<id>` gives it back, `/s/<id>` shows it.
 */

export const snippetsPath = "/api/v1/snippets";

/** The most that a recorded run may take, as JSON. */
export const maxRecordingBytes = 1_048_576;
/** The most that one snippet may take, as JSON; the files have a cap of their own besides (files.ts). */
export const maxSnippetBytes = 2_097_152;

/** 22 characters of base64url, made from the content (snippet-id.ts). */
export const SnippetId = matching(/^[A-Za-z0-9_-]{22}$/);

/** What a page sends. The server adds what it knows better: the exact version, the image's digest. */
export const SnippetDraft = z.strictObject({
	title: z._default(text(200), ""),
	...programFields,
	stdin: z._default(text(262_144), ""),
	recording: z.optional(Recording),
	/** The snippet that this one was made from. One that is not there (any more) is left out. */
	parent: z.optional(SnippetId),
});
export type SnippetDraft = z.infer<typeof SnippetDraft>;
export type SnippetDraftInput = z.input<typeof SnippetDraft>;

/** All that the id is made from. `parent` is not among it: the same thing has the same link, whichever way it was reached, and keeps its first parent. */
export const SnippetContent = z.extend(z.omit(SnippetDraft, { parent: true }), {
	/** The exact one. */
	version: text(40, 1),
	/** The digest over all that went into its image when it was stored, or null where no image runs it (a browser does) or none was there. */
	imageDigest: z.nullable(text(64)),
});
export type SnippetContent = z.infer<typeof SnippetContent>;

export const Snippet = z.extend(SnippetContent, {
	id: SnippetId,
	parent: z.nullable(SnippetId),
	/** ISO 8601, UTC: the first time that this content was stored. */
	createdAt: z.iso.datetime(),
});
export type Snippet = z.infer<typeof Snippet>;

/** What `POST` answers: 201 when it is new, 200 when it was there. */
export const SnippetCreated = z.strictObject({ id: SnippetId, url: z.string(), isNew: z.boolean() });
export type SnippetCreated = z.infer<typeof SnippetCreated>;

/** Where a reader opens it. */
export const snippetPagePath = (id: string): string => `/s/${id}`;

/** The fragment of a link that holds everything itself: `/#code=<deflated JSON of a SnippetDraft, base64url>`. */
export const fragmentKey = "code";
export const maxFragmentLength = 16_384;
