import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalogue } from "../../protocol/catalogue.ts";
import { openFixture } from "./testing/fixture.ts";
import { get, handshake } from "./testing/http-calls.ts";

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
