import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { type TestContext, test } from "node:test";
import { embedSocketPath } from "../../../protocol/embed.ts";
import { embedAncestorsHeader, embedTicketHeader } from "../../../protocol/embed-headers.ts";
import { errorTable } from "../../../protocol/errors.ts";
import { openFixture } from "../testing/fixture.ts";
import { get } from "../testing/http-calls.ts";
import { TestPage } from "../testing/test-page.ts";
import { EmbedTickets } from "./embed-ticket.ts";

const site = "https://docs.example.org";

/** A gateway whose page says what the gateway told it of the request. */
const openEchoing = (context: TestContext, config: Parameters<typeof openFixture>[1] = {}) =>
	openFixture(context, {
		...config,
		pageAnswer: ({ headers }) =>
			JSON.stringify([headers[embedTicketHeader] ?? null, headers[embedAncestorsHeader] ?? null, headers.cookie ?? null]),
	});

async function ticketOf(url: string, referer = `${site}/guide`): Promise<string> {
	const [ticket] = JSON.parse((await get(`${url}/embed`, { referer })).body);
	return String(ticket);
}

const doorOf = (ticket: string): string => `${embedSocketPath}?ticket=${encodeURIComponent(ticket)}`;

function openFrame(url: string, ticket: string, origin: string | null = "null", headers: Record<string, string> = {}): TestPage {
	return new TestPage(url, { origin, path: doorOf(ticket), headers });
}

async function openSession(url: string, ticket: string): Promise<TestPage> {
	const frame = openFrame(url, ticket);
	await frame.opened();
	await frame.hello();
	return frame;
}

/** The status that a refused handshake is answered with. */
function refusedWith(url: string, path: string, origin: string | null): Promise<number> {
	return new Promise((resolve, reject) => {
		const headers = {
			Connection: "Upgrade",
			Upgrade: "websocket",
			"Sec-WebSocket-Version": "13",
			"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
			...(origin === null ? {} : { origin }),
		};
		const request = httpRequest(url + path, { headers });
		request.on("response", (response) => {
			response.resume();
			resolve(response.statusCode ?? 0);
		});
		request.on("upgrade", (_, socket) => {
			socket.destroy();
			resolve(101);
		});
		request.on("error", reject);
		request.end();
	});
}

test("only /embed may be framed, and only its document gets a ticket", async (context) => {
	const { url } = await openEchoing(context, { config: { embedSites: [site] } });
	for (const path of ["/", "/lab", "/embed/x", "/embedded", "/s/embed", "/%65mbed"]) {
		const { headers, body } = await get(url + path, { referer: `${site}/` });
		assert.equal(headers["x-frame-options"], "DENY", path);
		assert.deepEqual(JSON.parse(body), [null, null, null], path);
	}
	const { headers, body } = await get(`${url}/embed?snippet=x`, { referer: `${site}/` });
	assert.equal(headers["x-frame-options"], undefined);
	const [ticket, ancestors] = JSON.parse(body);
	assert.equal(new EmbedTickets("a secret for tests, thirty-two bytes long").read(ticket), site);
	assert.equal(ancestors, `'self' ${site}`);
});

test("what only the gateway may say cannot be said from outside, and a page that may not frame it gets no ticket", async (context) => {
	const { url } = await openEchoing(context, { config: { embedSites: [site] } });
	const forged = { [embedTicketHeader]: "forged", [embedAncestorsHeader]: "*" };
	assert.deepEqual(JSON.parse((await get(url, forged)).body), [null, null, null]);
	assert.deepEqual(JSON.parse((await get(`${url}/embed`, { ...forged, referer: "https://evil.example/" })).body), [
		null,
		`'self' ${site}`,
		null,
	]);
});

test("a cookie is neither read nor set for a frame: not by its document, not by its session", async (context) => {
	const { url } = await openEchoing(context);
	const own = await TestPage.open(url);
	const cookie = (own.setCookie[0] ?? "").split(";")[0] ?? "";
	assert.match(cookie, /^sandglass-visitor=./);
	const document = await get(`${url}/embed`, { cookie });
	assert.equal(document.headers["set-cookie"], undefined);
	assert.equal(JSON.parse(document.body)[2], null);
	const frame = openFrame(url, await ticketOf(url), url, { cookie });
	await frame.opened();
	const { visitorToken } = await frame.hello();
	assert.notEqual(visitorToken, cookie.split("=")[1]);
	assert.deepEqual(frame.setCookie, []);
	frame.close();
	own.close();
});

test("ATTACKS 36: the frames' door takes the own origin and `null`, with a ticket; the pages' door takes `null` as little as ever", async (context) => {
	const { url, door } = await openEchoing(context);
	const ticket = await ticketOf(url);
	for (const origin of ["https://evil.example", site, null])
		assert.equal(await refusedWith(url, doorOf(ticket), origin), 403, String(origin));
	assert.equal(await refusedWith(url, `/api/v1/session?ticket=${ticket}`, "null"), 403);
	for (const origin of ["null", url]) {
		const frame = openFrame(url, ticket, origin);
		await frame.opened();
		await frame.hello();
		frame.run(1, "print hello");
		assert.deepEqual((await frame.exitOf(1)).outcome, { kind: "exited", code: 0 });
		frame.close();
	}
	await door.untilLeases(0);
});

test("without a valid ticket there is no session: none, a forged one and an old one are closed with a code that says so", async (context) => {
	const { url, door } = await openEchoing(context);
	const secret = "a secret for tests, thirty-two bytes long";
	const ticket = await ticketOf(url);
	const old = new EmbedTickets(secret, () => Date.now() - 43_201_000).issue(site);
	const forged = new EmbedTickets("somebody else's secret").issue(site);
	for (const bad of ["", "x", old, forged, ticket.replace(/.$/, (last) => (last === "A" ? "B" : "A"))]) {
		const frame = openFrame(url, bad);
		assert.equal(await frame.closed(), errorTable.embedRefused.closeCode, bad);
		assert.equal(frame.welcome, null);
	}
	assert.equal(door.opened, 0);
});

test("a frame has the tightest quotas: one sandbox, few runs; another page of the same address has its own", async (context) => {
	const { url } = await openEchoing(context, { config: { embedVisitorRunsPerMinute: 2 } });
	const frame = await openSession(url, await ticketOf(url));
	for (const run of [1, 2]) {
		frame.run(run, "print x");
		await frame.exitOf(run);
	}
	frame.run(3, "print x");
	assert.equal((await frame.next("error")).code, "tooManyRuns");
	const page = await TestPage.open(url);
	for (const run of [1, 2, 3]) {
		page.run(run, "print x");
		await page.exitOf(run);
	}
	page.close();
	frame.close();
});

test("frames of one site share that site's quota, and another site's are not touched", async (context) => {
	const { url } = await openEchoing(context, { config: { siteSessions: 1 } });
	const [first, second] = [await openSession(url, await ticketOf(url)), await openSession(url, await ticketOf(url, `${site}/other`))];
	const other = await openSession(url, await ticketOf(url, "https://elsewhere.example/"));
	first.run(1, "echo");
	await first.next("started");
	second.run(1, "echo");
	assert.equal((await second.next("error")).code, "siteQuotaReached");
	other.run(1, "print fine");
	assert.deepEqual((await other.exitOf(1)).outcome, { kind: "exited", code: 0 });
	for (const frame of [first, second, other]) frame.close();
});

test("a frame without an origin may read the list of languages; a foreign page may not", async (context) => {
	const { url } = await openEchoing(context);
	assert.equal((await get(`${url}/api/v1/languages`, { origin: "null" })).headers["access-control-allow-origin"], "*");
	assert.equal(
		(await get(`${url}/api/v1/languages`, { origin: "https://evil.example" })).headers["access-control-allow-origin"],
		undefined,
	);
	assert.equal((await get(`${url}/api/v1/posture`, { origin: "null" })).headers["access-control-allow-origin"], undefined);
	assert.equal((await get(`${url}/embed`, { origin: "null" })).headers["access-control-allow-origin"], undefined);
});

test("a site in the configuration that cannot be read stops the start", async (context) => {
	await assert.rejects(openFixture(context, { config: { embedSites: ["https://a.example; script-src *"] } }), /SANDGLASS_EMBED_SITES/);
});
