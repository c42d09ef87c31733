import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import type { Bench, Findings } from "../bench.ts";
import { summarise } from "../statistics.ts";

/** How long a reader waits for an editor that takes keys, and how much script comes before Monaco's. */

const typed = "Q";
const launch = {
	executablePath: "/usr/bin/chromium",
	args: [
		"--no-sandbox",
		"--disable-gpu",
		"--disable-quic",
		"--no-first-run",
		"--disable-background-networking",
		"--disable-component-update",
	],
};

interface Visit {
	readonly plainMs: number;
	readonly monacoMs: number;
}

/** Both times are from the navigation's start, by the page's own clock: until it takes a key in its text area, and until Monaco shows one. */
async function visit(page: Page, url: string): Promise<Visit> {
	await page.goto(url, { waitUntil: "commit" });
	const editor = page.getByRole("textbox", { name: "Code editor" });
	await editor.first().waitFor({ state: "visible" });
	const plainMs = await page.evaluate(() => performance.now());
	await page.locator(".monaco-editor .view-line").first().waitFor({ state: "visible" });
	await page.locator(".monaco-editor").getByRole("textbox", { name: "Code editor" }).focus();
	await page.keyboard.press("Control+Home");
	await page.keyboard.insertText(typed);
	const shown = await page.waitForFunction(
		(wanted) => {
			const line = document.querySelector(".monaco-editor .view-line");
			return line?.textContent?.startsWith(wanted) === true ? performance.now() : false;
		},
		typed,
		{ polling: "raf" },
	);
	return { plainMs, monacoMs: Number(await shown.jsonValue()) };
}

/** Gzipped bytes of every script that the page asks for before the first of Monaco's own. */
async function scriptBeforeMonaco(context: BrowserContext, url: string): Promise<number> {
	const page = await context.newPage();
	const bodies: Promise<Buffer>[] = [];
	let hasMonacoBegun = false;
	page.on("request", (request) => {
		if (request.resourceType() !== "script" || hasMonacoBegun) return;
		if (new URL(request.url()).pathname.includes("/monaco/")) {
			hasMonacoBegun = true;
			return;
		}
		bodies.push(
			request.response().then((response) => {
				if (response === null) throw new Error(`${request.url()} was not answered`);
				return response.body();
			}),
		);
	});
	await visit(page, url);
	if (!hasMonacoBegun) throw new Error("The page did not ask for Monaco.");
	const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
	await page.close();
	return sizes.reduce((sum, size) => sum + size, 0);
}

async function withContext<T>(browser: Browser, use: (context: BrowserContext) => Promise<T>): Promise<T> {
	const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	try {
		return await use(context);
	} finally {
		await context.close();
	}
}

export async function measurePage(bench: Bench): Promise<Findings> {
	const { url } = bench.warm.process;
	const browser = await chromium.launch(launch);
	try {
		const scriptBytes = await withContext(browser, (context) => scriptBeforeMonaco(context, url));
		const first: Visit[][] = [];
		const again: Visit[][] = [];
		for (let round = 0; round < (bench.isQuick ? 1 : 4); round++) {
			const firstRound: Visit[] = [];
			const againRound: Visit[] = [];
			for (let take = 0; take < (bench.isQuick ? 2 : 4); take++)
				await withContext(browser, async (context) => {
					const page = await context.newPage();
					firstRound.push(await visit(page, url));
					againRound.push(await visit(page, url));
				});
			first.push(firstRound);
			again.push(againRound);
		}
		const summaryOf = (visits: Visit[][], part: keyof Visit) => summarise(visits.map((round) => round.map((it) => it[part])));
		const usable = summaryOf(first, "monacoMs");
		return {
			sections: [
				{
					title: "The page, in Chromium",
					note: "From the navigation's start. Each first visit is a new profile with an empty cache, in a browser that is already running; the second visit has the first one's cache. Usable: a key that was pressed is shown in Monaco.",
					rows: [
						{ name: "script before Monaco, gzipped", unit: "KB", summary: summarise([[scriptBytes / 1_000]]) },
						{ name: "first visit: text area is there", unit: "ms", summary: summaryOf(first, "plainMs") },
						{ name: "first visit: Monaco shows a key", unit: "ms", summary: usable },
						{ name: "second visit: text area is there", unit: "ms", summary: summaryOf(again, "plainMs") },
						{ name: "second visit: Monaco shows a key", unit: "ms", summary: summaryOf(again, "monacoMs") },
					],
				},
			],
			targets: [
				{ name: "Script before Monaco, gzipped", value: scriptBytes / 1_000, atMost: 200, unit: "KB" },
				{ name: "Editor usable at the first visit, p50", value: usable.median / 1_000, atMost: 2, unit: "s" },
			],
		};
	} finally {
		await browser.close();
	}
}
