import { setTimeout as pause } from "node:timers/promises";
import { type ApiRunRequest, ApiRunResult, runPath } from "../protocol/api.ts";
import { ApiProblem } from "../protocol/api-problem.ts";
import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";

/**
 * A Sandglass server over HTTP. It is asked again where it says to come back (429 and 503 with Retry-After): then everybody waits, because the
 * quota is one for all of this client's runs. What it answers at last is told apart: the author's fault, or the server's.
 */

export type RunAnswer =
	| { readonly kind: "ran"; readonly result: ApiRunResult }
	/** The request could not be granted as the document has it. */
	| { readonly kind: "refused"; readonly message: string }
	/** The program was not run, and not by its own fault. */
	| { readonly kind: "trouble"; readonly message: string; readonly isServerGone: boolean };

/** The server cannot be worked with; the message says why. */
export class ServerTrouble extends Error {}

export interface ServerClient {
	/** @throws ServerTrouble */
	catalogue(): Promise<Catalogue>;
	run(request: ApiRunRequest): Promise<RunAnswer>;
}

export interface ServerClientOptions {
	readonly url: string;
	/** Absent: an anonymous visitor. */
	readonly key?: string | undefined;
	/** How long the server may put everything off before it counts as trouble. Each run that it takes begins it anew. */
	readonly maxWaitMs: number;
	/** For one answer: longer than any program may run. */
	readonly answerTimeoutMs: number;
	readonly onWait?: (waitMs: number, why: string) => void;
	readonly signal?: AbortSignal;
}

/** Pauses before it is asked again whether it is really gone. */
const reconnectPausesMs = [500, 2_000];
const defaultRetryMs = 2_000;
const maxAnswerBytes = 67_108_864;

export function createServerClient(options: ServerClientOptions): ServerClient {
	const { url, key, maxWaitMs, signal } = options;
	const headers = { Accept: "application/json", ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }) };
	let pausedUntil = 0;
	let putOffSince: number | null = null;
	let isGone = false;

	async function ask(path: string, init: RequestInit): Promise<Response> {
		const signals = [AbortSignal.timeout(options.answerTimeoutMs), ...(signal === undefined ? [] : [signal])];
		return await fetch(new URL(path, url), { ...init, redirect: "error", signal: AbortSignal.any(signals) });
	}

	/** Rejects with ServerTrouble when nobody answers. */
	async function askPatiently(path: string, init: RequestInit): Promise<Response> {
		for (let attempt = 0; ; attempt++) {
			try {
				return await ask(path, init);
			} catch (error) {
				signal?.throwIfAborted();
				const pauseMs = reconnectPausesMs[attempt];
				const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
				if (pauseMs !== undefined && !isGone && !isTimeout) await pause(pauseMs, undefined, { signal });
				else {
					isGone = true;
					throw new ServerTrouble(`No answer from ${url}: ${describeCause(error)}`, { cause: error });
				}
			}
		}
	}

	async function waitForOthers(): Promise<void> {
		for (let left = pausedUntil - Date.now(); left > 0; left = pausedUntil - Date.now()) await pause(left, undefined, { signal });
	}

	return {
		async catalogue() {
			const response = await askPatiently(cataloguePath, { headers });
			const json = await readJson(response);
			const parsed = Catalogue.safeParse(json);
			if (response.ok && parsed.success) return parsed.data;
			const problem = ApiProblem.safeParse(json);
			throw new ServerTrouble(
				problem.success
					? `${url} refused: ${problem.data.detail}`
					: `${url} answered ${response.status} to ${cataloguePath}, and not as a Sandglass server of this version does.`,
			);
		},

		async run(request) {
			for (;;) {
				await waitForOthers();
				let response: Response;
				try {
					response = await askPatiently(runPath, {
						method: "POST",
						headers: { ...headers, "Content-Type": "application/json" },
						body: JSON.stringify(request),
					});
				} catch (error) {
					if (!(error instanceof ServerTrouble)) throw error;
					return { kind: "trouble", message: error.message, isServerGone: true };
				}
				const json = await readJson(response);
				const result = ApiRunResult.safeParse(json);
				if (response.ok && result.success) {
					putOffSince = null;
					return { kind: "ran", result: result.data };
				}
				const problem = ApiProblem.safeParse(json);
				if (!problem.success)
					return {
						kind: "trouble",
						message: `${url} answered ${response.status} to ${runPath}, and not as a Sandglass server of this version does.`,
						isServerGone: true,
					};
				const retryMs = retryAfterMs(response, problem.data);
				if (retryMs === null) return answerFor(problem.data);
				putOffSince ??= Date.now();
				const waitedMs = Date.now() - putOffSince;
				if (waitedMs + retryMs > maxWaitMs)
					return { kind: "trouble", message: describePatience(problem.data, retryMs, waitedMs), isServerGone: false };
				pausedUntil = Math.max(pausedUntil, Date.now() + retryMs);
				options.onWait?.(retryMs, problem.data.detail);
			}
		},
	};
}

/** What is never undone by waiting: the operator's choice. */
const lasting: readonly ApiProblem["code"][] = ["tierUnavailable", "noTierPassed", "shuttingDown"];

/** Null: it is not worth coming back. */
function retryAfterMs({ status, headers }: Response, problem: ApiProblem): number | null {
	if ((status !== 429 && status !== 503) || lasting.includes(problem.code)) return null;
	if (problem.retryAfterMs !== undefined) return Math.max(problem.retryAfterMs, 10);
	const told = headers.get("Retry-After") ?? "";
	if (/^[0-9]{1,9}$/.test(told)) return Math.max(Number(told) * 1_000, 10);
	const at = Date.parse(told);
	return Number.isNaN(at) ? defaultRetryMs : Math.max(at - Date.now(), 10);
}

const describePatience = ({ detail }: ApiProblem, retryMs: number, waitedMs: number): string =>
	`${detail} It asks for ${Math.ceil(retryMs / 1_000)} s more after ${Math.round(waitedMs / 1_000)} s of waiting (--wait).`;

function answerFor(problem: ApiProblem): RunAnswer {
	const field = problem.field === undefined || problem.detail.includes(problem.field) ? "" : ` (${problem.field})`;
	// Every other run would be refused for the same reason.
	if (problem.status === 401 || problem.status === 403) return { kind: "trouble", message: problem.detail, isServerGone: true };
	if (problem.fault === "user" || problem.fault === "program") return { kind: "refused", message: problem.detail + field };
	return { kind: "trouble", message: problem.detail + field, isServerGone: problem.code === "shuttingDown" };
}

/** Undefined for what is no JSON, or longer than any answer. */
async function readJson(response: Response): Promise<unknown> {
	if (Number(response.headers.get("Content-Length") ?? 0) > maxAnswerBytes) {
		await response.body?.cancel();
		return undefined;
	}
	try {
		return await response.json();
	} catch {
		return undefined;
	}
}

function describeCause(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === "TimeoutError") return "it took too long.";
	return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
