import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { chromiumLaunch } from "../../e2e/chromium-launch.ts";
import type { Bench, Findings } from "../bench.ts";
import { summarise } from "../statistics.ts";

/** How long a reader waits for an editor that takes keys, and how much script comes before Monaco's. */

const typed = "Q";

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

interface ScriptBytes {
	/** Every script that is asked for before the first of Monaco's own, needed for it or not. */
	readonly beforeMonaco: number;
	/** Of these, what the document itself names. */
	readonly inDocument: number;
}

/** Gzipped bytes. */
async function measureScript(context: BrowserContext, url: string): Promise<ScriptBytes> {
	const html = await (await fetch(url)).text();
	const page = await context.newPage();
	const scripts: Promise<{ isInDocument: boolean; bytes: number }>[] = [];
	let hasMonacoBegun = false;
	page.on("request", (request) => {
		if (request.resourceType() !== "script" || hasMonacoBegun) return;
		if (new URL(request.url()).pathname.includes("/monaco/")) {
			hasMonacoBegun = true;
			return;
		}
		scripts.push(
			request.response().then(async (response) => {
				if (response === null) throw new Error(`${request.url()} was not answered`);
				const bytes = gzipSync(await response.body()).length;
				return { isInDocument: html.includes(new URL(request.url()).pathname), bytes };
			}),
		);
	});
	await visit(page, url);
	if (!hasMonacoBegun) throw new Error("The page did not ask for Monaco.");
	const sizes = await Promise.all(scripts);
	await page.close();
	const sum = (parts: typeof sizes): number => parts.reduce((total, { bytes }) => total + bytes, 0);
	return { beforeMonaco: sum(sizes), inDocument: sum(sizes.filter(({ isInDocument }) => isInDocument)) };
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
	const browser = await chromium.launch(chromiumLaunch);
	try {
		const script = await withContext(browser, (context) => measureScript(context, url));
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
						{ name: "script before Monaco's, gzipped", unit: "KB", summary: summarise([[script.beforeMonaco / 1_000]]) },
						{ name: "of these, named in the document", unit: "KB", summary: summarise([[script.inDocument / 1_000]]) },
						{ name: "first visit: text area is there", unit: "ms", summary: summaryOf(first, "plainMs") },
						{ name: "first visit: Monaco shows a key", unit: "ms", summary: usable },
						{ name: "second visit: text area is there", unit: "ms", summary: summaryOf(again, "plainMs") },
						{ name: "second visit: Monaco shows a key", unit: "ms", summary: summaryOf(again, "monacoMs") },
					],
				},
			],
			targets: [
				{ name: "Script before Monaco, gzipped", value: script.beforeMonaco / 1_000, atMost: 200, unit: "KB" },
				{ name: "Editor usable at the first visit, p50", value: usable.median / 1_000, atMost: 2, unit: "s" },
			],
		};
	} finally {
		await browser.close();
	}
}
