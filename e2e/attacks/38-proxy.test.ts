import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena } from "./arena.ts";

/** Row 38 behind a proxy that the operator named: the control of what `36-socket` and `broken-service` try without one. */

const shareOfAddress = 10;
const arena = new Arena({
	env: { SANDGLASS_TRUSTED_PROXIES: "127.0.0.1", SANDGLASS_ADDRESS_CONNECTIONS: String(shareOfAddress) },
});

test("ATTACKS.md 38, control: from a configured proxy the forwarded address counts, so that 30 addresses open what one may not", async () => {
	const clients = await Promise.all(
		Array.from({ length: 30 }, (_, at) => arena.connect({ headers: { "x-forwarded-for": `203.0.113.${at}` } })),
	);
	assert.equal(clients.filter((client) => client.isOpen).length, 30);
	const one = { "x-forwarded-for": "198.51.100.7" };
	const same = await Promise.allSettled(Array.from({ length: 30 }, () => arena.connect({ headers: one })));
	const opened = same.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
	assert.equal(opened.length, shareOfAddress);
	await Promise.all([...clients, ...opened].map((client) => client.close()));
});

test("ATTACKS.md 38: what a client puts before the proxy's own word is not believed", async () => {
	// The proxy appends; whatever stands to the left of its word the client may have forged.
	const forged = Array.from({ length: 30 }, (_, at) => arena.connect({ headers: { "x-forwarded-for": `203.0.113.${at}, 198.51.100.8` } }));
	const opened = (await Promise.allSettled(forged)).flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
	assert.equal(opened.length, shareOfAddress);
	await Promise.all(opened.map((client) => client.close()));
});
