import * as z from "zod/mini";
import { Outcome } from "./outcome.ts";
import { amount, integer, list, matching, text } from "./schema.ts";

/**
 * What a run printed, kept beside a document: written by `sandglass check --bake`, shown by embed.js without a server. A cell is found by
 * the digest of what would run, so an edited cell has no recording and an old recording is never shown under new code.
 */

/** Asciicast v2 events: seconds since the start, "o" printed or "i" typed, the text. https://docs.asciinema.org/manual/asciicast/v2/ */
export const CastEvent = z.tuple([amount(), z.enum(["o", "i"]), text(1_048_576)]);
export type CastEvent = z.infer<typeof CastEvent>;

export const Recording = z.strictObject({
	language: text(40),
	/** The exact one that ran. */
	version: text(40),
	tier: text(40),
	/** ISO 8601, UTC. */
	recordedAt: z.iso.datetime(),
	outcome: Outcome,
	columns: z._default(integer(2, 1_000), 80),
	rows: z._default(integer(1, 1_000), 24),
	events: list(CastEvent, 100_000),
});
export type Recording = z.infer<typeof Recording>;

export const RecordingBook = z.strictObject({
	format: z.literal("sandglass-recordings-1"),
	/** By cellKey (cell-key.ts). */
	recordings: z.record(matching(/^[0-9a-f]{32}$/), Recording),
});
export type RecordingBook = z.infer<typeof RecordingBook>;
