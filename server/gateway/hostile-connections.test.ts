import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { socketPath } from "../../protocol/messages.ts";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

function rawSocket(url: string): Promise<Socket> {
	const { hostname, port } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = connect(Number(port), hostname, () => resolve(socket));
		socket.on("error", reject);
	});
}

/** Everything until the other side closes. */
async function readAll(socket: Socket): Promise<string> {
	let text = "";
	for await (const chunk of socket) text += String(chunk);
	return text;
}

test("ATTACKS 37: huge headers are refused, and a handshake that never ends is ended", async (context) => {
	const { url } = await openFixture(context, { timings: { headersMs: 200 } });
	const huge = await rawSocket(url);
	huge.write(`GET ${socketPath} HTTP/1.1\r\nHost: localhost\r\nX-Filler: ${"x".repeat(20_000)}\r\n\r\n`);
	assert.match(await readAll(huge), /^HTTP\/1\.1 431 /);
	const endless = await rawSocket(url);
	endless.write(`GET ${socketPath} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n`);
	assert.match(await readAll(endless), /^(HTTP\/1\.1 408 |$)/);
});

test("ATTACKS 38: a request whose body dribbles in is ended", async (context) => {
	const { url } = await openFixture(context, { timings: { headersMs: 100, requestMs: 300 } });
	const socket = await rawSocket(url);
	socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n");
	const dribble = setInterval(() => socket.write("x"), 50);
	socket.on("error", () => clearInterval(dribble));
	try {
		assert.match(await readAll(socket), /^(HTTP\/1\.1 408 |$)/);
	} finally {
		clearInterval(dribble);
	}
});

test("ATTACKS 37: compression is not offered, whatever the client asks for", async (context) => {
	const { url } = await openFixture(context);
	const socket = new WebSocket(url.replace(/^http/, "ws") + socketPath, ["sandglass.v1"], { origin: url, perMessageDeflate: true });
	await new Promise((resolve) => socket.once("open", resolve));
	assert.equal(socket.extensions, "");
	socket.close();
});

test("ATTACKS 37: a flood of tiny fragments ends the connection, a flood of small messages is only slowed, others are served", async (context) => {
	const { url } = await openFixture(context);
	const bystander = await TestPage.open(url);
	const fragments = await TestPage.open(url);
	fragments.socket.send("x", { fin: false });
	for (let count = 0; count < 2_000; count++) fragments.socket.send("", { fin: false });
	assert.equal(await fragments.closed(), 1008);
	const flood = await TestPage.open(url);
	for (let nonce = 0; nonce < 50_000; nonce++) flood.socket.send(JSON.stringify({ type: "ping", nonce }));
	const startedMs = performance.now();
	for (let run = 1; run <= 20; run++) {
		bystander.run(run, "print x");
		await bystander.exitOf(run);
	}
	const bystanderMs = performance.now() - startedMs;
	assert.ok(bystanderMs < 3_000, `20 runs beside the flood took ${bystanderMs} ms`);
	assert.ok(flood.messages.length < 50_000, "the flood was not slowed");
	for (const page of [bystander, flood]) page.socket.terminate();
});

test("ATTACKS 37: one address may hold only so many connections; the next is told 4429 and another address is served", async (context) => {
	const { url } = await openFixture(context, { config: { addressConnections: 20, trustedProxies: ["127.0.0.1"] } });
	const headers = { "x-forwarded-for": "192.0.2.7" };
	const idle = await Promise.all(Array.from({ length: 20 }, () => TestPage.open(url, { headers })));
	const next = new TestPage(url, { headers });
	assert.equal(await next.closed(), 4429);
	const other = await TestPage.open(url, { headers: { "x-forwarded-for": "192.0.2.8" } });
	other.run(1, "print x");
	await other.exitOf(1);
	for (const page of [...idle, other]) page.close();
});

test("ATTACKS 38: a forged X-Forwarded-For, one address per request, wins nothing where no proxy is configured", async (context) => {
	const { url } = await openFixture(context, { config: { addressRunsPerMinute: 3 } });
	const codes: string[] = [];
	for (let count = 1; count <= 5; count++) {
		const page = await TestPage.open(url, { headers: { "x-forwarded-for": `203.0.113.${count}` } });
		page.run(1, "print x");
		const answer = await page.until(() => page.messages.find(({ type }) => type === "exit" || type === "error"));
		codes.push(answer.type === "error" ? answer.code : "ran");
		page.close();
	}
	assert.deepEqual(codes, ["ran", "ran", "ran", "addressQuotaReached", "addressQuotaReached"]);
});
