import assert from "node:assert/strict";
import test from "node:test";
import { openHostsHeader } from "../../protocol/open-hosts.ts";
import { readConfig } from "../config.ts";
import { openFixture } from "./testing/fixture.ts";

test("the page hears of the operator's sites only, whatever a request says", async (context) => {
	const pageAnswer = ({ headers }: { headers: Record<string, string | string[] | undefined> }) => JSON.stringify(headers[openHostsHeader]);
	const forged = { headers: { [openHostsHeader]: "https://evil.example" } };
	const closed = await openFixture(context, { pageAnswer });
	assert.equal(await (await fetch(closed.url, forged)).json(), "");
	const open = await openFixture(context, { pageAnswer, config: { openHosts: ["https://raw.example.org", "https://b.example"] } });
	assert.equal(await (await fetch(open.url, forged)).json(), "https://raw.example.org https://b.example");
});

test("a setting that could say something else in a policy stops the start", () => {
	assert.deepEqual(readConfig({ SANDGLASS_OPEN_HOSTS: "https://raw.example.org, https://b.example:8443" }, "/").openHosts, [
		"https://raw.example.org",
		"https://b.example:8443",
	]);
	for (const value of ["http://raw.example.org", "https://*", "*", "https://x.org; script-src *", "https://x.org/path"]) {
		assert.throws(() => readConfig({ SANDGLASS_OPEN_HOSTS: value }, "/"), /SANDGLASS_OPEN_HOSTS/, value);
	}
});
