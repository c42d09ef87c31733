import * as z from "zod/mini";
import { integer, list, text } from "./schema.ts";

/**
 * How the page speaks with a Worker (`export default { fetch }`) in the isolate tier: by its standard input and output, a line each. The other
 * end is sandbox-images/isolate/src/program-runner.js. What the program prints is hostile: a line that is no response by this schema is only text.
 */

/** What the line begins with by which a program says that it takes requests. */
export const awaitingRequests = "Waiting for requests: ";

/** A terminal takes no longer line than 4,095 bytes. */
export const maxRequestLineBytes = 4_000;

/** 64 Ki characters of body, each escaped, and the rest. */
export const maxResponseLineCharacters = 524_288;

const Headers = z.record(text(200, 1), text(2_000));

export const WorkerRequest = z.strictObject({
	method: z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
	path: z.string().check(z.maxLength(2_000), z.startsWith("/")),
	headers: Headers,
	/** Text; "" is no body. */
	body: text(maxRequestLineBytes),
});
export type WorkerRequest = z.infer<typeof WorkerRequest>;

const Answered = z.strictObject({
	status: integer(100, 599),
	statusText: text(1_000),
	headers: list(z.tuple([text(1_000), text(16_384)]), 200),
	body: text(65_536),
	/** The body was longer. */
	isCut: z.boolean(),
});
const Failed = z.strictObject({ error: text(65_536) });

const ResponseLine = z.strictObject({ response: z.union([Answered, Failed]) });
export type WorkerResponse = z.infer<typeof ResponseLine>["response"];

/** The line to type, newline included; null when it is longer than a terminal takes. */
export function requestLine(request: WorkerRequest): string | null {
	const line = `${JSON.stringify(request)}\n`;
	return new TextEncoder().encode(line).length > maxRequestLineBytes ? null : line;
}

/** Undefined for a line that is no response. */
export function readResponseLine(line: string): WorkerResponse | undefined {
	if (!line.startsWith('{"response":')) return undefined;
	try {
		return ResponseLine.safeParse(JSON.parse(line)).data?.response;
	} catch {
		return undefined;
	}
}
