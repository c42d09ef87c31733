import { setTimeout as pause } from "node:timers/promises";
import type { Browser, BrowserContext } from "playwright";
import { startDocsSite } from "../../e2e/page-objects/docs-site.ts";
import type { Bench } from "../bench.ts";
import { pythonOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";
import { benchProgram } from "../programs.ts";
import type { Section } from "../results.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";
import type { Summary } from "../statistics.ts";

/** A reader of an author's page clicks Run under a block: until the page has the first byte of output, beside the same run without a browser. */

const pagePath = "/block.html";
const page = `<!doctype html><meta charset="utf-8"><title>Docs</title><main data-sandglass><pre><code class="language-python">print("hello")
</code></pre></main><script src="https://sandglass.example/embed/v1/embed.js"></script>`;

const names = { click: "embed, click → first byte", socket: "socket, first run of a session" } as const;

/** A run that has printed nothing by then is a failure of the bench, not a figure. */
const patienceMs = 30_000;

/**
 * From the page's end of loading to the click: its reader reads first. Chromium builds parts of its own for a new tab meanwhile (hundreds of modules of its
 * address bar's list), on the same cores, which whoever clicked at once would wait for.
 */
const readingMs = 2_000;

/** Milliseconds by the author's page's own clock: from the click's event until the block has told it of output. */
async function click(context: BrowserContext, url: string): Promise<number> {
	const reader = await context.newPage();
	try {
		await reader.goto(url + pagePath);
		await pause(readingMs);
		// No function in here has a name: tsx marks those with a helper of its own, which a page does not have.
		const firstByteMs = reader.evaluate(
			(limitMs) =>
				new Promise<number>((resolve, reject) => {
					let clickedAt = 0;
					addEventListener("click", ({ timeStamp }) => (clickedAt = timeStamp), { capture: true });
					addEventListener("sandglass:output", () => resolve(performance.now() - clickedAt), { capture: true });
					setTimeout(() => reject(new Error(`The block told of no output in ${limitMs} ms.`)), limitMs);
				}),
			patienceMs,
		);
		const pressed = reader.getByRole("button", { name: "Run this Python code" }).click();
		return (await Promise.all([firstByteMs, pressed]))[0];
	} finally {
		await reader.close();
	}
}

/** Warm: the reader has clicked such a block before, and the server has a sandbox ready. */
export async function measureEmbedClick(bench: Bench, browser: Browser): Promise<{ readonly section: Section; readonly summary: Summary }> {
	const { warm, isQuick } = bench;
	const site = await startDocsSite(warm.process.url);
	site.pages.set(pagePath, page);
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
	try {
		const program = benchProgram(bench.config, pythonOf(bench), "pty");
		const sides: Side[] = [
			{
				name: names.click,
				take: async () => {
					const tookMs = await click(context, site.url);
					await warm.untilQuiet();
					return tookMs;
				},
			},
			{
				name: names.socket,
				take: async () => {
					const session = await SessionPlace.open(warm.process.url);
					const tookMs = await timeStart(session, program);
					await session.close();
					await warm.untilQuiet();
					return tookMs;
				},
			},
		];
		const effort = isQuick
			? { rounds: 2, takesPerRound: 3, warmUpTakes: 2, pauseMs: 100 }
			: { rounds: 4, takesPerRound: 6, warmUpTakes: 2, pauseMs: 100 };
		const [clicked, socket] = await interleave(sides, effort);
		if (clicked === undefined || socket === undefined) throw new Error("a side is missing");
		return {
			summary: clicked,
			section: {
				title: "embed.js: a reader clicks Run, in Chromium",
				note: "An author's page on another site with one block of `print(\"hello\")`. From the click, by that page's clock, until the block tells it of output: the frame with its editor and terminal is opened in between. The click comes two seconds after the page, as a reader's would. The browser has the frame's script in its cache and a sandbox is warm.",
				rows: [
					{ name: names.click, unit: "ms", summary: clicked, rival: names.socket },
					{ name: names.socket, unit: "ms", summary: socket },
				],
			},
		};
	} finally {
		await context.close();
		site.close();
		await warm.untilIdle();
	}
}
