import { z } from "zod";
import { ApiProblem } from "./api-problem.ts";
import { maxControlBytes, RequestedLimits, SentFile } from "./messages.ts";
import { LimitName, Outcome, StepName, StepReport } from "./outcome.ts";
import { TierId, TierStatus } from "./tiers.ts";

/**
 * The HTTP interface, version 1: one run in a sandbox of its own, answered whole or as server-sent events. The OpenAPI document is made
 * from these schemas. Errors are problem+json (RFC 9457).
 */

export const runPath = "/api/v1/run";
export const healthPath = "/api/v1/health";
export const openApiPath = "/api/v1/openapi.json";

export const ApiRunRequest = z.strictObject({
	language: z.string().min(1).max(40).describe("An id or an alias from /api/v1/languages."),
	version: z.string().min(1).max(40).optional().describe("Absent: the language's default."),
	tier: z.string().min(1).max(40).optional().describe("An isolation. Absent: the first of the server's that runs the language."),
	files: z.array(SentFile).max(100_000).describe("At most 64, and 256 KiB in all."),
	entry: z
		.string()
		.max(1_000)
		.optional()
		.describe("The file to start. Absent: the language's own name for it when there is such a file, else the first."),
	arguments: z.array(z.string().max(4_096)).max(64).default([]),
	stdin: z.string().max(maxControlBytes).default("").describe("All of the program's input; its end follows at once."),
	limits: z._default(RequestedLimits, {}).describe("Lower than the server's own; a higher one is cut to it."),
});
export type ApiRunRequest = z.infer<typeof ApiRunRequest>;

const Printed = z.strictObject({
	stdout: z.string().describe("What is no UTF-8 is replaced by U+FFFD."),
	stderr: z.string(),
	output: z.string().describe("Both, in the order in which they came."),
});

export const ApiStep = z.strictObject({ ...StepReport.shape, ...Printed.shape });
export type ApiStep = z.infer<typeof ApiStep>;

export const ApiRunResult = z.strictObject({
	language: z.string(),
	version: z.string(),
	tier: z.string(),
	outcome: Outcome,
	message: z.string().describe("The outcome in words, for a person."),
	fault: z
		.enum(["program", "user", "operator", "us"])
		.nullable()
		.describe("Whose doing an ending was that is not a success; null: a success, or a stop that was asked for."),
	compile: ApiStep.nullable().describe("null: the language has no such step."),
	program: ApiStep.nullable().describe("null: it never started."),
	limit: z.nullable(LimitName).describe("The limit that ended it."),
});
export type ApiRunResult = z.infer<typeof ApiRunResult>;

/** `event:` is the type, `data:` the rest as JSON. The last is `result` or `problem`. */
export const ApiRunEvent = z.discriminatedUnion("type", [
	z.strictObject({
		type: z.literal("queued"),
		ahead: z.int().nonnegative(),
		waitMs: z.int().nonnegative().optional().describe("Roughly how long that takes; absent: nobody knows yet."),
	}),
	z.strictObject({ type: z.literal("started"), step: StepName, language: z.string(), version: z.string(), tier: z.string() }),
	z.strictObject({ type: z.literal("output"), step: StepName, stream: z.enum(["stdout", "stderr"]), text: z.string() }),
	z.strictObject({ type: z.literal("step"), step: StepName, report: StepReport }),
	/** Without the printed text, which came before. */
	z.strictObject({
		type: z.literal("result"),
		outcome: Outcome,
		message: z.string(),
		compile: z.nullable(StepReport),
		program: z.nullable(StepReport),
	}),
	z.strictObject({ type: z.literal("problem"), problem: ApiProblem }),
]);
export type ApiRunEvent = z.infer<typeof ApiRunEvent>;

/** `GET /api/v1/health`, and /healthz. */
export const Health = z.strictObject({
	status: z.enum(["ok", "degraded"]),
	gateway: z.strictObject({ build: z.string(), uptimeSeconds: z.int(), connections: z.int(), sessions: z.int() }),
	runner: z.enum(["up", "down"]),
	engine: z.enum(["up", "down", "starting", "unknown"]),
	tiers: z.array(TierStatus),
	pool: z.array(
		z.strictObject({
			language: z.string(),
			version: z.string(),
			tier: TierId,
			isReady: z.boolean().describe("Its image is there."),
			idle: z.int().describe("Warm sandboxes."),
			starting: z.int(),
		}),
	),
	queue: z.strictObject({
		waiting: z.int(),
		inUse: z.int(),
		capacity: z.int().describe("Sandboxes that may serve sessions at the same time, by what the machine has left."),
		bottleneck: z
			.enum(["ceiling", "memory", "cpu", "processes", "unknown"])
			.describe("What keeps that from being more; ceiling: the operator's setting."),
	}),
});
export type Health = z.infer<typeof Health>;
