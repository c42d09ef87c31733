import * as z from "zod/mini";
import { errorCodes } from "./errors.ts";
import { count } from "./schema.ts";

/** What the HTTP interface answers instead of a result. RFC 9457. */
export const ApiProblem = z.strictObject({
	type: z.string().check(z.describe("A relative reference that names the code.")),
	title: z.string(),
	status: z.int(),
	detail: z.string(),
	code: z.enum(errorCodes),
	fault: z.enum(["program", "user", "operator", "us"]),
	field: z.optional(z.string()).check(z.describe('The part of the request that was wrong, e.g. "files.0.name".')),
	retryAfterMs: z.optional(count()).check(z.describe("When it makes sense to try again; Retry-After says it in seconds.")),
});
export type ApiProblem = z.infer<typeof ApiProblem>;
