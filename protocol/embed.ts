import * as z from "zod/mini";
import { embedMark, embedPath } from "./embed-mark.ts";
import { SentFile } from "./messages.ts";
import { Outcome } from "./outcome.ts";
import { Recording } from "./recordings.ts";
import { count, integer, list, matching, ordinal, text, within } from "./schema.ts";

/**
 * What an author's page and our frame in it (`/embed`) say to each other by postMessage. Either side drops what does not come from the
 * window it knows; the frame answers only to the origin whose `configure` it took first, and the page's script only hears the frame's own
 * origin ("null" when the author sandboxed it). Nothing here is trusted: each side reads the other through these schemas.
 */

export { embedMark, embedPath };

const LineRange = z.tuple([ordinal(), ordinal()]);
const Theme = z.enum(["auto", "light", "dark"]);

/** Where the frame's WebSocket is: `?ticket=` the one that stands in the frame's document. */
export const embedSocketPath = "/api/v1/embed-session";

/** The look of the block that the frame takes the place of, as far as it could be read. */
export const EmbedLook = z.partial(
	z.strictObject({
		fontFamily: text(500),
		fontSizePx: within(6, 60),
		lineHeightPx: within(6, 120),
		/** Between the block's edge and its code. */
		paddingTopPx: within(0, 100),
		paddingLeftPx: within(0, 100),
		/** CSS colours as `rgb(…)` or `#rrggbb`. */
		background: matching(/^(#[0-9a-fA-F]{6}|rgba?\([0-9., %]+\))$/),
		foreground: matching(/^(#[0-9a-fA-F]{6}|rgba?\([0-9., %]+\))$/),
	}),
);
export type EmbedLook = z.infer<typeof EmbedLook>;

export const EmbedOptions = z.strictObject({
	language: text(40, 1),
	version: z.optional(text(40, 1)),
	/** Run in each of these, side by side, and show where the outputs differ. */
	versions: z.optional(list(text(40, 1), 6, 2)),
	tier: z.optional(text(40, 1)),
	theme: z._default(Theme, "auto"),
	isReadOnly: z._default(z.boolean(), false),
	/** Runs as soon as it is in view. */
	isAutorun: z._default(z.boolean(), false),
	title: z._default(text(200), ""),
	/** The first is shown and edited; hidden ones are there when it runs. */
	files: list(z.extend(SentFile, { isHidden: z._default(z.boolean(), false) }), 64, 1),
	/** Put before and after the first file when it runs, never shown. */
	hiddenBefore: z._default(text(262_144), ""),
	hiddenAfter: z._default(text(262_144), ""),
	arguments: z._default(list(text(4_096), 64), []),
	/** Typed for the reader. */
	stdin: z._default(text(262_144), ""),
	/** The frame grows with its output up to this. */
	maxHeightPx: z._default(integer(120, 4_000), 600),
	highlightedLines: z._default(list(LineRange, 100), []),
	readOnlyLines: z._default(list(LineRange, 100), []),
	/** Cells of one page with the same name share one session; each runs after the cells above it. */
	session: z.optional(text(100)),
	/** Shown until the reader changes the code. */
	recording: z.optional(Recording),
	look: z._default(EmbedLook, {}),
});
export type EmbedOptions = z.infer<typeof EmbedOptions>;
export type EmbedOptionsInput = z.input<typeof EmbedOptions>;

/** Page to frame. */
export const EmbedCommand = z.discriminatedUnion("type", [
	/** The first; a later one starts the frame anew. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("configure"), options: EmbedOptions }),
	/** `takesFocus`: the reader pressed a button of the page, and is about to answer the program. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("run"), takesFocus: z._default(z.boolean(), false) }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("stop") }),
	/** `file` absent: the first. */
	z.strictObject({
		mark: z.literal(embedMark),
		type: z.literal("setCode"),
		code: text(262_144),
		file: z.optional(text(1_000)),
	}),
	/** Answered by `code` with the same number. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("getCode"), request: count() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("focus") }),
	/** Text as if typed into the terminal. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("input"), text: text(65_536) }),
	/** A cell above was edited or run again, so what stands here may be old. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("stale"), isStale: z.boolean() }),
	/** What the cells above it ran, in their order: run before this cell's own code, in one sandbox. Their output is not shown. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("context"), codes: list(text(262_144), 100) }),
]);
export type EmbedCommand = z.infer<typeof EmbedCommand>;
/** As it is sent: what has a default may be left out. */
export type EmbedCommandInput = z.input<typeof EmbedCommand>;

/** Frame to page. */
export const EmbedEvent = z.discriminatedUnion("type", [
	/** It can be configured. Sent to any page, with nothing in it. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("hello") }),
	/** It is configured and shown. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("ready") }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("started"), tier: z.string(), version: z.string() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("output"), stream: z.enum(["stdout", "stderr"]), text: z.string() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("exit"), outcome: Outcome, message: z.string() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("code"), request: count(), code: z.string() }),
	/** The reader edited. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("change"), code: z.string() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("resize"), heightPx: count() }),
	/** It could not do what it was told; the sentence is for the author, in the console. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("problem"), message: z.string() }),
]);
export type EmbedEvent = z.infer<typeof EmbedEvent>;
