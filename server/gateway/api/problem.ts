import type { ServerResponse } from "node:http";
import type { ApiProblem } from "../../../protocol/api-problem.ts";
import { describeError, type ErrorCode, errorTable } from "../../../protocol/errors.ts";
import { setDataHeaders } from "../security-headers.ts";

/** What went wrong, as problem+json (RFC 9457), in the words of the table of errors. */

export interface Problem {
	readonly code: ErrorCode;
	/** The part of the request that was wrong. */
	readonly field?: string;
	readonly retryAfterMs?: number;
}

export function describeProblem({ code, field, retryAfterMs }: Problem): ApiProblem {
	const { httpStatus, fault } = errorTable[code];
	const hasField = field !== undefined && field !== "";
	return {
		type: `/api#${code}`,
		title: titleOf(code),
		status: httpStatus,
		detail: describeError(code, field, retryAfterMs),
		code,
		fault,
		...(hasField ? { field } : {}),
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
	};
}

/** "queueFull" → "Queue full": the same for every occurrence, as the RFC wants it. */
function titleOf(code: ErrorCode): string {
	const words = code.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Status and the headers that go with it, for answers that tell a problem in a form of their own. */
export function setProblemHeaders(response: ServerResponse, { code, retryAfterMs }: Problem): void {
	response.statusCode = errorTable[code].httpStatus;
	setDataHeaders(response);
	response.setHeader("Cache-Control", "no-store");
	if (retryAfterMs !== undefined) response.setHeader("Retry-After", Math.max(1, Math.ceil(retryAfterMs / 1_000)));
	if (response.statusCode === 401) response.setHeader("WWW-Authenticate", 'Bearer realm="Sandglass"');
}

/** Answers, unless an answer has begun. */
export function sendProblem(response: ServerResponse, problem: Problem): void {
	if (response.headersSent || response.destroyed) return;
	setProblemHeaders(response, problem);
	const body = JSON.stringify(describeProblem(problem));
	response.setHeader("Content-Type", "application/problem+json; charset=utf-8");
	response.setHeader("Content-Length", Buffer.byteLength(body));
	response.end(response.req.method === "HEAD" ? undefined : body);
}
