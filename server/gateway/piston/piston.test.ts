import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { maxControlBytes } from "../../../protocol/messages.ts";
import { PistonResult, pistonExecutePath, pistonRuntimesPath } from "../../../protocol/piston.ts";
import { KeyFile } from "../../api-keys/key-file.ts";
import { openFixture } from "../testing/fixture.ts";
import { PistonSocket } from "./testing/piston-socket.ts";

/** Piston's API at a real gateway before a stand-in runner: what the gateway answers by itself. real-piston.test.ts runs programs. */

const hello = { language: "python", version: "*", files: [{ content: "print hello" }] };

async function post(url: string, body: unknown, headers: Record<string, string> = {}) {
	const response = await fetch(url + pistonExecutePath, {
		method: "POST",
		headers: { "content-type": "application/json", ...headers },
		body: typeof body === "string" ? body : JSON.stringify(body),
	});
	const answer: unknown = await response.json();
	return { status: response.status, answer, headers: response.headers };
}

const messageOf = (answer: unknown): string =>
	typeof answer === "object" && answer !== null && "message" in answer ? String(answer.message) : "";

test("runtimes tells languages, versions that semver reads, and aliases", async (context) => {
	const { url } = await openFixture(context);
	const response = await fetch(url + pistonRuntimesPath);
	assert.equal(response.status, 200);
	assert.deepEqual(await response.json(), [
		{ language: "python", version: "3.13.0", aliases: ["py"] },
		{ language: "python", version: "3.11.0", aliases: ["py"] },
	]);
});

test("execute answers a run, in the version that was asked for", async (context) => {
	const { url, door } = await openFixture(context);
	const { status, answer } = await post(url, { ...hello, version: "<3.12", args: ["a"], run_timeout: 3_000 });
	assert.equal(status, 200);
	const { language, version, run } = PistonResult.parse(answer);
	assert.deepEqual([language, version, run.stdout, run.code, run.status], ["python", "3.11.0", "hello", 0, null]);
	const ran = door.requests.find((it) => it.type === "run");
	assert.ok(ran?.type === "run");
	assert.deepEqual([ran.arguments, ran.mode, ran.limits], [["a"], "pipes", { totalWallMs: 3_000, idleWallMs: 3_000 }]);
	await door.untilLeases(0);
});

test("what is wrong in a request is a 400 that says what, and costs no sandbox", async (context) => {
	const { url, door } = await openFixture(context);
	for (const [body, message] of [
		["{", /not valid JSON/],
		[[], /must be a JSON object/],
		[{ ...hello, version: "9.x" }, /^python-9\.x runtime is unknown$/],
		[{ ...hello, language: "cobol" }, /^cobol-\* runtime is unknown$/],
		[{ ...hello, files: [] }, /at least one file/],
		[{ ...hello, files: [{ content: "/w==", encoding: "base64" }] }, /^files\[0\]\.content is not UTF-8/],
		[{ ...hello, run_timeout: 10_001 }, /^run_timeout cannot exceed the configured limit of 10000$/],
	] as const) {
		const { status, answer } = await post(url, body);
		assert.equal(status, 400, JSON.stringify(body));
		assert.match(messageOf(answer), message);
	}
	const badName = await post(url, { ...hello, files: [{ name: "../x.py", content: "" }] });
	assert.equal(badName.status, 400);
	assert.match(messageOf(badName.answer), /file name cannot be used/);
	assert.equal(door.opened, 0);
});

test("a body that is not called JSON is a 415, whatever it holds", async (context) => {
	const { url, door } = await openFixture(context);
	for (const type of ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "application/jsonp"]) {
		const { status, answer } = await post(url, hello, { "content-type": type });
		assert.equal(status, 415, type);
		assert.match(messageOf(answer), /application\/json/);
	}
	assert.equal((await post(url, hello, { "content-type": "application/json; charset=utf-8" })).status, 200);
	assert.equal(door.opened, 1);
});

test("ATTACKS 36: a page of a foreign origin can neither execute nor connect; the own origin, and a program without one, can", async (context) => {
	const { url, door } = await openFixture(context);
	for (const origin of ["https://evil.example", "null"]) {
		assert.equal((await post(url, hello, { origin })).status, 403, origin);
		const refused = new PistonSocket(url, { origin });
		assert.equal(await refused.until(() => refused.refusedWith ?? undefined, "a refusal", true), 403, origin);
	}
	assert.equal(door.opened, 0);
	assert.equal((await post(url, hello, { origin: url })).status, 200);
	for (const headers of [{ origin: url }, undefined]) {
		const allowed = await PistonSocket.open(url, headers);
		allowed.init("print hi");
		assert.equal((await allowed.closed()).code, 4999);
	}
});

test("where the operator wants keys, execute and connect are refused without one, and a key opens both", async (context) => {
	const { gateway, url, door } = await openFixture(context, { config: { anonymousApi: "off" } });
	assert.equal((await post(url, hello)).status, 401);
	const refused = new PistonSocket(url);
	assert.equal(await refused.until(() => refused.refusedWith ?? undefined, "a refusal", true), 401);
	assert.equal(door.opened, 0);
	const stateDir = mkdtempSync(join(tmpdir(), "keys-"));
	context.after(() => rmSync(stateDir, { recursive: true }));
	const { token, key } = new KeyFile(stateDir).create("test", { sandboxes: 2, runsPerMinute: 9, secondsPerHour: 99 }, new Date(0));
	gateway.replaceApiKeys([key]);
	const headers = { authorization: `Bearer ${token}` };
	assert.equal((await post(url, hello, headers)).status, 200);
	const client = await PistonSocket.open(url, headers);
	client.init("print hi");
	assert.equal((await client.closed()).code, 4999);
});

test("a body over the cap is a 413 before it is all there, and is not kept", async (context) => {
	const { url, door } = await openFixture(context);
	assert.equal((await post(url, { ...hello, stdin: "x".repeat(maxControlBytes) })).status, 413);
	const status = await new Promise<number | undefined>((resolve, reject) => {
		const sent = request(url + pistonExecutePath, { method: "POST", headers: { "content-type": "application/json" } }, (response) => {
			resolve(response.statusCode);
			sent.destroy();
		});
		sent.on("error", reject);
		sent.write("x".repeat(maxControlBytes + 1));
	});
	assert.equal(status, 413);
	assert.equal(door.opened, 0);
});

test("other addresses and methods are told what there is", async (context) => {
	const { url } = await openFixture(context);
	assert.equal((await fetch(`${url}/api/v2/packages`)).status, 404);
	assert.equal((await fetch(url + pistonExecutePath)).status, 405);
	assert.equal((await fetch(`${url}/api/v2/connect`)).status, 426);
	assert.match(messageOf(await (await fetch(`${url}/api/v2/nothing`)).json()), /runtimes, execute and connect/);
});

test("a client that goes away takes its run with it", async (context) => {
	const { url, door } = await openFixture(context);
	const gone = new AbortController();
	const sent = fetch(url + pistonExecutePath, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ ...hello, files: [{ content: "wait" }] }),
		signal: gone.signal,
	}).catch(() => "gone");
	await door.untilLeases(1);
	gone.abort();
	assert.equal(await sent, "gone");
	await door.untilLeases(0);
});

test("what the server cannot do is its own fault, with a 5xx", async (context) => {
	const { url, door } = await openFixture(context);
	door.refuseWith = "engineDown";
	assert.equal((await post(url, hello)).status, 503);
});

test("connect tells runtime, stage, output and exit, then closes with 4999", async (context) => {
	const { url, door } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.init("print hello", { version: "3.11.x" });
	assert.equal((await client.closed()).code, 4999);
	assert.deepEqual(
		client.messages.map(({ type }) => type),
		["runtime", "stage", "data", "exit"],
	);
	assert.deepEqual(client.all("runtime"), [{ type: "runtime", language: "python", version: "3.11.0" }]);
	assert.equal(client.output("stdout"), "hello");
	assert.deepEqual([client.all("exit")[0]?.stage, client.all("exit")[0]?.code], ["run", 0]);
	await door.untilLeases(0);
});

test("connect: input goes in as it comes, and its end is a message", async (context) => {
	const { url } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.init("echo", { stdin: "first " });
	client.stdin("second ");
	await client.until(() => client.output() === "first second " || undefined, "the echo");
	client.send({ type: "data", stream: "stdin", data: "third", eof: true });
	assert.equal((await client.closed()).code, 4999);
	assert.equal(client.output(), "first second third");
});

const init = (content: string, fields: object = {}) => ({
	type: "init",
	language: "python",
	version: "*",
	files: [{ content }],
	...fields,
});
const breaches: readonly [string, number, readonly (object | string)[]][] = [
	["init twice", 4000, [init("wait"), init("wait")]],
	["data before init", 4003, [{ type: "data", stream: "stdin", data: "x" }]],
	["the end of input before init", 4003, [{ type: "eof" }]],
	["a signal before init", 4003, [{ type: "signal", signal: "SIGINT" }]],
	["data for another stream", 4004, [init("wait"), { type: "data", stream: "stdout", data: "x" }]],
	["a signal that there is none of", 4005, [init("wait"), { type: "signal", signal: "SIGNAL" }]],
	["what is no JSON", 4002, ["{"]],
	["a request that is wrong", 4002, [init("wait", { version: "9" })]],
	["no message at all within a second", 4001, []],
];
for (const [what, code, messages] of breaches)
	test(`connect: ${what} closes with ${code}`, async (context) => {
		const { url, door } = await openFixture(context);
		const client = await PistonSocket.open(url);
		for (const message of messages) client.socket.send(typeof message === "string" ? message : JSON.stringify(message));
		assert.equal((await client.closed()).code, code);
		assert.equal(client.all("error").length, code === 4002 ? 1 : 0);
		await door.untilLeases(0);
	});

test("connect: signals arrive, under either word and with or without SIG; KILL ends the run", async (context) => {
	const { url, door } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.init("wait");
	await client.until(() => client.all("stage")[0], "the stage");
	client.send({ type: "signal", signal: "SIGINT" });
	client.send({ type: "kill", signal: "USR1" });
	client.send({ type: "kill" });
	assert.equal((await client.closed()).code, 4999);
	assert.deepEqual(
		door.requests.filter((it) => it.type === "signal" || it.type === "stop").map((it) => (it.type === "signal" ? it.signal : it.type)),
		[2, 10, "stop"],
	);
	assert.equal(client.all("exit")[0]?.signal, "SIGKILL");
});

test("connect: messages of types that nobody knows are passed over", async (context) => {
	const { url } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.send({ type: "ping" });
	client.init("print hello");
	assert.equal((await client.closed()).code, 4999);
});

test("connect: a program whose reader does not read is held back, and loses nothing", async (context) => {
	const floodBytes = 16 * 1_048_576;
	const { url, door } = await openFixture(context, { config: { outputBytes: 2 * floodBytes } });
	const client = await PistonSocket.open(url);
	client.socket.pause();
	client.init(`flood ${floodBytes}`);
	let before = -1;
	while (door.floodedBytes === 0 || door.floodedBytes !== before) {
		before = door.floodedBytes;
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
	assert.ok(door.floodedBytes < floodBytes / 2, `${door.floodedBytes} bytes were let through`);
	client.socket.resume();
	assert.equal((await client.closed()).code, 4999);
	assert.equal(door.floodedBytes, floodBytes);
});

test("connect and execute: output beyond the limit ends a run, even where the runner lets it through", async (context) => {
	const { url, door } = await openFixture(context, { config: { outputBytes: 100_000 } });
	const client = await PistonSocket.open(url);
	client.init("flood 3000000");
	assert.equal((await client.closed()).code, 4999);
	assert.equal(client.all("exit")[0]?.status, "OL");
	assert.ok(client.output().length <= 101_024, `${client.output().length} characters`);
	const { run } = PistonResult.parse((await post(url, { ...hello, files: [{ content: "flood 3000000" }] })).answer);
	assert.deepEqual([run.status, run.signal], ["OL", "SIGKILL"]);
	assert.ok(run.stdout.length <= 101_024, `${run.stdout.length} characters`);
	await door.untilLeases(0);
});

test("connect: input that the program does not take is kept up to a bound, and then refused", async (context) => {
	const { url, door } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.init("deaf");
	for (let n = 0; n < 3; n++) client.stdin("x".repeat(600_000));
	assert.equal((await client.closed()).code, 4002);
	assert.match(client.all("error")[0]?.message ?? "", /more input/);
	await door.untilLeases(0);
});

test("connect: one address holds so many sockets and no more", async (context) => {
	const { url } = await openFixture(context, { config: { addressConnections: 1 } });
	await PistonSocket.open(url);
	const second = new PistonSocket(url);
	assert.equal(await second.until(() => second.refusedWith ?? undefined, "a refusal", true), 429);
});

test("connect: a client that goes away takes its run with it, and so does a server that stops", async (context) => {
	const { url, door, gateway } = await openFixture(context);
	const client = await PistonSocket.open(url);
	client.init("wait");
	await door.untilLeases(1);
	client.socket.terminate();
	await door.untilLeases(0);
	const other = await PistonSocket.open(url);
	other.init("wait");
	await door.untilLeases(1);
	await gateway.close();
	assert.equal((await other.closed()).code, 4002);
	await door.untilLeases(0);
});
