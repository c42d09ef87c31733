import assert from "node:assert/strict";
import test from "node:test";
import { readOpenHosts } from "./open-hosts.ts";

test("only plain https sites are read, so that nothing else gets into a policy", () => {
	assert.deepEqual(readOpenHosts(null), []);
	assert.deepEqual(readOpenHosts(""), []);
	assert.deepEqual(readOpenHosts("https://raw.example.org https://10.0.0.1:8443"), ["https://raw.example.org", "https://10.0.0.1:8443"]);
	const others = [
		"http://raw.example.org",
		"https://*.example.org",
		"https://x.org/path",
		"*",
		"data:",
		"https:",
		"'unsafe-inline'",
		"https://x;script-src",
	];
	assert.deepEqual(readOpenHosts(others.join(" ")), []);
});
