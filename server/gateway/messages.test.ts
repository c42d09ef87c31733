import assert from "node:assert/strict";
import { test } from "node:test";
import { openFixture } from "./testing/fixture.ts";
import { get } from "./testing/http-calls.ts";
import { TestPage } from "./testing/test-page.ts";

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
