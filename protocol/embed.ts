import { z } from "zod";
import { ApiFile } from "./api.ts";
import { embedMark, embedPath } from "./embed-mark.ts";
import { Outcome } from "./outcome.ts";
import { Recording } from "./recordings.ts";

/**
 * What an author's page and our frame in it (`/embed`) say to each other by postMessage. Either side drops what does not come from the
 * window it knows; the frame answers only to the origin whose `configure` it took first, and the page's script only hears the frame's own
 * origin ("null" when the author sandboxed it). Nothing here is trusted: each side reads the other through these schemas.
 */

export { embedMark, embedPath };

const LineRange = z.tuple([z.int().positive(), z.int().positive()]);
const Theme = z.enum(["auto", "light", "dark"]);

/** Where the frame's WebSocket is: `?ticket=` the one that stands in the frame's document. */
export const embedSocketPath = "/api/v1/embed-session";

/** The look of the block that the frame takes the place of, as far as it could be read. */
export const EmbedLook = z
	.strictObject({
		fontFamily: z.string().max(500),
		fontSizePx: z.number().min(6).max(60),
		lineHeightPx: z.number().min(6).max(120),
		/** Between the block's edge and its code. */
		paddingTopPx: z.number().min(0).max(100),
		paddingLeftPx: z.number().min(0).max(100),
		/** CSS colours as `rgb(…)` or `#rrggbb`. */
		background: z.string().regex(/^(#[0-9a-fA-F]{6}|rgba?\([0-9., %]+\))$/),
		foreground: z.string().regex(/^(#[0-9a-fA-F]{6}|rgba?\([0-9., %]+\))$/),
	})
	.partial();
export type EmbedLook = z.infer<typeof EmbedLook>;

export const EmbedOptions = z.strictObject({
	language: z.string().min(1).max(40),
	version: z.string().min(1).max(40).optional(),
	/** Run in each of these, side by side, and show where the outputs differ. */
	versions: z.array(z.string().min(1).max(40)).min(2).max(6).optional(),
	tier: z.string().min(1).max(40).optional(),
	theme: Theme.default("auto"),
	isReadOnly: z.boolean().default(false),
	/** Runs as soon as it is in view. */
	isAutorun: z.boolean().default(false),
	title: z.string().max(200).default(""),
	/** The first is shown and edited; hidden ones are there when it runs. */
	files: z
		.array(ApiFile.extend({ isHidden: z.boolean().default(false) }))
		.min(1)
		.max(64),
	/** Put before and after the first file when it runs, never shown. */
	hiddenBefore: z.string().max(262_144).default(""),
	hiddenAfter: z.string().max(262_144).default(""),
	arguments: z.array(z.string().max(4_096)).max(64).default([]),
	/** Typed for the reader. */
	stdin: z.string().max(262_144).default(""),
	/** The frame grows with its output up to this. */
	maxHeightPx: z.int().min(120).max(4_000).default(600),
	highlightedLines: z.array(LineRange).max(100).default([]),
	readOnlyLines: z.array(LineRange).max(100).default([]),
	/** Cells of one page with the same name share one session; each runs after the cells above it. */
	session: z.string().max(100).optional(),
	/** Shown until the reader changes the code. */
	recording: Recording.optional(),
	look: EmbedLook.default({}),
});
export type EmbedOptions = z.infer<typeof EmbedOptions>;
export type EmbedOptionsInput = z.input<typeof EmbedOptions>;

/** Page to frame. */
export const EmbedCommand = z.discriminatedUnion("type", [
	/** The first; a later one starts the frame anew. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("configure"), options: EmbedOptions }),
	/** `takesFocus`: the reader pressed a button of the page, and is about to answer the program. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("run"), takesFocus: z.boolean().default(false) }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("stop") }),
	/** `file` absent: the first. */
	z.strictObject({
		mark: z.literal(embedMark),
		type: z.literal("setCode"),
		code: z.string().max(262_144),
		file: z.string().max(1_000).optional(),
	}),
	/** Answered by `code` with the same number. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("getCode"), request: z.int().nonnegative() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("focus") }),
	/** Text as if typed into the terminal. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("input"), text: z.string().max(65_536) }),
	/** A cell above was edited or run again, so what stands here may be old. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("stale"), isStale: z.boolean() }),
	/** What the cells above it ran, in their order: run before this cell's own code, in one sandbox. Their output is not shown. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("context"), codes: z.array(z.string().max(262_144)).max(100) }),
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
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("code"), request: z.int().nonnegative(), code: z.string() }),
	/** The reader edited. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("change"), code: z.string() }),
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("resize"), heightPx: z.int().nonnegative() }),
	/** It could not do what it was told; the sentence is for the author, in the console. */
	z.strictObject({ mark: z.literal(embedMark), type: z.literal("problem"), message: z.string() }),
]);
export type EmbedEvent = z.infer<typeof EmbedEvent>;
