import assert from "node:assert/strict";
import { test } from "node:test";
import { NextRequest } from "next/server.js";
import { embedAncestorsHeader } from "./protocol/embed-headers.ts";
import { openHostsHeader } from "./protocol/open-hosts.ts";
import { proxy } from "./proxy.ts";

function policyOf(path: string, headers: Record<string, string> = {}): string {
	const response = proxy(new NextRequest(`http://127.0.0.1:3000${path}`, { headers: { host: "127.0.0.1:3000", ...headers } }));
	return response.headers.get("content-security-policy") ?? "";
}

test("no page but /embed can be framed, whatever a request says", () => {
	for (const path of ["/", "/lab", "/s/abc", "/embed/x", "/embedded"])
		assert.match(policyOf(path, { [embedAncestorsHeader]: "*" }), /; frame-ancestors 'none';/, path);
	assert.match(policyOf("/embed"), /; frame-ancestors 'none';/);
});

test("/embed is framed by the sites that the gateway names, and by any page when it says so", () => {
	assert.match(
		policyOf("/embed?snippet=x", { [embedAncestorsHeader]: "'self' https://docs.example.org" }),
		/; frame-ancestors 'self' https:\/\/docs\.example\.org;/,
	);
	assert.doesNotMatch(policyOf("/embed", { [embedAncestorsHeader]: "*" }), /frame-ancestors/);
});

test("every page's scripts need our origin or a nonce of their own, and none may be made from text", () => {
	for (const path of ["/", "/embed"]) {
		const policy = policyOf(path, { [embedAncestorsHeader]: "*" });
		assert.match(policy, /script-src 'self' 'nonce-[A-Za-z0-9+/]{24}';/);
		assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/);
		assert.notEqual(policy, policyOf(path));
	}
});

test("the page reaches this server only; the playground's also the sites that the gateway names, if they are plain https sites", () => {
	const connections = (policy: string) => /connect-src ([^;]*);/.exec(policy)?.[1];
	const own = "'self' ws://127.0.0.1:3000 wss://127.0.0.1:3000";
	assert.equal(connections(policyOf("/")), own);
	const named = { [openHostsHeader]: "https://raw.example.org *; https://x.org;script-src" };
	assert.equal(connections(policyOf("/", named)), `${own} https://raw.example.org`);
	for (const path of ["/embed", "/lab", "/s/abc"]) assert.equal(connections(policyOf(path, named)), own, path);
});
