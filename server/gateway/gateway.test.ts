import assert from "node:assert/strict";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";
import { Catalogue } from "../../protocol/catalogue.ts";
import { socketPath } from "../../protocol/messages.ts";
import { openFixture } from "./testing/fixture.ts";
import { TestPage } from "./testing/test-page.ts";

function get(
	url: string,
	headers: Record<string, string> = {},
): Promise<{ status: number; headers: IncomingMessage["headers"]; body: string }> {
	return new Promise((resolve, reject) => {
		const request = httpRequest(url, { headers }, (response) => {
			let body = "";
			response.setEncoding("utf8");
			response.on("data", (part) => {
				body += part;
			});
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		request.on("error", reject);
		request.end();
	});
}

/** The status with which a WebSocket handshake is answered; 101 when it is accepted. */
function handshake(url: string, headers: Record<string, string>, protocols = ["sandglass.v1"]): Promise<number> {
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(url.replace(/^http/, "ws") + socketPath, protocols, { headers });
		socket.on("open", () => {
			socket.close();
			resolve(101);
		});
		socket.on("unexpected-response", (_, response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		});
		socket.on("error", reject);
	});
}

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

test("/healthz says what is up, and 200 also while the runner is down", async (context) => {
	const { url, door } = await openFixture(context);
	const health = JSON.parse((await get(`${url}/healthz`)).body);
	assert.equal(health.status, "ok");
	assert.equal(health.runner, "up");
	assert.equal(health.engine, "up");
	assert.ok(health.pool.length > 0);
	assert.deepEqual(health.queue, { waiting: 0, inUse: 0, capacity: 8, bottleneck: "ceiling" });
	await door.kill();
	for (;;) {
		const { status, body } = await get(`${url}/healthz`);
		assert.equal(status, 200);
		if (JSON.parse(body).status === "degraded") break;
	}
});

test("/api/v1/languages keeps to the schema, is revalidated by its ETag, and tells no command", async (context) => {
	const { url } = await openFixture(context);
	const first = await get(`${url}/api/v1/languages`);
	const { languages } = Catalogue.parse(JSON.parse(first.body));
	const python = languages.find(({ id }) => id === "python");
	assert.deepEqual(python?.versions[0], { version: "3.13", title: "3.13", tiers: ["gvisor", "kata", "container"], isReady: true });
	assert.equal(first.headers["cache-control"], "no-cache");
	const again = await get(`${url}/api/v1/languages`, { "if-none-match": String(first.headers.etag) });
	assert.equal(again.status, 304);
	assert.equal(again.body, "");
	assert.doesNotMatch(first.body, /\/usr\/bin|\{file\}/);
});

test("everything else is the page's, and every answer bears the security headers", async (context) => {
	const { url } = await openFixture(context);
	for (const path of ["/", "/healthz", "/api/v1/languages"]) {
		const { headers, status } = await get(url + path);
		assert.equal(status, 200);
		assert.equal(headers["x-content-type-options"], "nosniff");
		assert.equal(headers["x-frame-options"], "DENY");
		assert.equal(headers["cross-origin-opener-policy"], "same-origin");
		assert.ok(headers["referrer-policy"] && headers["permissions-policy"]);
	}
	assert.equal((await get(url)).body, "the page");
});

test("a server on loopback does not answer under a foreign name (DNS rebinding)", async (context) => {
	const { url } = await openFixture(context, { config: { allowedOrigins: ["https://play.example.org"] } });
	const { port } = new URL(url);
	for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, "play.example.org"])
		assert.equal((await get(url, { host })).status, 200, host);
	for (const host of [`evil.example:${port}`, "127.0.0.1.nip.io", "localhost.evil.example"]) {
		assert.equal((await get(url, { host })).status, 421, host);
		assert.equal(await handshake(url, { host, origin: `http://${host}` }), 421, host);
	}
});

test("ATTACKS 36: a foreign, missing or null Origin is answered 403 before a session is made; own and listed ones are taken", async (context) => {
	const { url, door } = await openFixture(context, { config: { allowedOrigins: ["https://docs.example.org"] } });
	const { port } = new URL(url);
	const foreign = [
		"https://evil.example",
		"null",
		`http://127.0.0.1:${Number(port) + 1}`,
		"https://docs.example.org.evil.example",
		"file://",
	];
	for (const origin of foreign) assert.equal(await handshake(url, { origin }), 403, origin);
	assert.equal(await handshake(url, {}), 403, "missing");
	assert.equal(JSON.parse((await get(`${url}/healthz`)).body).gateway.sessions, 0);
	assert.equal(door.opened, 0);
	for (const origin of [url, "https://docs.example.org"]) assert.equal(await handshake(url, { origin }), 101, origin);
});

test("PROTOCOL.md P1: an old page is accepted only to be told by 4426 that it must reload", async (context) => {
	const { url } = await openFixture(context);
	for (const protocols of [["sandglass.v0"], []]) {
		const page = new TestPage(url, { protocols });
		assert.equal(await page.closed(), 4426);
	}
});

test("PROTOCOL.md P2: without hello in time, or with something else first, the connection is closed", async (context) => {
	const { url } = await openFixture(context, { timings: { helloMs: 50 } });
	const silent = new TestPage(url);
	assert.equal(await silent.closed(), 4409);
	const hasty = new TestPage(url);
	await hasty.opened();
	hasty.run(1, "print x");
	assert.equal((await hasty.next("error")).code, "unexpectedMessage");
	assert.equal(await hasty.closed(), 4409);
});

test("PROTOCOL.md P3, ATTACKS 42: what no schema reads is answered with the field's name and closes 4400", async (context) => {
	const { url, door } = await openFixture(context);
	const run = { type: "run", run: 1, language: "python", files: [{ name: "main.py", content: "print x" }] };
	const cases: [string, unknown][] = [
		["type", { type: "exec" }],
		["type", { type: { deep: true } }],
		["type", {}],
		["", "hello"],
		["", []],
		["files.0.name", { ...run, files: [{ name: 1, content: "" }] }],
		["image", { ...run, image: "debian:12" }],
		["runtime", { ...run, runtime: "runc" }],
		["mounts", { ...run, mounts: ["/:/host"] }],
		["limits.privileged", { ...run, limits: { privileged: true } }],
		["limits.idleWallMs", { ...run, limits: { idleWallMs: 0 } }],
		["run", { ...run, run: -1 }],
		["run", { ...run, run: 1.5 }],
		["columns", { ...run, columns: 1e308 }],
		["signal", { type: "signal", run: 1, signal: "KILL" }],
	];
	for (const [field, message] of cases) {
		const page = await TestPage.open(url);
		page.socket.send(JSON.stringify(message));
		const error = await page.next("error");
		assert.equal(error.code, "malformedMessage");
		assert.equal(error.field ?? "", field);
		assert.equal(await page.closed(), 4400);
	}
	assert.equal(door.opened, 0);
});

test("ATTACKS 15: text that is no JSON, and JSON nested a million deep, close 4400 and hurt nobody else", async (context) => {
	const { url } = await openFixture(context);
	const bystander = await TestPage.open(url);
	const deep = 1_000_000;
	for (const text of ["{", "\u0000", "[".repeat(deep), `{"type":"run","files":${"[".repeat(deep / 2)}${"]".repeat(deep / 2)}}`, "NaN"]) {
		const page = await TestPage.open(url);
		page.socket.send(text);
		assert.equal(await page.closed(), 4400);
	}
	bystander.run(1, "print fine");
	await bystander.exitOf(1);
	bystander.close();
});

test("ATTACKS 12: limits of 0, negative, NaN, 1e308 and strings are refused by name", async (context) => {
	const { url, door } = await openFixture(context);
	for (const name of ["idleWallMs", "totalWallMs", "cpuMs", "outputBytes"])
		for (const value of ["0", "-1", "NaN", "1e308", '"10"', "null", "1e400"]) {
			const page = await TestPage.open(url);
			page.socket.send(
				`{"type":"run","run":1,"language":"python","files":[{"name":"main.py","content":"x"}],"limits":{"${name}":${value}}}`,
			);
			const error = await page.next("error");
			assert.equal(error.code, "malformedMessage");
			if (value !== "NaN") assert.equal(error.field, `limits.${name}`);
			assert.equal(await page.closed(), 4400);
		}
	assert.equal(door.opened, 0);
});

test("ATTACKS 17: file names that leave the workspace or look alike are refused by name, and the connection goes on", async (context) => {
	const { url, door } = await openFixture(context);
	const page = await TestPage.open(url);
	const file = (name: string) => ({ name, content: "print x" });
	const bad: [string, { name: string; content: string }[]][] = [
		...["../x", "/etc/passwd", "a\0b", ".", "a\\b", "a\nb", "x".repeat(256), "a/../b", "a//b", " a", "\ud800", "a\u202eb"].map(
			(name): [string, { name: string; content: string }[]] => ["invalidFileName", [file(name)]],
		),
		["duplicateFileName", [file("\u00e9.py"), file("e\u0301.py")]],
		["duplicateFileName", [file("a"), file("a/b")]],
		["noFile", []],
		["tooManyFiles", Array.from({ length: 10_000 }, (_, index) => file(`f${index}`))],
		["filesTooLarge", [{ name: "main.py", content: "x".repeat(300_000) }]],
		["invalidText", [{ name: "main.py", content: "\udfff" }]],
	];
	for (const [index, [code, files]] of bad.entries()) {
		page.run(index + 1, "", { files });
		const error = await page.next("error", ({ run }) => run === index + 1);
		assert.equal(error.code, code, JSON.stringify(files[0]));
		if (code === "invalidFileName") assert.ok(error.field && error.message.includes(error.field));
	}
	const requests: [string, Parameters<TestPage["run"]>[2]][] = [
		["unknownLanguage", { language: "cobol" }],
		["unknownVersion", { version: "2.7" }],
		["invalidRequest", { entry: "other.py" }],
		["invalidRequest", { arguments: ["fine", "nul\0"] }],
		["invalidRequest", { arguments: ["\ud800"] }],
	];
	for (const [index, [code, fields]] of requests.entries()) {
		page.run(100 + index, "print x", fields);
		assert.equal((await page.next("error", ({ run }) => run === 100 + index)).code, code);
	}
	assert.equal(door.opened, 0);
	page.run(200, "print fine");
	await page.exitOf(200);
	page.close();
});

test("PROTOCOL.md P3: an oversized frame of either kind closes with 4413", async (context) => {
	const { url } = await openFixture(context);
	for (const frame of ["x".repeat(2_097_153), Buffer.alloc(32_770), Buffer.alloc(10_485_760)]) {
		const page = await TestPage.open(url);
		page.socket.send(frame);
		assert.equal(await page.closed(), 4413);
	}
});

test("PROTOCOL.md P8: an acknowledgement of what was never sent closes the connection", async (context) => {
	const { url } = await openFixture(context);
	const page = await TestPage.open(url);
	page.send({ type: "ack", received: 7 });
	assert.equal(await page.closed(), 4409);
});

test("PROTOCOL.md P12: ping is answered, and a connection that went silent is dropped", async (context) => {
	const { url } = await openFixture(context, { timings: { pingEveryMs: 40, silenceMs: 150 } });
	const lively = await TestPage.open(url);
	const silent = await TestPage.open(url);
	silent.socket.pause();
	lively.send({ type: "ping", nonce: 5 });
	assert.equal((await lively.next("pong")).nonce, 5);
	for (;;) {
		const { gateway } = JSON.parse((await get(`${url}/healthz`)).body);
		if (gateway.connections === 1) break;
	}
	assert.equal(lively.closeCode, null);
	silent.cut();
	lively.close();
});

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

test("a visitor without cookies is known by the token of its welcome, and a forged one is not", async (context) => {
	const { url } = await openFixture(context, { config: { visitorRunsPerMinute: 1 } });
	const first = await TestPage.open(url);
	assert.match(first.setCookie[0] ?? "", /^sandglass-visitor=.*HttpOnly; SameSite=Lax$/);
	const token = first.welcome?.visitorToken ?? "";
	first.run(1, "print x");
	await first.exitOf(1);
	const second = await TestPage.open(url, { visitorToken: token });
	second.run(1, "print x");
	assert.equal((await second.next("error")).code, "tooManyRuns");
	const forged = await TestPage.open(url, { visitorToken: `${token.startsWith("A") ? "B" : "A"}${token.slice(1)}` });
	assert.notEqual(forged.welcome?.visitorToken, token);
	forged.run(1, "print x");
	await forged.exitOf(1);
	for (const page of [first, second, forged]) page.close();
});
