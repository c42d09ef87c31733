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
	/** By cellKey. */
	recordings: z.record(z.string().regex(/^[0-9a-f]{32}$/), Recording),
});
export type RecordingBook = z.infer<typeof RecordingBook>;

export interface Cell {
	readonly language: string;
	readonly version?: string | undefined;
	/** The program as it runs: what is hidden before and after included. */
	readonly files: readonly { readonly name: string; readonly content: string }[];
	readonly arguments?: readonly string[] | undefined;
	readonly stdin?: string | undefined;
	/** Keys of the cells that run before it in the same session, in their order. */
	readonly after?: readonly string[] | undefined;
}

/** Line ends and blanks at a line's end are what mark-up tools change; they do not count, nor does white space at the end of a file. */
function settled(text: string): string {
	return text
		.replace(/\r\n?/g, "\n")
		.replace(/[ \t]+$/gm, "")
		.trimEnd();
}

/** 32 hexadecimal digits of SHA-256. Needs a secure context in a browser (https, or localhost). */
export async function cellKey(cell: Cell): Promise<string> {
	const { language, version = "", files, arguments: words = [], stdin = "", after = [] } = cell;
	const told = JSON.stringify([
		language,
		version,
		files.map(({ name, content }) => [name, settled(content)]),
		words,
		settled(stdin),
		after,
	]);
	const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(told));
	return Array.from(new Uint8Array(digest).subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
