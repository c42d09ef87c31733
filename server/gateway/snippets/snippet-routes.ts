import type { IncomingMessage, ServerResponse } from "node:http";
import { snippetIdOf } from "../../../protocol/snippet-id.ts";
import { type Snippet, type SnippetCreated, SnippetDraft, SnippetId, snippetPagePath, snippetsPath } from "../../../protocol/snippets.ts";
import type { SnippetStore } from "../../store/snippet-store.ts";
import { StoreError } from "../../store/store-error.ts";
import { isProblem } from "../api/callers.ts";
import { type Problem, sendProblem } from "../api/problem.ts";
import { closeWhenUnread } from "../api/unread.ts";
import type { GatewayWorld, RouteSet } from "../route-set.ts";
import { fieldOf } from "../run-request.ts";
import { setDataHeaders } from "../security-headers.ts";
import { CreationQuota } from "./creation-quota.ts";
import { completeDraft } from "./snippet-content.ts";

/**
 * `POST /api/v1/snippets` stores one and gives its link out once it is on disk; `GET /api/v1/snippets/<id>` gives it back, by one query.
 * A link's content never changes, so caches may keep it; a day at most, so that one which the operator removed is not seen for ever.
 */

const cacheControl = "public, max-age=86400, immutable";

export function snippetRoutes(world: GatewayWorld): RouteSet[] {
	const { snippets, config, now } = world;
	if (snippets === null) return [];
	const quota = new CreationQuota({ visitorPerHour: config.snippetsPerHour, addressPerHour: config.addressSnippetsPerHour, now });
	return [
		{
			prefix: snippetsPath,
			async handle(request, response, path) {
				const isList = path === snippetsPath;
				const id = SnippetId.safeParse(path.slice(snippetsPath.length + 1));
				const allowed = isList ? ["POST"] : ["GET", "HEAD"];
				if (!allowed.includes(request.method ?? "")) {
					response.setHeader("Allow", allowed.join(", "));
					return sendProblem(response, { code: "methodNotAllowed", field: allowed.join(", ") });
				}
				try {
					if (isList) await create(world, snippets, quota, request, response);
					else if (!id.success) sendProblem(response, { code: "snippetNotFound" });
					else await show(world, snippets, id.data, request, response);
				} catch (error) {
					if (!(error instanceof StoreError)) throw error;
					// What an operator can mend; the rest is the caller's.
					if (error.code.startsWith("store")) world.log.warn({ err: error }, "the store of snippets could not answer");
					sendProblem(response, { code: error.code });
				}
			},
		},
	];
}

async function show(
	world: GatewayWorld,
	snippets: SnippetStore,
	id: string,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	const found = await snippets.get(id);
	if (found === "absent") return sendProblem(response, { code: "snippetNotFound" });
	if (found === "removed") return sendProblem(response, { code: "snippetRemoved" });
	setDataHeaders(response);
	const tag = `"${id}"`;
	response.setHeader("ETag", tag);
	response.setHeader("Cache-Control", cacheControl);
	// To whom another origin's page may show it is said in a header that a cache would keep with it.
	response.setHeader("Vary", "Origin");
	const known = (request.headers["if-none-match"] ?? "").split(",").map((it) => it.trim().replace(/^W\//, ""));
	if (known.includes(tag)) {
		response.writeHead(304).end();
		return;
	}
	const body = JSON.stringify(found);
	response.writeHead(200, { "Content-Type": "application/json; charset=utf-8", "Content-Length": Buffer.byteLength(body) });
	response.end(request.method === "HEAD" ? undefined : body);
	closeWhenUnread(response, world.stallMs);
}

async function create(
	world: GatewayWorld,
	snippets: SnippetStore,
	quota: CreationQuota,
	request: IncomingMessage,
	response: ServerResponse,
): Promise<void> {
	// A key that comes with a page's request is meant to count.
	const reader = request.headers.authorization === undefined ? world.readerOf(request) : null;
	const consumer = reader ?? world.callers.identify(request);
	if (isProblem(consumer)) return sendProblem(response, consumer);
	const body = await world.bodies.readJson(request, consumer.address);
	if (body === null) return;
	if ("problem" in body) return sendProblem(response, body.problem);
	const read = readDraft(body.json);
	if ("code" in read) return sendProblem(response, read);
	const content = completeDraft(read.draft, world.catalogue, world.runnerStatus());
	if ("code" in content) return sendProblem(response, content);
	const refusal = quota.take(consumer);
	if (refusal !== null) return sendProblem(response, refusal);
	const snippet: Snippet = {
		...content,
		id: await snippetIdOf(content),
		parent: await knownParent(snippets, read.draft.parent),
		createdAt: new Date().toISOString(),
	};
	const { isNew } = await snippets.put(snippet);
	const created: SnippetCreated = { id: snippet.id, url: snippetPagePath(snippet.id), isNew };
	setDataHeaders(response);
	response.writeHead(isNew ? 201 : 200, {
		"Content-Type": "application/json; charset=utf-8",
		"Cache-Control": "no-store",
		Location: `${snippetsPath}/${snippet.id}`,
	});
	response.end(JSON.stringify(created));
}

function readDraft(json: unknown): { readonly draft: SnippetDraft } | Problem {
	const parsed = SnippetDraft.safeParse(json);
	return parsed.success ? { draft: parsed.data } : { code: "invalidRequest", field: fieldOf(parsed.error.issues) };
}

/** One that was removed, or never was, leads nowhere. */
async function knownParent(snippets: SnippetStore, parent: string | undefined): Promise<string | null> {
	return parent !== undefined && typeof (await snippets.get(parent)) === "object" ? parent : null;
}
