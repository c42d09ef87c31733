import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { devices, expect, type FrameLocator, type Page, test } from "playwright/test";
import config from "../playwright.config.ts";
import { type DocsSite, startDocsSite } from "./page-objects/docs-site.ts";
import { collectComplaints, serverUrl } from "./page-objects/test.ts";

/** The embed as readers of somebody's docs meet it: on another origin, with third-party cookies blocked, the real frame, a real program. */

const { launchOptions } = config.use ?? {};
test.use({ launchOptions: { ...launchOptions, args: [...(launchOptions?.args ?? []), "--test-third-party-cookie-phaseout"] } });

let site: DocsSite;
test.beforeAll(async () => {
	site = await startDocsSite(serverUrl());
});
test.afterAll(() => site.close());

const examples = ["vitepress", "docusaurus", "mkdocs", "mdbook"] as const;
const maxShift = 0.02;
const maxScriptBytes = 10_000;

const runButton = (page: Page) => page.getByRole("button", { name: "Run this Python code" });
const frameOf = (page: Page): FrameLocator => page.frameLocator('iframe[title$="run by Sandglass"]');

/** Requests to the server besides the script's own. */
function watchServer(page: Page): string[] {
	const asked: string[] = [];
	page.on("request", (request) => {
		const url = new URL(request.url());
		if (url.origin === serverUrl() && !url.pathname.startsWith("/embed/v1/")) asked.push(url.pathname);
	});
	return asked;
}

async function watchShifts(page: Page): Promise<void> {
	await page.addInitScript(() => {
		Object.assign(window, { shift: 0 });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries())
				if ("value" in entry && "hadRecentInput" in entry && entry.hadRecentInput === false)
					Object.assign(window, { shift: Number(Reflect.get(window, "shift")) + Number(entry.value) });
		}).observe({ type: "layout-shift", buffered: true });
	});
}
const shiftOf = (page: Page): Promise<number> => page.evaluate(() => Number(Reflect.get(window, "shift")));

async function converse(page: Page): Promise<void> {
	await runButton(page).first().click();
	const terminal = frameOf(page).getByRole("region", { name: "Terminal" });
	await expect(terminal).toContainText("Your name?");
	// Straight into the terminal: whoever pressed Run on the page is about to answer.
	await expect(terminal.getByRole("textbox")).toBeFocused();
	await page.keyboard.type("Ada\n");
	await expect(terminal).toContainText("Hello, Ada!");
}

for (const example of examples)
	test(`a reader of ${example} talks to a program inside the page; nothing is asked before the click, and the page does not jump`, async ({
		page,
	}) => {
		const asked = watchServer(page);
		const complaints = collectComplaints(page);
		await watchShifts(page);
		await page.goto(`${site.url}/${example}/output/`);
		await expect(runButton(page)).toHaveCount(1);
		expect(asked).toEqual([]);
		const shiftBefore = await shiftOf(page);
		const block = await page.locator("pre").first().boundingBox();
		await converse(page);
		expect(await shiftOf(page)).toBeLessThanOrEqual(shiftBefore + maxShift);
		const frame = await page.locator("iframe").boundingBox();
		expect(Math.abs((frame?.width ?? 0) - (block?.width ?? 0))).toBeLessThan(4);
		expect(await page.context().cookies(serverUrl())).toEqual([]);
		expect(complaints).toEqual([]);
	});

test("a phone's reader talks to it too, and nothing is wider than the screen", async ({ browser }) => {
	const context = await browser.newContext(devices["Pixel 7"]);
	const page = await context.newPage();
	await page.goto(`${site.url}/vitepress/output/index.html`);
	await runButton(page).first().tap();
	const terminal = frameOf(page).getByRole("region", { name: "Terminal" });
	await expect(terminal).toContainText("Your name?");
	await terminal.getByRole("textbox").pressSequentially("Ada\n");
	await expect(terminal).toContainText("Hello, Ada!");
	expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
	await context.close();
});

test("who pressed Edit writes into the code, and who went elsewhere while the frame loaded keeps the keyboard there", async ({ page }) => {
	const block = '<pre data-sandglass><code class="language-python">print("one")</code></pre>';
	site.pages.set(
		"/edit",
		`<!doctype html><title>docs</title><input aria-label="Search">${block}<script src="https://sandglass.example/embed/v1/embed.js"></script>`,
	);
	await page.goto(`${site.url}/edit`);
	await page.getByRole("button", { name: "Edit this Python code" }).click();
	await expect(frameOf(page).getByRole("textbox", { name: "Code editor" })).toBeFocused();
	await page.keyboard.type("print('two')\n");
	await expect(frameOf(page).getByRole("textbox", { name: "Code editor" })).toContainText(`print('two')`);

	await page.goto(`${site.url}/edit`);
	await runButton(page).click();
	await page.getByLabel("Search").click();
	await expect(frameOf(page).getByRole("region", { name: "Terminal" })).toContainText("one");
	await page.keyboard.type("sand");
	await expect(page.getByLabel("Search")).toHaveValue("sand");
});

test("a page that a single-page application brings later has its blocks upgraded", async ({ page }) => {
	await page.goto(`${site.url}/vitepress/output/index.html`);
	await expect(runButton(page)).toHaveCount(1);
	await page.getByRole("link", { name: "Later" }).first().click();
	await expect(page.getByRole("heading", { name: "A page that comes later" })).toBeVisible();
	await expect(runButton(page)).toHaveCount(1);
	await runButton(page).click();
	await expect(frameOf(page).getByRole("region", { name: "Terminal" })).toContainText("later");
});

test("a static page with one tag is enough, and a script that never comes leaves it as it was", async ({ page }) => {
	const block = '<pre data-sandglass=""><code class="language-python">print(6 * 7)</code></pre>';
	site.pages.set(
		"/static",
		`<!doctype html><title>docs</title>${block}<script src="https://sandglass.example/embed/v1/embed.js" async></script>`,
	);
	site.pages.set("/down", `<!doctype html><title>docs</title>${block}<script src="http://127.0.0.1:9/embed/v1/embed.js" async></script>`);
	await page.goto(`${site.url}/static`);
	await runButton(page).press("Enter");
	await expect(frameOf(page).getByRole("region", { name: "Terminal" })).toContainText("42");
	await page.goto(`${site.url}/down`);
	expect(await page.locator("pre").evaluate((pre) => pre.outerHTML)).toBe(block);
});

test("embed.js is at most 10 KB gzipped, may be read by any site, and its pinned twin never changes", async ({ request }) => {
	const script = await request.get(`${serverUrl()}/embed/v1/embed.js`, { headers: { Origin: "https://docs.example" } });
	expect(gzipSync(await script.body()).length).toBeLessThanOrEqual(maxScriptBytes);
	const integrity = await (await request.get(`${serverUrl()}/embed/v1/integrity.json`)).json();
	const pinned = await request.get(`${serverUrl()}${integrity.path}`);
	expect(await pinned.text()).toBe(await script.text());
	const digest = createHash("sha384")
		.update(await pinned.body())
		.digest("base64");
	expect(integrity.integrity).toBe(`sha384-${digest}`);
	for (const answer of [script, pinned])
		expect(answer.headers()).toMatchObject({
			"access-control-allow-origin": "*",
			"cross-origin-resource-policy": "cross-origin",
			"x-content-type-options": "nosniff",
		});
	expect(script.headers()["cache-control"]).toBe("public, max-age=600");
	expect(pinned.headers()["cache-control"]).toContain("immutable");
});
