import assert from "node:assert/strict";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ApiProblem } from "../../../protocol/api-problem.ts";
import { maxFilesBytes } from "../../../protocol/files.ts";
import { Snippet, SnippetCreated, type SnippetDraftInput, snippetsPath } from "../../../protocol/snippets.ts";
import type { Config } from "../../config.ts";
import { openForTest } from "../../store/testing/open-for-test.ts";
import { openFixture } from "../testing/fixture.ts";
import { Visitors, visitorCookie } from "../visitor.ts";

const draft: SnippetDraftInput = { language: "py", title: "Hello", files: [{ name: "main.py", content: "print('hello')\n" }] };

async function open(context: TestContext, config: Partial<Config> = {}) {
	const folder = mkdtempSync(join(tmpdir(), "snippets-"));
	context.after(() => rmSync(folder, { recursive: true }));
	const path = join(folder, "snippets.db");
	const store = openForTest(context, { kind: "sqlite", path }, config.storeBytes);
	const { url } = await openFixture(context, { config, snippets: store });
	const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
		fetch(`${url}${snippetsPath}`, {
			method: "POST",
			body: JSON.stringify(body),
			headers: { "content-type": "application/json", origin: url, ...headers },
		});
	const get = (id: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${url}${snippetsPath}/${id}`, { headers });
	const create = async (body: unknown): Promise<SnippetCreated> => SnippetCreated.parse(await (await post(body)).json());
	return { url, path, store, post, get, create };
}

async function expectProblem(answer: Response, code: string, status: number): Promise<ApiProblem> {
	assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8");
	const problem = ApiProblem.parse(await answer.json());
	assert.deepEqual([problem.code, answer.status], [code, status]);
	return problem;
}

test("what a page shares gets a link, and the link gives it back with the language's own name and the exact version", async (context) => {
	const { post, get } = await open(context);
	const answer = await post(draft);
	assert.equal(answer.status, 201);
	const { id, url: page, isNew } = SnippetCreated.parse(await answer.json());
	assert.deepEqual([page, isNew, answer.headers.get("location")], [`/s/${id}`, true, `${snippetsPath}/${id}`]);
	const snippet = Snippet.parse(await (await get(id)).json());
	assert.deepEqual([snippet.language, snippet.version, snippet.title, snippet.parent], ["python", "3.13", "Hello", null]);
	assert.deepEqual(snippet.files, draft.files);
	assert.ok(Math.abs(Date.parse(snippet.createdAt) - Date.now()) < 60_000);
});

test("the same content again has the same link, and a fork knows its parent", async (context) => {
	const { post, get, create } = await open(context);
	const first = await create(draft);
	const again = await post({ ...draft, language: "python", version: "3.13", parent: first.id });
	assert.equal(again.status, 200);
	assert.deepEqual(await again.json(), { ...first, isNew: false });
	const fork = await create({ ...draft, stdin: "changed", parent: first.id });
	assert.equal(Snippet.parse(await (await get(fork.id)).json()).parent, first.id);
	const orphan = await create({ ...draft, stdin: "orphan", parent: "abcdefghijklmnopqrstuv" });
	assert.equal(Snippet.parse(await (await get(orphan.id)).json()).parent, null);
});

test("a link may be kept by caches for a day, and an unchanged one is not sent again", async (context) => {
	const { get, create } = await open(context);
	const { id } = await create(draft);
	const answer = await get(id);
	await answer.text();
	assert.equal(answer.headers.get("cache-control"), "public, max-age=86400, immutable");
	assert.equal(answer.headers.get("etag"), `"${id}"`);
	const known = await get(id, { "if-none-match": `"${id}"` });
	assert.deepEqual([known.status, await known.text()], [304, ""]);
});

test("what is no link, leads nowhere, or was removed is told apart, and never kept by a cache", async (context) => {
	const { get, create, post, store } = await open(context);
	await expectProblem(await get("abcdefghijklmnopqrstuv"), "snippetNotFound", 404);
	await expectProblem(await get("..%2f..%2fetc"), "snippetNotFound", 404);
	const { id } = await create(draft);
	await store.remove(id);
	const answer = await get(id);
	assert.equal(answer.headers.get("cache-control"), "no-store");
	await expectProblem(answer, "snippetRemoved", 410);
	await expectProblem(await post(draft), "snippetRemoved", 410);
});

test("ATTACKS 36: a page of another origin stores nothing; a program that is no page may", async (context) => {
	const { post, store } = await open(context);
	await expectProblem(await post(draft, { origin: "https://evil.example" }), "originRefused", 403);
	await expectProblem(await post(draft, { origin: "null" }), "originRefused", 403);
	// What a form can send without asking first.
	await expectProblem(await post(draft, { "content-type": "text/plain" }), "unsupportedMediaType", 415);
	assert.equal((await store.totals()).snippets, 0);
	const { url } = await openFixture(context, { snippets: store });
	const answer = await fetch(`${url}${snippetsPath}`, {
		method: "POST",
		body: JSON.stringify(draft),
		headers: { "content-type": "application/json" },
	});
	assert.equal(answer.status, 201);
});

test("calls without a key that the operator switched off store nothing, while the server's own page does", async (context) => {
	const { url, post } = await open(context, { anonymousApi: "off" });
	const answer = await fetch(`${url}${snippetsPath}`, {
		method: "POST",
		body: JSON.stringify(draft),
		headers: { "content-type": "application/json" },
	});
	await expectProblem(answer, "keyRequired", 401);
	assert.equal((await post(draft)).status, 201);
});

test("each fault of a body has a code and names its place", async (context) => {
	const { post } = await open(context);
	const refused: [object, string, number, string | undefined][] = [
		[{ ...draft, files: [] }, "noFile", 400, undefined],
		[{ ...draft, files: "no" }, "invalidRequest", 400, "files"],
		[{ ...draft, files: [{ name: "../x", content: "" }] }, "invalidFileName", 400, "../x"],
		[{ ...draft, files: [{ name: "a", content: "x".repeat(maxFilesBytes + 1) }] }, "filesTooLarge", 413, undefined],
		[{ ...draft, entry: "other.py" }, "invalidRequest", 400, "entry"],
		[{ ...draft, arguments: ["a\0b"] }, "invalidRequest", 400, "arguments.0"],
		[{ ...draft, stdin: "\ud800" }, "invalidRequest", 400, "stdin"],
		[{ ...draft, language: "cobol" }, "unknownLanguage", 404, "language"],
		[{ ...draft, version: "2.7" }, "unknownVersion", 404, "version"],
		[{ ...draft, tier: "bare-metal" }, "unknownTier", 404, "tier"],
		[{ ...draft, tier: "wasm" }, "tierWithoutLanguage", 404, "tier"],
		[{ ...draft, parent: "mine" }, "invalidRequest", 400, "parent"],
		[{ ...draft, createdAt: "2020-01-01T00:00:00Z" }, "invalidRequest", 400, "createdAt"],
		[{ ...draft, imageDigest: "mine" }, "invalidRequest", 400, "imageDigest"],
		[{ ...draft, recording: recordingOf(1_100_000) }, "snippetTooLarge", 413, "the recording has a cap of 1 MiB"],
		[{ ...draft, recording: recordingOf(2_200_000) }, "messageTooLarge", 413, undefined],
	];
	for (const [body, code, status, field] of refused) assert.equal((await expectProblem(await post(body), code, status)).field, field);
	assert.equal((await post({ ...draft, recording: recordingOf(900_000) })).status, 201);
});

const recordingOf = (bytes: number): object => ({
	language: "python",
	version: "3.13",
	tier: "container",
	recordedAt: "2026-01-01T00:00:00Z",
	outcome: { kind: "exited", code: 0 },
	events: Array.from({ length: Math.floor(bytes / 1_000) }, (_, second) => [second, "o", "x".repeat(985)]),
});

test("a visitor stores so many in an hour and no more, a new visitor of the same address too, and a refused request costs nothing", async (context) => {
	const { post } = await open(context, { snippetsPerHour: 2, addressSnippetsPerHour: 3 });
	const visitors = new Visitors("a secret for tests, thirty-two bytes long");
	const [one, other] = [visitors.create(), visitors.create()].map((visitor) => ({
		cookie: visitorCookie(visitor, false).split(";")[0] ?? "",
	}));
	let count = 0;
	const share = (headers: Record<string, string> = {}): Promise<Response> => post({ ...draft, stdin: `${count++}` }, headers);
	await expectProblem(await post({ ...draft, language: "cobol" }, one), "unknownLanguage", 404);
	assert.equal((await share(one)).status, 201);
	assert.equal((await share(one)).status, 201);
	const refused = await share(one);
	assert.ok(Number(refused.headers.get("retry-after")) > 60);
	await expectProblem(refused, "tooManySnippets", 429);
	assert.equal((await share(other)).status, 201);
	await expectProblem(await share(other), "addressQuotaReached", 429);
});

test("a full store, and one that is gone, are told as that; what is there opens, and the gateway goes on", async (context) => {
	const { post, get, create, path, url } = await open(context, { storeBytes: 3_000 });
	const { id } = await create({ ...draft, stdin: "x".repeat(2_000) });
	await expectProblem(await post({ ...draft, stdin: "y".repeat(2_000) }), "storeFull", 507);
	assert.equal((await get(id)).status, 200);
	renameSync(path, `${path}.away`);
	await expectProblem(await get(id), "storeDown", 503);
	await expectProblem(await post(draft), "storeDown", 503);
	assert.equal((await fetch(`${url}/healthz`)).status, 200);
});

test("other methods are refused with what is answered", async (context) => {
	const { url, create } = await open(context);
	const { id } = await create(draft);
	const removal = await fetch(`${url}${snippetsPath}/${id}`, { method: "DELETE", headers: { origin: url } });
	assert.equal(removal.headers.get("allow"), "GET, HEAD");
	await expectProblem(removal, "methodNotAllowed", 405);
	await expectProblem(await fetch(`${url}${snippetsPath}`), "methodNotAllowed", 405);
});
