import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright";
import { z } from "zod";
import { EmbedCommand } from "../protocol/embed.ts";
import { type AuthorSite, startAuthorSite } from "./testing/author-site.ts";

/** One block from its plain state to a frame and back, with frames that behave and frames that do not. */

let site: AuthorSite;
before(async () => {
	site = await startAuthorSite();
});
after(() => site.close());

/** Keeps what it is told, says what a test wants it to say. */
const wellBehaved = `<!doctype html><script>
	const told = [];
	const say = (event) => parent.postMessage({ mark: "sandglass-embed-1", ...event }, "*");
	addEventListener("message", ({ data }) => {
		told.push(data);
		if (data.type === "configure") say({ type: "ready" });
		if (data.type === "run") say({ type: "started", tier: "gvisor", version: "3.13" });
		if (data.type === "getCode") say({ type: "code", request: data.request, code: "edited" });
	});
	say({ type: "hello" });
</script>`;

const block = '<p>above</p><pre id="it" data-sandglass><code class="language-python">print(1)</code></pre><p id="below">below</p>';
const runButton = (page: Page) => page.getByRole("button", { name: "Run this Python code" });
const frameOf = async (page: Page) => {
	const element = await page.locator("#it + div iframe").elementHandle();
	const frame = await element?.contentFrame();
	assert.ok(frame);
	return frame;
};
const EmbedCommands = z.array(EmbedCommand);
/** What the frame was told, read by the schema that the real frame reads it by. */
const toldIn = async (page: Page): Promise<EmbedCommand[]> => {
	const told: unknown = await (await frameOf(page)).evaluate("told");
	return EmbedCommands.parse(told);
};
const isShown = (page: Page) => page.waitForFunction(() => (document.querySelector("#it") as HTMLElement).style.visibility === "hidden");

test("nothing is asked of the server before a click, and the page does not move when a block is upgraded", async () => {
	site.frame = wellBehaved;
	const page = await site.open(block);
	await runButton(page).waitFor();
	assert.deepEqual(site.asked, []);
	const shifts = await page.evaluate(
		() =>
			new Promise<number>((resolve) => {
				new PerformanceObserver((list) => resolve(list.getEntries().length)).observe({ type: "layout-shift", buffered: true });
				setTimeout(() => resolve(0), 200);
			}),
	);
	assert.equal(shifts, 0);
	await page.close();
});

test("a click opens the frame with the block's code, options and look, and then runs", async () => {
	site.frame = wellBehaved;
	const page = await site.open(
		`<style>pre { background: oklch(0.2 0 0); color: rgb(240, 240, 240); padding: 8px 12px; font: 15px/20px monospace }</style>
		<script type="text/plain" id="data" data-name="data.csv">a,b</script><template id="set-up">import math</template>
		${block.replace("data-sandglass", 'data-sandglass data-version="3.11" data-stdin="Ada\\n" data-args="-n 2" data-before="#set-up" data-files="#data" data-highlight="1" data-height="400" data-session')}
		<script type="application/json" data-sandglass-options>{ "title": "Sum", "isReadOnly": true }</script>`.replace(
			"<p id",
			'<script type="application/json" data-sandglass-options>{ "title": "Sum", "isReadOnly": true }</script><p id',
		),
	);
	await runButton(page).press("Enter");
	await isShown(page);
	await (await frameOf(page)).waitForFunction("told.some((it) => it.type === 'run')");
	const told = await toldIn(page);
	assert.deepEqual(
		told.map(({ type }) => type),
		["configure", "context", "run"],
	);
	const [configure] = told;
	assert.ok(configure?.type === "configure");
	const { look, recording, ...options } = configure.options;
	assert.equal(recording, undefined);
	assert.deepEqual(options, {
		language: "python",
		version: "3.11",
		theme: "dark",
		isReadOnly: true,
		isAutorun: false,
		title: "Sum",
		files: [
			{ name: "main.py", content: "print(1)", isHidden: false },
			{ name: "data.csv", content: "a,b", isHidden: false },
		],
		hiddenBefore: "import math",
		hiddenAfter: "",
		arguments: ["-n", "2"],
		stdin: "Ada\n",
		maxHeightPx: 400,
		highlightedLines: [[1, 1]],
		readOnlyLines: [],
		session: "page",
	});
	assert.deepEqual(look, {
		fontFamily: "monospace",
		fontSizePx: 15,
		lineHeightPx: 20,
		paddingTopPx: 8,
		paddingLeftPx: 12,
		background: "rgb(22, 22, 22)",
		foreground: "rgb(240, 240, 240)",
	});
	assert.deepEqual(site.asked, ["/embed"]);
	await page.close();
});

test("the frame stands where the block stood, the page below moves only at the click, and a resize only makes it grow, up to its maximum", async () => {
	site.frame = wellBehaved;
	const page = await site.open(block.replace("data-sandglass", 'data-sandglass data-height="500"'));
	const blockBox = await page.locator("#it").boundingBox();
	await runButton(page).click();
	const opened = await page.locator("#below").boundingBox();
	await isShown(page);
	const box = await page.locator("iframe").boundingBox();
	assert.deepEqual([box?.x, box?.y, box?.width], [blockBox?.x, blockBox?.y, blockBox?.width]);
	assert.equal((await page.locator("#below").boundingBox())?.y, opened?.y);
	const frame = await frameOf(page);
	for (const [heightPx, expected] of [
		[100, box?.height],
		[450, 450],
		[9_000, 500],
	]) {
		await frame.evaluate(`say({ type: "resize", heightPx: ${heightPx} })`);
		await page.waitForFunction((height) => {
			const frame = document.querySelector("#it + div")?.shadowRoot?.querySelector("iframe");
			return Math.abs((frame?.getBoundingClientRect().height ?? 0) - height) < 1;
		}, expected ?? 0);
	}
	await page.close();
});

test("the frame never is higher than its author's maximum, not at first either", async () => {
	site.frame = wellBehaved;
	const page = await site.open(block.replace("data-sandglass", 'data-sandglass data-height="200"'));
	await runButton(page).click();
	await isShown(page);
	assert.equal((await page.locator("iframe").boundingBox())?.height, 200);
	await page.close();
});

test("the element has methods, and its events bubble with what the frame said", async () => {
	site.frame = wellBehaved;
	const page = await site.open(block);
	await page.evaluate(() => {
		const heard: string[] = [];
		Object.assign(window, { heard });
		for (const type of ["ready", "started", "output", "exit", "change"])
			document.addEventListener(`sandglass:${type}`, (event) => heard.push(`${type} ${JSON.stringify((event as CustomEvent).detail)}`));
		(document.querySelector("#it") as HTMLElement).sandglass?.run();
	});
	await isShown(page);
	const frame = await frameOf(page);
	await frame.evaluate('say({ type: "output", stream: "stdout", text: "1" }); say({ type: "change", code: "print(2)" })');
	await page.waitForFunction('heard.some((it) => it.startsWith("change"))');
	assert.deepEqual(await page.evaluate("heard"), [
		"ready {}",
		'started {"tier":"gvisor","version":"3.13"}',
		'output {"stream":"stdout","text":"1"}',
		'change {"code":"print(2)"}',
	]);
	const code = await page.evaluate(() => (document.querySelector("#it") as HTMLElement).sandglass?.getCode());
	assert.equal(code, "edited");
	await page.evaluate(() => {
		const { sandglass } = document.querySelector("#it") as HTMLElement;
		sandglass?.setCode("print(3)");
		sandglass?.stop();
		sandglass?.focus();
	});
	await frame.waitForFunction("told.some((it) => it.type === 'focus')");
	assert.deepEqual(
		(await toldIn(page)).map(({ type }) => type),
		["configure", "run", "getCode", "setCode", "stop", "focus"],
	);
	await page.close();
});

test("ATTACKS 36: what another window says, or the frame from another origin, is not heard", async () => {
	site.frame = wellBehaved;
	const page = await site.open(`${block}<iframe id="other" srcdoc="<p>"></iframe>`);
	await page.evaluate(() => {
		Object.assign(window, { heard: 0 });
		document.addEventListener("sandglass:output", () => Object.assign(window, { heard: Number(Reflect.get(window, "heard")) + 1 }));
	});
	await runButton(page).click();
	await isShown(page);
	const output = { mark: "sandglass-embed-1", type: "output", stream: "stdout", text: "forged" };
	const [other] = page.frames().filter((frame) => frame.url() === "about:srcdoc");
	await other?.evaluate((message) => parent.postMessage(message, "*"), output);
	await page.evaluate((message) => window.postMessage(message, "*"), output);
	const frame = page.frames().find((it) => it.url().endsWith("/embed"));
	// Its document is now of another origin, in the very window that was known.
	const forger = `<script>parent.postMessage(${JSON.stringify(output)}, "*"); parent.postMessage("done", "*")</script>`;
	const done = page.evaluate(() => new Promise((resolve) => addEventListener("message", ({ data }) => data === "done" && resolve(null))));
	await frame?.evaluate((url) => void location.assign(url), `data:text/html,${encodeURIComponent(forger)}`);
	await done;
	assert.equal(await page.evaluate("heard"), 0);
	await page.close();
});

test("a server that is down, or answers with something else, gives the block back with a sentence, and can be tried again", async () => {
	site.frame = "<!doctype html><p>502 Bad Gateway";
	const page = await site.open(block);
	const before = await page.locator("#it").boundingBox();
	await runButton(page).click();
	const note = page.getByRole("status").filter({ hasText: /could not be run: http:\/\/127\.0\.0\.1:\d+ does not answer/ });
	await note.waitFor();
	assert.deepEqual(await page.locator("#it").boundingBox(), before);
	assert.equal(await page.locator("iframe").count(), 0);
	site.frame = wellBehaved;
	await page.getByRole("button", { name: "Try again" }).click();
	await isShown(page);
	await page.close();
});

test("options that the frame does not take give the block back with what it said, at once", async () => {
	site.frame = wellBehaved.replace('say({ type: "ready" })', 'say({ type: "problem", message: "Too many files." })');
	assert.notEqual(site.frame, wellBehaved);
	const page = await site.open(block);
	await runButton(page).click();
	await page.getByRole("status").filter({ hasText: "could not be run: Too many files." }).waitFor();
	assert.equal(await page.locator("iframe").count(), 0);
	await page.close();
});

test("a policy of the author's page that forbids the frame is told at once", async () => {
	site.policy = "frame-src 'none'";
	const page = await site.open(block);
	site.policy = "";
	await runButton(page).click();
	await page.getByText(/Content-Security-Policy does not allow frames of http/).waitFor();
	await page.close();
});

test("a broken JSON block is told with the block's place, and the block stays plain", async () => {
	for (const [json, complaint] of [
		["{ oops", /not JSON.*#it.*print\(1\)/],
		['{ "colour": "red" }', /option "colour"/],
		['{ "files": [{ "name": 5 }] }', /option "files"/],
		["[]", /no JSON object/],
	] as const) {
		const page = await site.open(
			block.replace("</code>", `</code><script type="application/json" data-sandglass-options>${json}</script>`),
		);
		assert.match(site.said.join("\n"), complaint);
		assert.equal(await page.evaluate(() => document.querySelector("[data-sandglass-ui]")), null);
		await page.close();
	}
});

test("an attribute that cannot be used is told and left out", async () => {
	const page = await site.open(
		block.replace("data-sandglass", 'data-sandglass data-height="tall" data-before="#nowhere" data-highlight="x"'),
	);
	await runButton(page).waitFor();
	for (const name of ["height", "before", "highlight"]) assert.match(site.said.join("\n"), new RegExp(`option ${name}=`));
	await page.close();
});

test("code between markers leaves the page, and runs", async () => {
	site.frame = wellBehaved;
	const code = "# sandglass: hide\nimport math\n# sandglass: show\n<b>print</b>(math.pi)\n# sandglass: hide\nend()";
	const page = await site.open(block.replace("print(1)", code));
	assert.equal(await page.locator("#it code").innerText(), "print(math.pi)");
	await runButton(page).click();
	await isShown(page);
	const [configure] = await toldIn(page);
	assert.ok(configure?.type === "configure");
	const { files, hiddenBefore, hiddenAfter } = configure.options;
	assert.deepEqual([files[0]?.content, hiddenBefore, hiddenAfter], ["print(math.pi)", "import math", "end()"]);
	await page.close();
});

test("blocks that come later are upgraded, and one that leaves takes its frame along", async () => {
	site.frame = wellBehaved;
	const page = await site.open("<main></main>");
	await page.evaluate((html) => {
		(document.querySelector("main") as HTMLElement).innerHTML = html;
	}, block);
	await runButton(page).click();
	await isShown(page);
	await page.evaluate(() => document.querySelector("#it")?.remove());
	await page.locator("iframe").waitFor({ state: "detached" });
	await page.close();
});

test("a cell is told what the cells above it run, edits included, and that it is stale once one of them moved", async () => {
	site.frame = wellBehaved;
	const cell = (id: string, code: string) => `<pre id="${id}"><code class="language-python">${code}</code></pre>`;
	const page = await site.open(
		`<div data-sandglass data-session="tour">${cell("one", "a = 1")}${cell("it", "print(a)")}${cell("last", "a")}</div>`,
	);
	await page.getByRole("button", { name: "Run this Python code" }).nth(1).click();
	await isShown(page);
	await page.evaluate(() => (document.querySelector("#one") as HTMLElement).sandglass?.setCode("a = 2"));
	const below = await frameOf(page);
	await below.waitForFunction("told.some((it) => it.type === 'stale')");
	const told = await toldIn(page);
	const contexts = told.filter((it) => it.type === "context").map(({ codes }) => codes);
	assert.deepEqual([contexts[0], contexts.at(-1)], [["a = 1"], ["a = 2"]]);
	await page.close();
});

test("an autorun waits until its block is in view", async () => {
	site.frame = wellBehaved;
	const page = await site.open(`<div style="height: 3000px"></div>${block.replace("data-sandglass", "data-sandglass data-autorun")}`);
	await runButton(page).waitFor();
	assert.deepEqual(site.asked, []);
	await page.locator("#it").scrollIntoViewIfNeeded();
	await isShown(page);
	await page.close();
});

test("in a sandboxed frame the script talks to a frame without an origin's name", async () => {
	site.frame = wellBehaved;
	const page = await site.open(block.replace("data-sandglass", 'data-sandglass data-sandbox="allow-scripts"'));
	await runButton(page).click();
	await isShown(page);
	assert.equal(await (await frameOf(page)).evaluate("self.origin"), "null");
	await page.close();
});
