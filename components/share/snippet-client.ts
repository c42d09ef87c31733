import { ApiProblem } from "../../protocol/api-problem.ts";
import { describeError, type ErrorCode } from "../../protocol/errors.ts";
import { Snippet, SnippetCreated, type SnippetDraft, SnippetId, snippetsPath } from "../../protocol/snippets.ts";

/** What the page asks of `/api/v1/snippets`. Expected failures are values with the sentence that a reader is shown. */

export interface SnippetRefusal {
	readonly kind: "refused";
	readonly sentence: string;
	/** Whose doing it was, where the server said so. */
	readonly code: ErrorCode | null;
}

const unreachable: SnippetRefusal = { kind: "refused", code: null, sentence: "The server cannot be reached. Nothing you wrote is gone." };
const unexpected: SnippetRefusal = {
	kind: "refused",
	code: null,
	sentence: "The server gave an answer that this page does not understand.",
};

async function readRefusal(response: Response): Promise<SnippetRefusal> {
	try {
		const { code, detail } = ApiProblem.parse(await response.json());
		return { kind: "refused", code, sentence: detail === "" ? describeError(code) : detail };
	} catch (error) {
		console.info("A refusal of the server could not be read.", error);
		if (response.status === 413) return { ...unexpected, sentence: "That is larger than the server stores." };
		return response.status >= 500 ? { ...unexpected, sentence: "The server does not store programs right now." } : unexpected;
	}
}

export type Created = { readonly kind: "created"; readonly id: string } | SnippetRefusal;

export async function createSnippet(draft: SnippetDraft, signal: AbortSignal): Promise<Created> {
	let response: Response;
	try {
		const body = JSON.stringify(draft);
		response = await fetch(snippetsPath, { method: "POST", signal, headers: { "content-type": "application/json" }, body });
	} catch (error) {
		if (signal.aborted) throw error;
		console.info("The program could not be sent.", error);
		return unreachable;
	}
	if (!response.ok) return readRefusal(response);
	try {
		return { kind: "created", id: SnippetCreated.parse(await response.json()).id };
	} catch (error) {
		console.info("What the server answered could not be read.", error);
		return unexpected;
	}
}

export type Fetched = { readonly kind: "found"; readonly snippet: Snippet } | { readonly kind: "missing" } | SnippetRefusal;

export async function fetchSnippet(id: string, signal: AbortSignal): Promise<Fetched> {
	if (!SnippetId.safeParse(id).success) return { kind: "missing" };
	let response: Response;
	try {
		response = await fetch(`${snippetsPath}/${id}`, { signal, headers: { accept: "application/json" } });
	} catch (error) {
		if (signal.aborted) throw error;
		console.info("The shared program could not be fetched.", error);
		return unreachable;
	}
	if (response.status === 404 || response.status === 410) return { kind: "missing" };
	if (!response.ok) return readRefusal(response);
	try {
		return { kind: "found", snippet: Snippet.parse(await response.json()) };
	} catch (error) {
		console.info("The shared program could not be read.", error);
		return unexpected;
	}
}
