import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { test } from "node:test";
import { EmbedSites, ownSite, unnamedSite } from "./embed-sites.ts";

const siteOf = (sites: EmbedSites, headers: IncomingHttpHeaders): string | null => sites.siteOf({ headers });

test("by default any page may frame it, and its site is its origin", () => {
	const sites = new EmbedSites(["*"]);
	assert.equal(sites.ancestors, "*");
	assert.equal(siteOf(sites, { referer: "https://docs.example.org/guide?page=1" }), "https://docs.example.org");
	assert.equal(siteOf(sites, { referer: "http://127.0.0.1:8000/" }), "http://127.0.0.1:8000");
});

test("a listed site may, others may not, and the list is the browser's policy too", () => {
	const sites = new EmbedSites(["https://docs.example.org", "https://*.example.com:8443", "http://localhost:*"]);
	assert.equal(sites.ancestors, "'self' https://docs.example.org https://*.example.com:8443 http://localhost:*");
	for (const referer of ["https://docs.example.org/a", "https://a.b.example.com:8443/", "http://localhost:3000/"])
		assert.equal(siteOf(sites, { referer }), new URL(referer).origin);
	for (const referer of [
		"http://docs.example.org/",
		"https://docs.example.org:444/",
		"https://docs.example.org.evil.example/",
		"https://example.com:8443/",
		"https://evilexample.com:8443/",
		"https://a.example.com/",
	])
		assert.equal(siteOf(sites, { referer }), null, referer);
	assert.equal(new EmbedSites(["none"]).ancestors, "'self'");
});

test("who hides its name shares one quota with all who do; our own pages are known by what the browser says", () => {
	const sites = new EmbedSites(["https://docs.example.org"]);
	assert.equal(siteOf(sites, {}), unnamedSite);
	assert.equal(siteOf(sites, { referer: "about:blank", "sec-fetch-dest": "iframe" }), unnamedSite);
	assert.equal(siteOf(sites, { "sec-fetch-site": "same-origin", "sec-fetch-dest": "iframe" }), ownSite);
	assert.equal(siteOf(sites, { "sec-fetch-site": "none", "sec-fetch-dest": "document" }), ownSite);
});

test("a script's request is no document's and gets no ticket", () => {
	assert.equal(siteOf(new EmbedSites(["*"]), { "sec-fetch-dest": "empty", "sec-fetch-site": "same-origin" }), null);
});

test("an entry that could add words to the policy is refused at the start, by name", () => {
	for (const entry of [
		"docs.example.org",
		"https://a.example; script-src *",
		"https://a.example b",
		"'unsafe-inline'",
		"https://*",
		"data:",
		"https://*.*",
	])
		assert.throws(() => new EmbedSites([entry]), /SANDGLASS_EMBED_SITES/, entry);
});
