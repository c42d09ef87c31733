import type { Request } from "playwright/test";
import { encodeFragment } from "../components/share/fragment.ts";
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

const maxFrameScriptBytes = 360_000;

test("a frame on somebody's page is ready, editor and colours and all, with under 360 KB of script as sent, and none of Monaco", async ({
	page,
}) => {
	const requests: Request[] = [];
	page.on("request", (request) => requests.push(request));
	const fragment = encodeFragment({ language: "python", files: [{ name: "main.py", content: "print(1)\n" }] });
	await page.goto(`/embed${fragment}`);
	await expect(page.getByRole("textbox", { name: "Code editor" })).toBeVisible();
	await expect(page.locator(".cm-line span").first()).toBeVisible();
	expect(requests.filter((request) => /monaco/.test(request.url()))).toEqual([]);
	let scriptBytes = 0;
	for (const request of requests) if (request.resourceType() === "script") scriptBytes += (await request.sizes()).responseBodySize;
	test.info().annotations.push({ type: "script of a frame", description: `${scriptBytes} bytes` });
	expect(scriptBytes).toBeGreaterThan(50_000);
	expect(scriptBytes).toBeLessThan(maxFrameScriptBytes);
});
