import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { runPath } from "../../../protocol/api.ts";
import { eventsOf, post, problemOf, program, resultOf } from "../testing/api-calls.ts";
import { openFixture } from "../testing/fixture.ts";

/** The HTTP interface before a stand-in runner: what is refused, what is held back, what is given back. */

test("a program's output, outcome and place come back in one answer, and its sandbox is gone by then or soon after", async (context) => {
	const { url, door } = await openFixture(context);
	const result = await resultOf(post(url, program("print hello")));
	assert.deepEqual(result.outcome, { kind: "exited", code: 0 });
	assert.equal(result.program?.stdout, "hello");
	assert.equal(result.program?.output, "hello");
	assert.deepEqual([result.language, result.tier, result.fault, result.compile], ["python", "container", null, null]);
	await door.untilLeases(0);
	await resultOf(post(url, program("print again")));
	assert.equal(door.opened, 2, "a second run has a sandbox of its own");
	await door.untilLeases(0);
});

test("input reaches the program in the size of its credit, its end follows, and not a byte is lost", async (context) => {
	const { url } = await openFixture(context);
	const stdin = "0123456789abcdef".repeat(20_000);
	const result = await resultOf(post(url, program("echo", { stdin })));
	assert.equal(result.program?.stdout, stdin);
});

test("a body of the wrong type, that is no JSON, of the wrong shape or too long is refused by name before anything is counted", async (context) => {
	const { url, door } = await openFixture(context, { config: { anonymousApiRunsPerMinute: 1 } });
	const typed = await problemOf(post(url, program("print x"), { headers: { "Content-Type": "text/plain" } }));
	assert.deepEqual([typed.status, typed.code], [415, "unsupportedMediaType"]);
	const broken = await problemOf(post(url, "{"));
	assert.deepEqual([broken.status, broken.code], [400, "bodyUnreadable"]);
	const shaped = await problemOf(post(url, { ...program("print x"), image: "mine" }));
	assert.deepEqual([shaped.status, shaped.code, shaped.field], [400, "invalidRequest", "image"]);
	const unnamed = await problemOf(post(url, program("print x", { files: [{ name: "../x", content: "" }] })));
	assert.deepEqual([unnamed.status, unnamed.code, unnamed.field], [400, "invalidFileName", "../x"]);
	const long = await problemOf(post(url, "x".repeat(2_097_153)));
	assert.deepEqual([long.status, long.code], [413, "messageTooLarge"]);
	assert.equal(door.opened, 0);
	await resultOf(post(url, program("print x")));
});

test("ATTACKS 38: a body without a stated length is cut off at the cap too", async (context) => {
	const { url } = await openFixture(context);
	const status = await new Promise<number | undefined>((resolve, reject) => {
		const request = httpRequest(url + runPath, { method: "POST", headers: { "Content-Type": "application/json" } }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		request.on("error", reject);
		for (let sent = 0; sent < 2_200_000; sent += 100_000) request.write(" ".repeat(100_000));
		request.end("{}");
	});
	assert.equal(status, 413);
});

test("another method and an unknown path are told apart from a page, as problems", async (context) => {
	const { url } = await openFixture(context);
	const method = await fetch(url + runPath);
	assert.equal(method.headers.get("allow"), "POST");
	assert.equal((await problemOf(Promise.resolve(method))).code, "methodNotAllowed");
	assert.equal((await problemOf(fetch(`${url}/api/v1/runs`))).code, "notFound");
	assert.equal((await problemOf(fetch(`${url}/api/v1/run/1`, { method: "POST" }))).code, "notFound");
});

test("runs over the share of an address without a key are refused with a time to come back, as header and as number", async (context) => {
	const { url } = await openFixture(context, { config: { anonymousApiRunsPerMinute: 2 } });
	for (let count = 0; count < 2; count++) await resultOf(post(url, program("print x")));
	const refused = await post(url, program("print x"));
	assert.match(refused.headers.get("retry-after") ?? "", /^[0-9]+$/);
	const problem = await problemOf(Promise.resolve(refused));
	assert.deepEqual([problem.status, problem.code], [429, "tooManyRuns"]);
	assert.ok((problem.retryAfterMs ?? 0) > 0);
});

test("as events a run tells its start, its output piece by piece and its result; a refusal before is a plain problem", async (context) => {
	const { url } = await openFixture(context);
	const headers = { Accept: "text/event-stream" };
	const types: string[] = [];
	let printed = "";
	const response = await post(url, program("flood 100000"), { headers });
	assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
	for await (const event of eventsOf(response)) {
		if (types.at(-1) !== event.type) types.push(event.type);
		if (event.type === "output") printed += event.text;
	}
	assert.deepEqual(types, ["started", "output", "result"]);
	assert.ok(printed.length > 0);
	assert.equal((await problemOf(post(url, program("print x", { language: "none" }), { headers }))).code, "unknownLanguage");
});

test("a reader of events that stops reading holds its program back, and is given up after the stall time, its sandbox with it", async (context) => {
	const { url, door } = await openFixture(context, { config: { outputBytes: 1_073_741_824 }, timings: { stallMs: 1_000 } });
	const response = await post(url, program("flood 200000000"), { headers: { Accept: "text/event-stream" } });
	await door.untilLeases(1);
	await door.untilLeases(0);
	assert.ok(door.floodedBytes < 20_000_000, `${door.floodedBytes} bytes were let through to nobody`);
	await response.body?.cancel();
});

test("ATTACKS 11: a caller that goes away has its program ended and its sandbox given back", async (context) => {
	const { url, door } = await openFixture(context);
	for (const accept of ["application/json", "text/event-stream"]) {
		const leaving = new AbortController();
		const answer = post(url, program("wait"), { headers: { Accept: accept }, signal: leaving.signal });
		const failed = assert.rejects(answer.then((response) => response.text()));
		await door.untilLeases(1);
		leaving.abort();
		await failed;
		await door.untilLeases(0);
	}
});

test("a run that waits for a sandbox says how many are before it, and a full queue refuses with 503", async (context) => {
	const { url, door } = await openFixture(context, { maxLeases: 1, config: { queueLength: 1, anonymousApiSessions: 3 } });
	const headers = { Accept: "text/event-stream" };
	const first = new AbortController();
	const running = assert.rejects(post(url, program("wait"), { signal: first.signal }));
	await door.untilLeases(1);
	const second = eventsOf(await post(url, program("print two"), { headers }));
	assert.deepEqual((await second.next()).value, { type: "queued", ahead: 0 });
	const full = await problemOf(post(url, program("print three")));
	assert.deepEqual([full.status, full.code], [503, "queueFull"]);
	first.abort();
	await running;
	let last = "";
	for await (const { type } of second) last = type;
	assert.equal(last, "result");
});

test("a runner that is away, and one that dies in mid-run, are the server's fault and not the program's", async (context) => {
	const { url, door } = await openFixture(context);
	const result = resultOf(post(url, program("wait")));
	await door.untilLeases(1);
	await door.kill();
	const { outcome, fault } = await result;
	assert.deepEqual([outcome, fault], [{ kind: "lost", code: "sandboxLost" }, "us"]);
	const away = await problemOf(post(url, program("print x")));
	assert.deepEqual([away.status, away.code, away.fault], [503, "runnerDown", "us"]);
});
