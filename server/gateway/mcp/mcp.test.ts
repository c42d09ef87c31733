import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { z } from "zod";
import { maxControlBytes } from "../../../protocol/messages.ts";
import { openFixture } from "../testing/fixture.ts";
import { maxCodeSessions } from "./code-sessions.ts";
import { connectMcp, initialize, postMcp } from "./testing/mcp-client.ts";
import { runOutput } from "./tool-schemas.ts";

/** `/mcp` of a real gateway before a stand-in runner, by the official client; real-mcp.test.ts runs programs. */

const ping = { jsonrpc: "2.0", id: 2, method: "ping" };

test("the official client finds five tools, each with what it takes, what it gives and what it may do", async (context) => {
	const { url } = await openFixture(context);
	const { client } = await connectMcp(context, url);
	const { tools } = await client.listTools();
	assert.deepEqual(tools.map(({ name }) => name).sort(), ["end_session", "list_languages", "run_code", "run_in_session", "start_session"]);
	for (const tool of tools) {
		assert.ok(tool.description, tool.name);
		assert.equal(tool.inputSchema.type, "object");
		assert.ok(tool.outputSchema, tool.name);
		assert.equal(tool.annotations?.openWorldHint, false, "a sandbox has no network");
	}
	assert.equal(tools.find(({ name }) => name === "list_languages")?.annotations?.readOnlyHint, true);
});

test("run_code hands on what was asked, and tells the run in words and as an object", async (context) => {
	const { url, door } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { isError, text, value } = await call("run_code", { language: "py", code: "print hello", arguments: ["a"] });
	assert.equal(isError, false);
	assert.match(text, /^Finished\. \(python 3\.13, container\)\n--- stdout ---\nhello$/);
	const output = z.object(runOutput).parse(value);
	assert.deepEqual([output.ok, output.stdout, output.exit_code, output.fault], [true, "hello", 0, null]);
	const ran = door.requests.find((it) => it.type === "run");
	assert.ok(ran?.type === "run");
	assert.deepEqual([ran.files, ran.arguments, ran.mode], [[{ name: "main.py", content: "print hello" }], ["a"], "pipes"]);
	await door.untilLeases(0);
});

test("a program that fails is a result, not an error of the tool", async (context) => {
	const { url } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { isError, value } = await call("run_code", { language: "python", code: "exit 3" });
	assert.deepEqual([isError, value.ok, value.exit_code, value.fault], [false, false, 3, "program"]);
});

test("a long output is clipped, with a note of how much is missing", async (context) => {
	const { url } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { text, value } = await call("run_code", { language: "py", code: `print ${"x".repeat(200_000)}` });
	assert.equal(value.missing_characters, 200_000 - 16_384);
	assert.match(text, /183616 characters are left out here/);
	assert.ok(JSON.stringify(value).length < 18_000);
});

test("what a run is refused for is an error that the model can read", async (context) => {
	const { url } = await openFixture(context, { config: { anonymousApiRunsPerMinute: 1 } });
	const { call } = await connectMcp(context, url);
	const missing = await call("run_code", { language: "cobol", code: "" });
	assert.deepEqual([missing.isError, missing.text], [true, "The server does not offer this language."]);
	await call("run_code", { language: "py", code: "print 1" });
	const spent = await call("run_code", { language: "py", code: "print 2" });
	assert.equal(spent.isError, true);
	assert.match(spent.text, /Try again in \d+ s/);
});

test("list_languages names what the server runs", async (context) => {
	const { url } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { languages } = (await call("list_languages")).value;
	assert.deepEqual(languages, [
		{
			id: "python",
			name: "Python",
			aliases: ["py"],
			file_name: "main.py",
			versions: ["3.13", "3.11"].map((version) => ({ version, tiers: ["gvisor", "kata", "container"], is_ready: true })),
		},
	]);
});

test("a session sends its files with every run, in one sandbox, and what one run printed is a file of the next", async (context) => {
	const { url, door } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { session_id } = (await call("start_session", { language: "python", files: [{ name: "lib.py", content: "x = 1" }] })).value;
	await call("run_in_session", { session_id, code: "print 2 3 5", keep_stdout_as: "primes.txt" });
	const { value } = await call("run_in_session", { session_id, code: "print again", remove: ["lib.py"] });
	const sent = door.requests.flatMap((it) => (it.type === "run" ? [it.files.map(({ name, content }) => `${name}=${content}`)] : []));
	assert.deepEqual(sent, [
		["lib.py=x = 1", "main.py=print 2 3 5"],
		["main.py=print again", "primes.txt=2 3 5"],
	]);
	assert.deepEqual(value.session_files, ["main.py", "primes.txt"]);
	assert.equal(door.opened, 1);
	assert.deepEqual((await call("end_session", { session_id })).value, { ended: true });
	await door.untilLeases(0);
	assert.equal((await call("run_in_session", { session_id, code: "" })).isError, true);
});

test("a session runs one program at a time", async (context) => {
	const { url, door } = await openFixture(context);
	const { call, transport } = await connectMcp(context, url);
	const { session_id } = (await call("start_session", { language: "python" })).value;
	const waiting = call("run_in_session", { session_id, code: "wait" }).then(
		() => "answered",
		() => "cut off",
	);
	await door.untilLeases(1);
	assert.match((await call("run_in_session", { session_id, code: "print 1" })).text, /already running/);
	await transport.terminateSession();
	await transport.close();
	assert.equal(await waiting, "cut off");
});

test("a change that a session cannot hold is refused, and leaves it as it was", async (context) => {
	const { url } = await openFixture(context);
	const { call } = await connectMcp(context, url);
	const { session_id } = (await call("start_session", { language: "python", files: [{ name: "main.py", content: "print 1" }] })).value;
	const outside = await call("run_in_session", { session_id, files: [{ name: "../b", content: "" }] });
	assert.equal(outside.isError, true);
	assert.match(outside.text, /file name cannot be used \(\.\.\/b\)/);
	await call("run_in_session", { session_id, code: `print ${"x".repeat(200_000)}` });
	const kept = await call("run_in_session", { session_id, keep_stdout_as: "big.txt" });
	assert.match(kept.text, /stdout was not kept: The files are larger than the server takes/);
	assert.deepEqual(kept.value.session_files, ["main.py"]);
});

test("a client has so many sessions and no more, and another client's id leads to none", async (context) => {
	const { url } = await openFixture(context);
	const one = await connectMcp(context, url);
	const opened = [];
	for (let n = 0; n < maxCodeSessions; n++) opened.push(await one.call("start_session", { language: "python" }));
	assert.ok(opened.every(({ isError }) => !isError));
	assert.match((await one.call("start_session", { language: "python" })).text, /End one first/);
	const other = await connectMcp(context, url);
	assert.equal((await other.call("run_in_session", { session_id: opened[0]?.value.session_id, code: "" })).isError, true);
});

test("a client that ends takes its run and its sessions' sandboxes with it", async (context) => {
	const { url, door } = await openFixture(context);
	const { call, transport, client } = await connectMcp(context, url);
	const { session_id } = (await call("start_session", { language: "python" })).value;
	await call("run_in_session", { session_id, code: "print 1" });
	const waiting = call("run_code", { language: "python", code: "wait" }).then(
		() => "answered",
		() => "cut off",
	);
	await door.untilLeases(2);
	await transport.terminateSession();
	await client.close();
	assert.equal(await waiting, "cut off");
	await door.untilLeases(0);
});

test("a call that is cancelled stops its program", async (context) => {
	const { url, door } = await openFixture(context);
	const { client } = await connectMcp(context, url);
	const cancelled = new AbortController();
	const waiting = client
		.callTool({ name: "run_code", arguments: { language: "python", code: "wait" } }, undefined, { signal: cancelled.signal })
		.then(
			() => "answered",
			() => "cancelled",
		);
	await door.untilLeases(1);
	cancelled.abort();
	assert.equal(await waiting, "cancelled");
	await door.untilLeases(0);
});

test("DNS rebinding: a page of a foreign origin is refused; the own one, and a program, are not", async (context) => {
	const { url } = await openFixture(context);
	for (const origin of ["https://evil.example", "null", "http://127.0.0.1.evil.example"]) {
		const refused = await postMcp(url, initialize, { origin });
		assert.equal(refused.status, 403, origin);
		assert.equal(refused.headers.get("mcp-session-id"), null);
	}
	assert.equal((await postMcp(url, initialize, { origin: url })).status, 200);
	assert.equal((await postMcp(url, initialize)).status, 200);
});

test("DNS rebinding: a server on loopback answers to no other name", async (context) => {
	const { url } = await openFixture(context);
	const status = await new Promise((resolve, reject) => {
		const headers = { host: "rebound.example", "content-type": "application/json" };
		const sent = request(`${url}/mcp`, { method: "POST", headers }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		sent.on("error", reject);
		sent.end(JSON.stringify(initialize));
	});
	assert.equal(status, 421);
});

test("a client's id is of no use to anybody else", async (context) => {
	const { url } = await openFixture(context, { config: { trustedProxies: ["127.0.0.1"] } });
	const [mine, theirs] = [{ "x-forwarded-for": "192.0.2.7" }, { "x-forwarded-for": "192.0.2.8" }];
	const id = (await postMcp(url, initialize, mine)).headers.get("mcp-session-id") ?? "";
	assert.match(id, /^[A-Za-z0-9_-]{32}$/);
	const statusOf = async (headers: Record<string, string>) => (await postMcp(url, ping, headers)).status;
	assert.equal(await statusOf({ ...mine, "mcp-session-id": id }), 200);
	assert.equal(await statusOf({ ...theirs, "mcp-session-id": id }), 404);
	assert.equal((await fetch(`${url}/mcp`, { method: "DELETE", headers: { ...theirs, "mcp-session-id": id } })).status, 404);
	assert.equal(await statusOf({ ...mine, "mcp-session-id": "x".repeat(32) }), 404);
	assert.equal(await statusOf(mine), 400);
});

test("an address has sixteen clients: for a further one its longest unused goes", async (context) => {
	const { url } = await openFixture(context);
	const ids: string[] = [];
	for (let n = 0; n < 16; n++) ids.push((await postMcp(url, initialize)).headers.get("mcp-session-id") ?? "");
	const [first = "", second = ""] = ids;
	assert.equal((await postMcp(url, ping, { "mcp-session-id": first })).status, 200);
	const further = (await postMcp(url, initialize)).headers.get("mcp-session-id") ?? "";
	assert.equal((await postMcp(url, ping, { "mcp-session-id": second })).status, 404);
	assert.equal((await postMcp(url, ping, { "mcp-session-id": first })).status, 200);
	assert.equal((await postMcp(url, ping, { "mcp-session-id": further })).status, 200);
});

test("what is no message is told so: a body too large, no JSON, another type, another method", async (context) => {
	const { url } = await openFixture(context);
	assert.equal((await postMcp(url, { ...initialize, more: "x".repeat(maxControlBytes) })).status, 413);
	const unreadable = await postMcp(url, "{");
	assert.equal(unreadable.status, 400);
	assert.match(await unreadable.text(), /-32700/);
	assert.equal((await postMcp(url, initialize, { "content-type": "text/plain" })).status, 415);
	const got = await fetch(`${url}/mcp`, { headers: { accept: "text/event-stream" } });
	assert.deepEqual([got.status, got.headers.get("allow")], [405, "POST, DELETE"]);
});

test("where the operator wants keys, there is nothing without one", async (context) => {
	const { url, door } = await openFixture(context, { config: { anonymousApi: "off" } });
	assert.equal((await postMcp(url, initialize)).status, 401);
	assert.equal((await postMcp(url, initialize, { authorization: "Bearer sandglass_nothing" })).status, 401);
	assert.equal(door.opened, 0);
});
