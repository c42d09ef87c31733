import { z } from "zod";
import { Outcome } from "./outcome.ts";

/**
 * What a run printed, kept beside a document: written by `sandglass check --bake`, shown by embed.js without a server. A cell is found by
 * the digest of what would run, so an edited cell has no recording and an old recording is never shown under new code.
 */

/** Asciicast v2 events: seconds since the start, "o" printed or "i" typed, the text. https://docs.asciinema.org/manual/asciicast/v2/ */
export const CastEvent = z.tuple([z.number().nonnegative(), z.enum(["o", "i"]), z.string().max(1_048_576)]);
export type CastEvent = z.infer<typeof CastEvent>;

export const Recording = z.strictObject({
	language: z.string().max(40),
	/** The exact one that ran. */
	version: z.string().max(40),
	tier: z.string().max(40),
	/** ISO 8601, UTC. */
	recordedAt: z.iso.datetime(),
	outcome: Outcome,
	columns: z.int().min(2).max(1_000).default(80),
	rows: z.int().min(1).max(1_000).default(24),
	events: z.array(CastEvent).max(100_000),
});
export type Recording = z.infer<typeof Recording>;

export const RecordingBook = z.strictObject({
	format: z.literal("sandglass-recordings-1"),
	/** By cellKey (cell-key.ts). */
	recordings: z.record(z.string().regex(/^[0-9a-f]{32}$/), Recording),
});
export type RecordingBook = z.infer<typeof RecordingBook>;
