import { z } from "zod";
import { ApiFile } from "./api.ts";
import { RequestedLimits } from "./messages.ts";
import { Recording } from "./recordings.ts";

/**
 * What a share link points to: everything that makes a run, never changed once it is stored. `POST /api/v1/snippets` stores one,
 * `GET /api/v1/snippets/<id>` gives it back, `/s/<id>` shows it.
 */

/** What a page sends. The server adds what it knows better: the exact version, the image's digest. */
export const SnippetDraft = z.strictObject({
	title: z.string().max(200).default(""),
	language: z.string().min(1).max(40),
	version: z.string().min(1).max(40).optional(),
	/** Absent: the server's own choice, then as now. */
	tier: z.string().min(1).max(40).optional(),
	files: z.array(ApiFile).max(100_000),
	entry: z.string().max(1_000).optional(),
	arguments: z.array(z.string().max(4_096)).max(64).default([]),
	stdin: z.string().max(262_144).default(""),
	limits: RequestedLimits.default({}),
	recording: Recording.optional(),
	/** The snippet that this one was made from. */
	parent: z.string().optional(),
});
export type SnippetDraft = z.infer<typeof SnippetDraft>;
export type SnippetDraftInput = z.input<typeof SnippetDraft>;

/** 22 characters of base64url: the first 16 bytes of the SHA-256 of the content, `createdAt` left out. */
export const SnippetId = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

export const Snippet = SnippetDraft.extend({
	id: SnippetId,
	/** The exact one. */
	version: z.string(),
	/** The image's content address when it was stored, or null where no image runs it (a browser does) or none was there. */
	imageDigest: z.string().nullable(),
	parent: SnippetId.nullable(),
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
