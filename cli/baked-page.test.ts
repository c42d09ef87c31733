import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { type AuthorSite, startAuthorSite } from "../embed/testing/author-site.ts";
import { check } from "./check.ts";
import { parseCheckOptions } from "./options.ts";
import { openScriptedServer, printed } from "./testing/scripted-server.ts";

/** What `--bake` wrote is found by embed.js in a real browser: both read the same blocks as the same programs. */

let site: AuthorSite;
before(async () => {
	site = await startAuthorSite();
});
after(() => site.close());

/** The book of a document whose every program prints its last line's number. */
async function bake(context: TestContext, name: string, text: string): Promise<{ book: string; findings: string[] }> {
	const dir = await mkdtemp(join(tmpdir(), "baked-page-"));
	context.after(() => rm(dir, { recursive: true }));
	await writeFile(join(dir, name), text);
	const server = await openScriptedServer(context, ({ files }) => {
		const own = /say\((\d+)\)\s*$/.exec(files[0]?.content ?? "")?.[1] ?? "nothing";
		const stdout = `\u001esandglass\u001e\nbaked ${own}\n`;
		return own === "9" ? printed(stdout, { outcome: { kind: "exited", code: 1 } }, { exitCode: 1 }) : printed(stdout);
	});
	const { findings, notes } = await check(parseCheckOptions([name, "--bake", join(dir, "book.json")], {}), {
		workingDir: dir,
		key: undefined,
		signal: new AbortController().signal,
		onProgress: () => undefined,
		serverUrl: async () => server.url,
		now: () => new Date(),
	});
	assert.deepEqual(notes, []);
	return {
		book: await readFile(join(dir, "book.json"), "utf8"),
		findings: findings.map(({ status, reason }) => `${status} ${reason}`.trim()),
	};
}

async function shownOn(html: string, book: string, count: number): Promise<string[]> {
	site.files.set("/book.json", book);
	const page = await site.open(html, 'data-recordings="/book.json"');
	// What is in view is not moved: the reader asks for it.
	const offers = page.getByRole("button", { name: "Show the recorded output" });
	await offers.nth(count - 1).waitFor();
	for (let at = 0; at < count; at++) await offers.first().click();
	const texts = await page.locator("[aria-label='Recorded output']").allTextContents();
	await page.close();
	assert.deepEqual(site.said, []);
	return texts.map((text) => /baked \d+/.exec(text)?.[0] ?? text);
}

test("blocks of HTML, with hidden code, files, input and sessions, find their recordings", async (context) => {
	const html = `
<template id="set-up">
import math
</template>
<pre data-sandglass><code class="language-python">say(1)
</code></pre>
<pre data-sandglass><code class="language-python"># sandglass: hide
x = 1
# sandglass: show

say(2)
</code></pre>
<div class="highlight language-python" data-sandglass data-before="#set-up" data-version="3.11"><pre><code><span class="lineno">1</span><span>say</span>(3)</code></pre></div>
<div data-sandglass data-session="a">
<p>A session</p>
<pre><code class="language-python">say(4)   </code></pre>
<pre><code class="language-py" data-expect="fails">say(9)</code></pre>
<pre><code class="language-python">say(5)</code></pre>
</div>
<pre class="language-python" data-sandglass data-args="-n 'two words'" data-tier="container">say(6)</pre>
<pre data-sandglass><code class="language-python">say(7)</code></pre>
<script type="application/json" data-sandglass-options>{"hiddenAfter":"say(8)","files":[{"name":"a.csv","content":"1"}],"stdin":""}</script>
`;
	const { book, findings } = await bake(context, "page.html", html);
	assert.deepEqual(findings, Array(8).fill("passed"));
	assert.deepEqual(
		await shownOn(html, book, 8),
		["1", "2", "3", "4", "9", "5", "6", "8"].map((n) => `baked ${n}`),
	);
});

test("fences of Markdown find theirs in what a documentation tool makes of them", async (context) => {
	const markdown = [
		"```python sandglass\n\nsay(1)  \n\n```",
		"> ```python sandglass session=a\n> say(2)\n> ```",
		"```python sandglass session=a args='-n 2'\n# sandglass: hide\nx = 1 < 2\n# sandglass: show\nsay(3)\n```",
	].join("\n\n");
	const { book, findings } = await bake(context, "page.md", markdown);
	assert.deepEqual(findings, Array(3).fill("passed"));
	const html = `
<pre><code class="language-python sandglass">
say(1)
</code></pre>
<div class="language-python highlight sandglass" data-session="a"><pre><span></span><code>say(2)
</code></pre></div>
<pre><code class="language-python sandglass" data-session="a" data-args="-n 2"># sandglass: hide
x = 1 &lt; 2
# sandglass: show
say(3)
</code></pre>`;
	assert.deepEqual(await shownOn(html, book, 3), ["baked 1", "baked 2", "baked 3"]);
});
