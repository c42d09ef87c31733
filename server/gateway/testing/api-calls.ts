import { ApiRunEvent, ApiRunResult, runPath } from "../../../protocol/api.ts";
import { ApiProblem } from "../../../protocol/api-problem.ts";

/** The HTTP interface as a caller outside a browser meets it. */

export interface Call {
	readonly headers?: Record<string, string>;
	readonly signal?: AbortSignal;
}

export function post(url: string, body: unknown, { headers = {}, signal }: Call = {}): Promise<Response> {
	return fetch(url + runPath, {
		method: "POST",
		headers: { "Content-Type": "application/json", ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
		...(signal === undefined ? {} : { signal }),
	});
}

export function program(content: string, fields: object = {}): object {
	return { language: "python", files: [{ name: "main.py", content }], ...fields };
}

export async function resultOf(response: Promise<Response>): Promise<ApiRunResult> {
	return ApiRunResult.parse(await (await response).json());
}

export async function problemOf(response: Promise<Response>): Promise<ApiProblem> {
	const answer = await response;
	const problem = ApiProblem.parse(await answer.json());
	if (answer.status !== problem.status) throw new Error(`status ${answer.status} bears a problem of ${problem.status}`);
	if (!(answer.headers.get("content-type") ?? "").startsWith("application/problem+json"))
		throw new Error("a problem that is not told as one");
	return problem;
}

/** Each event as it comes. */
export async function* eventsOf(response: Response): AsyncGenerator<ApiRunEvent> {
	let text = "";
	const decoder = new TextDecoder();
	const reader = response.body?.getReader();
	for (let piece = await reader?.read(); piece?.value !== undefined; piece = await reader?.read()) {
		text += decoder.decode(piece.value, { stream: true });
		const blocks = text.split("\n\n");
		text = blocks.pop() ?? "";
		for (const block of blocks) {
			const [, type, data] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
			if (type !== undefined && data !== undefined) yield ApiRunEvent.parse({ type, ...JSON.parse(data) });
		}
	}
}
