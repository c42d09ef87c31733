import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { addressGroup, InvalidProxyError, TrustedProxies } from "./address.ts";
import { OriginRules } from "./origin.ts";

function requestFrom(remoteAddress: string, headers: Record<string, string>): IncomingMessage {
	const socket = new Socket();
	Object.defineProperty(socket, "remoteAddress", { value: remoteAddress });
	const request = new IncomingMessage(socket);
	Object.assign(request.headers, headers);
	return request;
}

test("ATTACKS 38: X-Forwarded-For counts only from configured proxies, and then its rightmost foreign hop", () => {
	const proxies = new TrustedProxies(["10.0.0.0/8", "fd00::/8", "192.0.2.1"]);
	const cases: [peer: string, header: string | null, client: string][] = [
		["203.0.113.5", "198.51.100.1", "203.0.113.5"],
		["10.1.2.3", "198.51.100.1", "198.51.100.1"],
		["::ffff:10.1.2.3", "198.51.100.1", "198.51.100.1"],
		["10.1.2.3", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"],
		["10.1.2.3", "1.1.1.1, 198.51.100.1:4444, fd00::1", "198.51.100.1"],
		["fd00::7", "[2001:db8::1]:99", "2001:db8::1"],
		["10.1.2.3", "198.51.100.1, not-an-address", "10.1.2.3"],
		["10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
		["10.1.2.3", "", "10.1.2.3"],
		["10.1.2.3", null, "10.1.2.3"],
		["192.0.2.1", "8.8.8.8", "8.8.8.8"],
		["192.0.2.2", "8.8.8.8", "192.0.2.2"],
	];
	for (const [peer, header, client] of cases) {
		const request = requestFrom(peer, header === null ? {} : { "x-forwarded-for": header });
		assert.equal(proxies.clientAddress(request), client, `${peer} ${header}`);
	}
	const none = new TrustedProxies([]);
	assert.equal(none.clientAddress(requestFrom("127.0.0.1", { "x-forwarded-for": "8.8.8.8" })), "127.0.0.1");
});

test("a proxy that cannot be read stops the start and is named", () => {
	for (const range of ["10.0.0.0/33", "example.org", "10.0.0.0/", "10.0.0.0/8/8", "::1/129", "10.0.0.0/x", ""])
		assert.throws(
			() => new TrustedProxies([range]),
			(error) => error instanceof InvalidProxyError && error.message.includes(JSON.stringify(range)),
		);
});

test("IPv6 counts by its /64, IPv4 by itself", () => {
	const cases: [string, string][] = [
		["192.0.2.7", "192.0.2.7"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
		["2001:db8:1:2::9", "2001:db8:1:2::/64"],
		["2001:0db8:0001:0002:ffff::", "2001:db8:1:2::/64"],
		["2001:db8::1", "2001:db8:0:0::/64"],
		["::1", "0:0:0:0::/64"],
		["64:ff9b::192.0.2.1", "64:ff9b:0:0::/64"],
		["", "unknown"],
	];
	for (const [address, group] of cases) assert.equal(addressGroup(address), group, address);
});

test("ATTACKS 36: behind a configured proxy the own origin is what the browser sees; from others the headers say nothing", () => {
	const proxies = new TrustedProxies(["10.0.0.1"]);
	const rules = new OriginRules({ host: "0.0.0.0", allowedOrigins: [], proxies });
	const forwarded = { host: "inner:3000", "x-forwarded-host": "play.example.org", "x-forwarded-proto": "https" };
	assert.equal(rules.isOriginAllowed(requestFrom("10.0.0.1", { ...forwarded, origin: "https://play.example.org" })), true);
	assert.equal(rules.isOriginAllowed(requestFrom("10.0.0.1", { ...forwarded, origin: "http://play.example.org" })), false);
	assert.equal(rules.isOriginAllowed(requestFrom("10.0.0.2", { ...forwarded, origin: "https://play.example.org" })), false);
	assert.equal(rules.isOriginAllowed(requestFrom("10.0.0.2", { host: "play.example.org", origin: "https://play.example.org" })), true);
	assert.equal(rules.isOriginAllowed(requestFrom("10.0.0.2", { host: "play.example.org", origin: "https://play.example.org:444" })), false);
	assert.throws(() => new OriginRules({ host: "::1", allowedOrigins: ["docs.example.org/path"], proxies }), /docs\.example\.org\/path/);
	assert.throws(() => new OriginRules({ host: "::1", allowedOrigins: ["*"], proxies }), /SANDGLASS_ORIGINS/);
});
