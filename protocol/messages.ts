import * as z from "zod/mini";
import { errorCodes } from "./errors.ts";
import { Outcome, StepName, StepReport } from "./outcome.ts";
import { RunTiming } from "./run-timing.ts";
import { amount, count, integer, list, matching, ordinal, text } from "./schema.ts";

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

const RunId = integer(1, 2_147_483_647);
const SessionId = matching(/^[A-Za-z0-9_-]{16,64}$/);
const Columns = integer(2, 1_000);
const Rows = integer(1, 1_000);

/** Bounds only; the operator's maximum, which config.ts holds, still rules. Absent: the server's default. */
export const RequestedLimits = z.partial(
	z.strictObject({
		idleWallMs: integer(100, 3_600_000),
		totalWallMs: integer(100, 3_600_000),
		cpuMs: integer(100, 3_600_000),
		outputBytes: integer(1_024, 1_073_741_824),
	}),
);
export type RequestedLimits = z.infer<typeof RequestedLimits>;

export const HelloMessage = z.strictObject({
	type: z.literal("hello"),
	/** Where cookies are blocked: the token of an earlier welcome, kept in memory. */
	visitorToken: z.optional(text(200)),
	/** Take up a session whose connection broke. `received`: counted messages that arrived from the server. */
	resume: z.optional(z.strictObject({ session: SessionId, secret: text(100), received: count() })),
});

/** Wider than what is taken (files.ts), so that too much is told as that and not as an unreadable message. */
export const SentFile = z.strictObject({ name: text(65_536), content: text(maxControlBytes) });

/** What is to run, in a run's message and in a shared program. */
export const programFields = {
	language: text(40, 1),
	/** Absent: the language's default. */
	version: z.optional(text(40, 1)),
	/** An isolation (tiers.ts). Absent: the server's choice among those that it offers for the language. */
	tier: z.optional(text(40, 1)),
	files: list(SentFile, 100_000),
	/** The file to start; absent: the language's own name for it when there is such a file, else the first. */
	entry: z.optional(text(1_000)),
	arguments: z._default(list(text(4_096), 64), []),
	limits: z._default(RequestedLimits, {}),
};

export const RunMessage = z.strictObject({
	type: z.literal("run"),
	/** Chosen by the page, greater than every earlier one of the session. */
	run: RunId,
	...programFields,
	mode: z._default(z.enum(["pty", "pipes"]), "pty"),
	columns: z._default(Columns, 80),
	rows: z._default(Rows, 24),
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
	z.strictObject({ type: z.literal("ack"), received: count() }),
	z.strictObject({ type: z.literal("ping"), nonce: count() }),
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
		received: count(),
		/** The server's build; a page of another build tells its reader to reload. */
		build: z.string(),
	}),
	/** How many wait before this run (0: it is next), and roughly how long that takes (absent: nobody knows yet). Sent again whenever it changes. */
	z.strictObject({
		type: z.literal("queued"),
		run: RunId,
		ahead: count(),
		waitMs: z.optional(count()),
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
	/** About four times a second while something happens in the step, up to two seconds apart while nothing does. */
	z.strictObject({
		type: z.literal("stats"),
		run: RunId,
		wallMs: amount(),
		cpuMs: amount(),
		memoryBytes: amount(),
	}),
	/** A step ended; when it was the last, `exit` follows at once. */
	z.strictObject({ type: z.literal("step"), run: RunId, step: StepName, report: StepReport }),
	/** No message of this run comes after it. */
	z.strictObject({
		type: z.literal("exit"),
		run: RunId,
		outcome: Outcome,
		compile: z.nullable(StepReport),
		program: z.nullable(StepReport),
		/** Where its time went. Absent: it had no sandbox, or was lost with it, or ran in the reader's browser. */
		timing: z.optional(RunTiming),
	}),
	/** That many more bytes of input were taken by the program; the page may send as many more. */
	z.strictObject({ type: z.literal("stdinAck"), run: RunId, bytes: ordinal() }),
	/** `run` when it answers a run that did not start. */
	z.strictObject({
		type: z.literal("error"),
		code: z.enum(errorCodes),
		message: z.string(),
		field: z.optional(z.string()),
		run: z.optional(RunId),
		/** When it makes sense to try again. */
		retryAfterMs: z.optional(count()),
	}),
	z.strictObject({ type: z.literal("ack"), received: count() }),
	z.strictObject({ type: z.literal("pong"), nonce: count() }),
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
