import type { Request } from "playwright/test";
import { expect, serverUrl, test } from "./page-objects/test.ts";

const maxScriptBytes = 200_000;

test("script before Monaco is under 200 KB as sent, and everything comes from the server's own origin", async ({ playground, page }) => {
	const requests: Request[] = [];
	page.on("request", (request) => requests.push(request));
	await playground.open();
	const foreign = requests.map((request) => request.url()).filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(serverUrl()));
	expect(foreign).toEqual([]);
	const firstOfMonaco = requests.findIndex((request) => new URL(request.url()).pathname.startsWith("/monaco/"));
	expect(firstOfMonaco).toBeGreaterThan(0);
	let scriptBytes = 0;
	for (const request of requests.slice(0, firstOfMonaco)) {
		if (request.resourceType() !== "script") continue;
		scriptBytes += (await request.sizes()).responseBodySize;
	}
	test.info().annotations.push({ type: "script before Monaco", description: `${scriptBytes} bytes` });
	expect(scriptBytes).toBeGreaterThan(50_000);
	expect(scriptBytes).toBeLessThan(maxScriptBytes);
});
