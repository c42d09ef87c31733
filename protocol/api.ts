import { z } from "zod";
import { errorCodes } from "./errors.ts";
import { maxControlBytes, RequestedLimits } from "./messages.ts";
import { LimitName, Outcome, StepName, StepReport } from "./outcome.ts";

/**
 * The HTTP interface, version 1: one run in a sandbox of its own, answered whole or as server-sent events. The OpenAPI document is made
 * from these schemas. Errors are problem+json (RFC 9457).
 */

export const runPath = "/api/v1/run";
export const snippetsPath = "/api/v1/snippets";
export const healthPath = "/api/v1/health";
export const openApiPath = "/api/v1/openapi.json";

export const ApiFile = z.strictObject({ name: z.string().max(65_536), content: z.string().max(maxControlBytes) });

export const ApiRunRequest = z.strictObject({
	language: z.string().min(1).max(40),
	version: z.string().min(1).max(40).optional(),
	tier: z.string().min(1).max(40).optional(),
	files: z.array(ApiFile).max(100_000),
	entry: z.string().max(1_000).optional(),
	arguments: z.array(z.string().max(4_096)).max(64).default([]),
	/** All of the program's input; its end follows at once. */
	stdin: z.string().max(maxControlBytes).default(""),
	limits: RequestedLimits.default({}),
});
export type ApiRunRequest = z.infer<typeof ApiRunRequest>;

const Printed = z.strictObject({
	/** What is no UTF-8 is replaced by U+FFFD. */
	stdout: z.string(),
	stderr: z.string(),
	/** Both, in the order in which they came. */
	output: z.string(),
});

export const ApiStep = StepReport.extend(Printed.shape);
export type ApiStep = z.infer<typeof ApiStep>;

export const ApiRunResult = z.strictObject({
	language: z.string(),
	version: z.string(),
	tier: z.string(),
	outcome: Outcome,
	/** The outcome in words, for a person. */
	message: z.string(),
	/** Whose doing an ending was that is not a success; null: a success, or a stop that was asked for. */
	fault: z.enum(["program", "user", "operator", "us"]).nullable(),
	compile: ApiStep.nullable(),
	/** null: it never started. */
	program: ApiStep.nullable(),
	limit: LimitName.nullable(),
});
export type ApiRunResult = z.infer<typeof ApiRunResult>;

/** `event:` is the type, `data:` the rest as JSON. The last is `result` or `problem`. */
export const ApiRunEvent = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("queued"), ahead: z.int().nonnegative() }),
	z.strictObject({ type: z.literal("started"), step: StepName, language: z.string(), version: z.string(), tier: z.string() }),
	z.strictObject({ type: z.literal("output"), step: StepName, stream: z.enum(["stdout", "stderr"]), text: z.string() }),
	z.strictObject({ type: z.literal("step"), step: StepName, report: StepReport }),
	/** Without the printed text, which came before. */
	z.strictObject({
		type: z.literal("result"),
		outcome: Outcome,
		message: z.string(),
		compile: StepReport.nullable(),
		program: StepReport.nullable(),
	}),
	z.strictObject({ type: z.literal("problem"), problem: z.lazy(() => ApiProblem) }),
]);
export type ApiRunEvent = z.infer<typeof ApiRunEvent>;

/** RFC 9457. */
export const ApiProblem = z.strictObject({
	/** A relative reference that names the code, e.g. "/docs/errors#queueFull". */
	type: z.string(),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	code: z.enum(errorCodes),
	fault: z.enum(["program", "user", "operator", "us"]),
	/** The part of the request that was wrong, e.g. "files.0.name". */
	field: z.string().optional(),
	retryAfterMs: z.int().nonnegative().optional(),
});
export type ApiProblem = z.infer<typeof ApiProblem>;
