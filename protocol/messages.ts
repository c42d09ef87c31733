import { z } from "zod";
import { errorCodes } from "./errors.ts";
import { Outcome, StepName, StepReport } from "./outcome.ts";
import { RunTiming } from "./run-timing.ts";

/**
 * Every control message between browser and gateway. PROTOCOL.md beside this file says when each may be sent.
 * Control travels as JSON text frames, program bytes as binary frames (streams.ts).
 */

/** The WebSocket subprotocol: a version that a server does not speak is refused at the handshake. */
export const subprotocol = "sandglass.v1";

/** Where the WebSocket is, on the page's own origin. */
export const socketPath = "/api/v1/session";

/** Longest text frame the gateway reads: 256 KiB of files with every byte escaped in JSON, and the rest. */
export const maxControlBytes = 2_097_152;

const RunId = z.int().min(1).max(2_147_483_647);
const SessionId = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/);
const Columns = z.int().min(2).max(1_000);
const Rows = z.int().min(1).max(1_000);

/** Bounds only; the operator's maximum, which config.ts holds, still rules. Absent: the server's default. */
export const RequestedLimits = z
	.strictObject({
		idleWallMs: z.int().min(100).max(3_600_000),
		totalWallMs: z.int().min(100).max(3_600_000),
		cpuMs: z.int().min(100).max(3_600_000),
		outputBytes: z.int().min(1_024).max(1_073_741_824),
	})
	.partial();
export type RequestedLimits = z.infer<typeof RequestedLimits>;

export const HelloMessage = z.strictObject({
	type: z.literal("hello"),
	/** Where cookies are blocked: the token of an earlier welcome, kept in memory. */
	visitorToken: z.string().max(200).optional(),
	/** Take up a session whose connection broke. `received`: counted messages that arrived from the server. */
	resume: z.strictObject({ session: SessionId, secret: z.string().max(100), received: z.int().nonnegative() }).optional(),
});

const SentFile = z.strictObject({ name: z.string().max(65_536), content: z.string().max(maxControlBytes) });

export const RunMessage = z.strictObject({
	type: z.literal("run"),
	/** Chosen by the page, greater than every earlier one of the session. */
	run: RunId,
	language: z.string().min(1).max(40),
	/** Absent: the language's default. */
	version: z.string().min(1).max(40).optional(),
	/** An isolation (tiers.ts). Absent: the server's choice among those that it offers for the language. */
	tier: z.string().min(1).max(40).optional(),
	/** Wider than what is taken (files.ts), so that too much is told as that and not as an unreadable message. */
	files: z.array(SentFile).max(100_000),
	/** The file to start; absent: the language's own name for it when there is such a file, else the first. */
	entry: z.string().max(1_000).optional(),
	arguments: z.array(z.string().max(4_096)).max(64).default([]),
	mode: z.enum(["pty", "pipes"]).default("pty"),
	columns: Columns.default(80),
	rows: Rows.default(24),
	limits: RequestedLimits.default({}),
});
export type RunMessage = z.infer<typeof RunMessage>;
export type RunRequest = z.input<typeof RunMessage>;

export const ClientMessage = z.discriminatedUnion("type", [
	HelloMessage,
	RunMessage,
	z.strictObject({ type: z.literal("stop"), run: RunId }),
	z.strictObject({ type: z.literal("resize"), run: RunId, columns: Columns, rows: Rows }),
	z.strictObject({ type: z.literal("signal"), run: RunId, signal: z.enum(["INT", "TERM", "QUIT", "HUP", "USR1", "USR2"]) }),
	/** End of input. */
	z.strictObject({ type: z.literal("eof"), run: RunId }),
	/** How many counted messages of the server have arrived so far; frees the server's copy of them. */
	z.strictObject({ type: z.literal("ack"), received: z.int().nonnegative() }),
	z.strictObject({ type: z.literal("ping"), nonce: z.int().nonnegative() }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
export type ClientMessageInput = z.input<typeof ClientMessage>;

/** What the operator allows, for the status bar and the page's own checks. */
export const EffectiveLimits = z.strictObject({
	idleWallMs: z.number(),
	totalWallMs: z.number(),
	cpuMs: z.number(),
	memoryBytes: z.number(),
	processes: z.number(),
	workspaceBytes: z.number(),
	outputBytes: z.number(),
});
export type EffectiveLimits = z.infer<typeof EffectiveLimits>;

export const ServerMessage = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("welcome"),
		session: SessionId,
		secret: z.string(),
		visitorToken: z.string(),
		/** True when `resume` was honoured: what was not received follows. False after an asked-for resume: that run is over. */
		isResumed: z.boolean(),
		/** Counted messages of the page that arrived so far; the page sends the later ones again. */
		received: z.int().nonnegative(),
		/** The server's build; a page of another build tells its reader to reload. */
		build: z.string(),
	}),
	/** How many wait before this run (0: it is next), and roughly how long that takes (absent: nobody knows yet). Sent again whenever it changes. */
	z.strictObject({
		type: z.literal("queued"),
		run: RunId,
		ahead: z.int().nonnegative(),
		waitMs: z.int().nonnegative().optional(),
	}),
	z.strictObject({
		type: z.literal("started"),
		run: RunId,
		step: StepName,
		/** The isolation it runs in. */
		tier: z.string(),
		language: z.string(),
		version: z.string(),
		limits: EffectiveLimits,
	}),
	z.strictObject({
		type: z.literal("stats"),
		run: RunId,
		wallMs: z.number().nonnegative(),
		cpuMs: z.number().nonnegative(),
		memoryBytes: z.number().nonnegative(),
	}),
	/** A step ended; when it was the last, `exit` follows at once. */
	z.strictObject({ type: z.literal("step"), run: RunId, step: StepName, report: StepReport }),
	/** No message of this run comes after it. */
	z.strictObject({
		type: z.literal("exit"),
		run: RunId,
		outcome: Outcome,
		compile: StepReport.nullable(),
		program: StepReport.nullable(),
		/** Where its time went. Absent: it had no sandbox, or was lost with it, or ran in the reader's browser. */
		timing: RunTiming.optional(),
	}),
	/** That many more bytes of input were taken by the program; the page may send as many more. */
	z.strictObject({ type: z.literal("stdinAck"), run: RunId, bytes: z.int().positive() }),
	/** `run` when it answers a run that did not start. */
	z.strictObject({
		type: z.literal("error"),
		code: z.enum(errorCodes),
		message: z.string(),
		field: z.string().optional(),
		run: RunId.optional(),
		/** When it makes sense to try again. */
		retryAfterMs: z.int().nonnegative().optional(),
	}),
	z.strictObject({ type: z.literal("ack"), received: z.int().nonnegative() }),
	z.strictObject({ type: z.literal("pong"), nonce: z.int().nonnegative() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

const uncounted = new Set(["hello", "welcome", "ack", "ping", "pong"]);

/**
 * Messages that a reconnect must neither lose nor double are counted, each way by itself, from 1: all but those of the
 * connection itself. Binary frames are always counted.
 */
export function isCounted(message: { type: string }): boolean {
	return !uncounted.has(message.type);
}
