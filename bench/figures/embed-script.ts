import { gzipSync } from "node:zlib";
import type { Browser } from "playwright";
import { bundleEmbedScript } from "../../setup/embed-script.ts";
import type { Bench, Findings } from "../bench.ts";
import { summarise } from "../statistics.ts";

/** What embed.js costs an author's page before any click: its weight, and the main thread while a hundred blocks become runnable. */

const blockCount = 100;
const line =
	'<span class="line"><span style="color:#D73A49">for</span> number <span style="color:#D73A49">in</span> <span>range</span>(3):</span>\n';
const block = `<div class="language-python"><button class="copy"></button><span class="lang">python</span><pre class="shiki" tabindex="0"><code>${line.repeat(12)}</code></pre></div><p>text</p>`;
const document = `<!doctype html><meta charset="utf-8"><main data-sandglass>${block.repeat(blockCount)}</main>`;

/** Milliseconds from the script's first statement to a page that is laid out again. */
async function upgrade(browser: Browser, script: string): Promise<number> {
	const page = await browser.newPage();
	await page.setContent(document, { waitUntil: "load" });
	const spentMs = await page.evaluate((text) => {
		const element = window.document.createElement("script");
		element.dataset.server = "https://sandglass.example";
		element.textContent = text;
		const startedAt = performance.now() + 0 * window.document.body.offsetHeight;
		window.document.body.append(element);
		return performance.now() + 0 * window.document.body.offsetHeight - startedAt;
	}, script);
	const upgraded = await page.locator("[data-sandglass-ui]").count();
	if (upgraded !== blockCount) throw new Error(`${upgraded} of ${blockCount} blocks were upgraded`);
	await page.close();
	return spentMs;
}

export async function measureEmbedScript(bench: Bench, browser: Browser): Promise<Findings> {
	const script = await bundleEmbedScript(process.cwd());
	await upgrade(browser, script);
	const rounds: number[][] = [];
	for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) {
		const taken: number[] = [];
		for (let take = 0; take < 4; take++) taken.push(await upgrade(browser, script));
		rounds.push(taken);
	}
	const spent = summarise(rounds);
	const weightKb = gzipSync(script).length / 1_000;
	return {
		sections: [
			{
				title: "embed.js on an author's page, in Chromium",
				note: "A page of a hundred highlighted Python blocks. From the script's first statement until the page is laid out again with all of them runnable; one task of the main thread.",
				rows: [
					{ name: "embed.js, gzipped", unit: "KB", summary: summarise([[weightKb]]) },
					{ name: "a hundred blocks upgraded", unit: "ms", summary: spent },
				],
			},
		],
		targets: [{ name: "A hundred blocks upgraded, p50", value: spent.median, atMost: 30, unit: "ms" }],
		goals: [{ id: "embed-bytes", value: weightKb }],
	};
}
