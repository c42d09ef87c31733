import assert from "node:assert/strict";
import { test } from "node:test";
import type { ApiRunRequest } from "../protocol/api.ts";
import { createServerClient, ServerTrouble } from "./server-client.ts";
import { catalogue, openScriptedServer, printed, refused } from "./testing/scripted-server.ts";

const request: ApiRunRequest = { language: "python", files: [{ name: "main.py", content: "" }], arguments: [], stdin: "", limits: {} };
const settings = { maxWaitMs: 5_000, answerTimeoutMs: 5_000 };

test("a run is asked for with the key, and its result comes back", async (context) => {
	const server = await openScriptedServer(context, () => printed("1\n"));
	const client = createServerClient({ ...settings, url: server.url, key: "a-key" });
	assert.deepEqual(await client.catalogue(), catalogue);
	assert.deepEqual(await client.run(request), { kind: "ran", result: printed("1\n").body });
	assert.deepEqual(server.requests, [{ body: request, authorization: "Bearer a-key" }]);
});

test("where the server says to come back, everybody waits and comes back", async (context) => {
	const waits: string[] = [];
	const server = await openScriptedServer(context, (_, before) =>
		before === 0
			? refused(429, "tooManyRuns", { retryAfterMs: 300, fault: "user" })
			: before === 1
				? refused(503, "queueFull", {}, { "Retry-After": "0" })
				: printed("1"),
	);
	const client = createServerClient({ ...settings, url: server.url, onWait: (ms, why) => waits.push(`${ms} ${why}`) });
	const startedAt = performance.now();
	const first = client.run(request);
	while (waits.length === 0) await new Promise(setImmediate);
	const second = await client.run(request);
	assert.ok(performance.now() - startedAt >= 295);
	assert.equal((await first).kind, "ran");
	assert.equal(second.kind, "ran");
	assert.deepEqual(waits, ["300 About tooManyRuns.", "10 About queueFull."]);
});

test("patience ends: a server that puts everything off is in trouble, and the sentence says for how long", async (context) => {
	const server = await openScriptedServer(context, () => refused(503, "engineDown", { retryAfterMs: 60 }));
	const client = createServerClient({ ...settings, maxWaitMs: 200, url: server.url });
	const answer = await client.run(request);
	assert.ok(
		answer.kind === "trouble" && !answer.isServerGone && /About engineDown.*asks for 1 s more/.test(answer.message),
		JSON.stringify(answer),
	);
	assert.ok(server.requests.length > 1);
	const later = server.requests.length;
	await client.run(request);
	assert.equal(server.requests.length, later + 1);
});

test("the author's fault, a key that is refused and the operator's choice are told apart", async (context) => {
	const answers = [
		refused(404, "tierWithoutLanguage", { fault: "user", field: "wasm" }),
		refused(401, "originRefused", { fault: "user" }),
		refused(503, "tierUnavailable"),
		{ status: 500, body: "<html>" },
		{ status: 200, body: { something: "else" } },
	];
	const server = await openScriptedServer(context, (_, before) => answers[before] ?? printed(""));
	const client = createServerClient({ ...settings, url: server.url });
	assert.deepEqual(await client.run(request), { kind: "refused", message: "About tierWithoutLanguage. (wasm)" });
	assert.deepEqual(await client.run(request), { kind: "trouble", message: "About originRefused.", isServerGone: true });
	assert.deepEqual(await client.run(request), { kind: "trouble", message: "About tierUnavailable.", isServerGone: false });
	for (const status of [500, 200]) {
		const answer = await client.run(request);
		assert.ok(answer.kind === "trouble" && answer.isServerGone && answer.message.includes(`answered ${status}`), JSON.stringify(answer));
	}
});

test("a server that is not there, that never answers, or that is another program is trouble", async (context) => {
	const server = await openScriptedServer(context, () => new Promise(() => undefined), { status: 200, body: "hello" });
	const client = createServerClient({ maxWaitMs: 0, answerTimeoutMs: 200, url: server.url });
	await assert.rejects(client.catalogue(), (error) => error instanceof ServerTrouble && /not as a Sandglass server/.test(error.message));
	const answer = await client.run(request);
	assert.ok(answer.kind === "trouble" && answer.isServerGone && /too long/.test(answer.message), JSON.stringify(answer));
	await server.close();
	await assert.rejects(
		createServerClient({ ...settings, url: server.url }).catalogue(),
		(error) => error instanceof ServerTrouble && /ECONNREFUSED/.test(error.message),
	);
});

test("a run that is called off ends at once, and not as the server's trouble", async (context) => {
	const server = await openScriptedServer(context, () => refused(503, "queueFull", { retryAfterMs: 4_000 }));
	const interruption = new AbortController();
	const client = createServerClient({
		...settings,
		url: server.url,
		signal: interruption.signal,
		onWait: () => interruption.abort(new Error("called off")),
	});
	await assert.rejects(client.run(request), { name: "AbortError" });
});
