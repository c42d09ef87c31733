import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import { runPath } from "../../../protocol/api.ts";
import { cataloguePath } from "../../../protocol/catalogue.ts";
import { KeyFile } from "../../api-keys/key-file.ts";
import type { ApiKey } from "../../api-keys/schema.ts";
import { post, problemOf, program, resultOf } from "../testing/api-calls.ts";
import { openFixture } from "../testing/fixture.ts";

const allowance = { sandboxes: 2, runsPerMinute: 100, secondsPerHour: 3_600 };

function makeKey(context: TestContext, own: Partial<ApiKey["allowance"]> = {}): { token: string; key: ApiKey } {
	const stateDir = mkdtempSync(join(tmpdir(), "keys-"));
	context.after(() => rmSync(stateDir, { recursive: true }));
	return new KeyFile(stateDir).create("test", { ...allowance, ...own }, new Date(0));
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const hello = program("print hello");

test("without a key a server that wants one runs nothing, and says how to bring one", async (context) => {
	const { gateway, url, door } = await openFixture(context, { config: { anonymousApi: "off" } });
	const refused = await post(url, hello);
	assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/);
	assert.equal((await problemOf(Promise.resolve(refused))).code, "keyRequired");
	assert.equal(door.opened, 0);
	const { token, key } = makeKey(context);
	gateway.replaceApiKeys([key]);
	assert.equal((await resultOf(post(url, hello, bearer(token)))).program?.stdout, "hello");
});

test("a key that is unknown, altered, revoked or of another form is refused, where anonymous calls are served too", async (context) => {
	const { gateway, url, door } = await openFixture(context);
	const { token, key } = makeKey(context);
	const refusal = async (authorization: string) => (await problemOf(post(url, hello, { headers: { Authorization: authorization } }))).code;
	assert.equal(await refusal(`Bearer ${token}`), "keyInvalid");
	gateway.replaceApiKeys([key]);
	await resultOf(post(url, hello, bearer(token)));
	assert.equal(await refusal(`Bearer ${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`), "keyInvalid");
	assert.equal(await refusal(`Bearer ${key.sha256}`), "keyInvalid");
	assert.equal(await refusal(`Basic ${token}`), "keyInvalid");
	gateway.replaceApiKeys([]);
	assert.equal(await refusal(`Bearer ${token}`), "keyInvalid");
	await door.untilLeases(0);
	assert.equal(door.opened, 1);
});

test("a key spends its own share: no address's, and nobody else's", async (context) => {
	const config = { anonymousApiRunsPerMinute: 1, addressRunsPerMinute: 1 };
	const { gateway, url } = await openFixture(context, { config });
	const [one, other] = [makeKey(context, { runsPerMinute: 2 }), makeKey(context)];
	gateway.replaceApiKeys([one.key, other.key]);
	for (let count = 0; count < 2; count++) await resultOf(post(url, hello, bearer(one.token)));
	const spent = await problemOf(post(url, hello, bearer(one.token)));
	assert.deepEqual([spent.status, spent.code], [429, "keySpent"]);
	assert.ok((spent.retryAfterMs ?? 0) > 0);
	await resultOf(post(url, hello, bearer(other.token)));
	await resultOf(post(url, hello));
});

test("ATTACKS 36: a page of a foreign origin is refused before anything is counted, with and without a key", async (context) => {
	const { gateway, url, door } = await openFixture(context, { config: { anonymousApiRunsPerMinute: 1 } });
	const { token, key } = makeKey(context);
	gateway.replaceApiKeys([key]);
	for (const origin of ["https://evil.example", "null"]) {
		const refused = await post(url, hello, { headers: { Origin: origin } });
		assert.equal(refused.headers.get("access-control-allow-origin"), null);
		assert.equal((await problemOf(Promise.resolve(refused))).code, "originRefused");
		assert.equal((await post(url, hello, { headers: { Origin: origin, Authorization: `Bearer ${token}` } })).status, 403);
		const preflight = await fetch(url + runPath, {
			method: "OPTIONS",
			headers: { Origin: origin, "Access-Control-Request-Method": "POST" },
		});
		assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [403, null]);
	}
	assert.equal(door.opened, 0);
	await resultOf(post(url, hello, { headers: { Origin: url } }));
});

test("pages of a listed origin may call and read, with a key if they must, and never with cookies", async (context) => {
	const origin = "https://docs.example.org";
	const { url } = await openFixture(context, { config: { apiOrigins: [origin] } });
	const preflight = await fetch(url + runPath, { method: "OPTIONS", headers: { Origin: origin, "Access-Control-Request-Method": "POST" } });
	assert.equal(preflight.status, 204);
	assert.equal(preflight.headers.get("access-control-allow-origin"), origin);
	assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /Authorization/);
	const answer = await post(url, hello, { headers: { Origin: origin } });
	assert.equal(answer.headers.get("access-control-allow-origin"), origin);
	assert.equal(answer.headers.get("access-control-allow-credentials"), null);
	assert.match(answer.headers.get("vary") ?? "", /Origin/);
	await resultOf(Promise.resolve(answer));
	const read = await fetch(url + cataloguePath, { headers: { Origin: origin } });
	assert.equal(read.headers.get("access-control-allow-origin"), origin);
	assert.equal((await post(url, hello, { headers: { Origin: "https://docs.example.org.evil.example" } })).status, 403);
});

test("where every origin is listed pages call without a key only", async (context) => {
	const { gateway, url } = await openFixture(context, { config: { apiOrigins: ["*"] } });
	const { token, key } = makeKey(context);
	gateway.replaceApiKeys([key]);
	const headers = { Origin: "https://any.example" };
	const answer = await post(url, hello, { headers });
	assert.equal(answer.headers.get("access-control-allow-origin"), "*");
	await resultOf(Promise.resolve(answer));
	assert.equal((await post(url, hello, { headers: { ...headers, Authorization: `Bearer ${token}` } })).status, 403);
});

test("an upgrade on a route without WebSockets is refused by the gateway, not handed to the page", async (context) => {
	const { url } = await openFixture(context);
	const socket = new WebSocket(url.replace(/^http/, "ws") + runPath);
	const status = await new Promise((resolve) => {
		socket.on("unexpected-response", (_, response) => resolve(response.statusCode));
		socket.on("error", () => resolve("error"));
	});
	assert.equal(status, 404);
});
