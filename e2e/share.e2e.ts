import { readFile } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { strToU8, unzipSync, zipSync } from "fflate";
import { Playground } from "./page-objects/playground.ts";
import { Sharing } from "./page-objects/sharing.ts";
import { clipboardPermissions, expect, serverUrl, test } from "./page-objects/test.ts";

/**
 * Programs that are given away: by links, embeds, zips; and what strangers send, which is opened and never run by itself.
 * Longer than most files because each way out of the page is tried together with the way back in.
 */

const code = 'import sys\nname = input("name? ")\nprint("hello", name, sys.argv[1:])\n';

const fragmentOf = (draft: unknown): string => `/#code=${deflateRawSync(JSON.stringify(draft)).toString("base64url")}`;

test.describe("stored programs", () => {
	test("a stored program opens for somebody else as it was, and runs", async ({ playground, page, browser }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.version.selectOption("3.11");
		await playground.arguments.fill(`one "two three"`);
		await playground.write(code);
		await playground.addFile("notes/extra.txt", "ü\n");
		const link = await sharing.store({ title: "Greeting" });
		const context = await browser.newContext({ permissions: clipboardPermissions });
		const other = new Playground(await context.newPage());
		await other.open(link);
		await expect(other.page).toHaveTitle("Greeting · Sandglass");
		const bar = other.page.getByRole("region", { name: "Shared program" });
		await expect(bar).toContainText("Greeting");
		await expect(bar).toContainText("Python 3.11");
		await expect(other.version).toHaveValue("3.11");
		await expect(other.arguments).toHaveValue(`one "two three"`);
		await expect(other.tab("main.py")).toHaveAttribute("aria-selected", "true");
		await expect(other.tab("notes/extra.txt")).toBeVisible();
		await other.expectKept(code);
		await other.expectStatus("Ready");
		await other.run.click();
		await expect(other.output).toContainText("name?");
		await other.answer("Ada");
		await expect(other.output).toContainText("hello Ada ['one', 'two three']");
		await other.expectFinished();
		await context.close();
	});

	test("a slow device too shows the program's title, and keeps it", async ({ playground, page, browser }) => {
		test.slow();
		const patience = { timeout: 60_000 };
		await playground.open();
		await playground.write("print('slow')\n");
		const link = await new Sharing(page).store({ title: "Greeting" });
		const context = await browser.newContext();
		const other = new Playground(await context.newPage());
		await other.page.addInitScript(() => {
			const titles: string[] = [];
			Object.assign(window, { titles });
			new MutationObserver(() => {
				if (document.title !== (titles.at(-1) ?? "")) titles.push(document.title);
			}).observe(document, { childList: true, subtree: true, characterData: true });
		});
		// What the page does once it has time for it then comes after the program.
		const devtools = await context.newCDPSession(other.page);
		await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
		await other.page.goto(link);
		await expect(other.run).toBeEnabled(patience);
		await other.run.click();
		await expect(other.output).toContainText("slow", patience);
		expect(await other.page.evaluate(() => Reflect.get(window, "titles"))).toEqual(["Shared program · Sandglass", "Greeting · Sandglass"]);
		await context.close();
	});

	test("the same program has the same link; a changed one is a fork that names what it was made from", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("print('original')\n");
		const link = await sharing.store();
		expect(await sharing.store()).toBe(link);
		await playground.open(link);
		const bar = page.getByRole("region", { name: "Shared program" });
		await expect(bar).not.toContainText("Changed by you");
		expect(await sharing.store()).toBe(link);
		await playground.write("print('changed')\n");
		await expect(bar).toContainText("Changed by you");
		const fork = await sharing.store();
		expect(fork).not.toBe(link);
		await playground.reload();
		await playground.expectKept("print('changed')\n");
		await page.getByRole("button", { name: "Back to what was shared" }).click();
		await playground.expectKept("print('original')\n");
		await playground.open(fork);
		await bar.getByRole("link").click();
		await expect(page).toHaveURL(link);
	});

	test("opening a link touches nothing that the reader wrote", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("print('shared')\n");
		const link = await sharing.store();
		await playground.write("print('mine')\n");
		await playground.expectKept("print('mine')\n");
		await playground.open(link);
		await playground.open("/");
		await playground.expectKept("print('mine')\n");
	});

	test("a recorded run is shown before anything runs, with its date, and plays; a run takes its place", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.runCode(code, "name?");
		await playground.answer("Grace");
		await expect(playground.output).toContainText("hello Grace");
		await playground.expectFinished();
		const link = await sharing.store({ hasRun: true });
		await playground.open(link);
		await expect(playground.output).toContainText("hello Grace");
		const bar = page.getByRole("region", { name: "Shared program" });
		await expect(bar).toContainText(/Recorded on .*\d{4}.*, Python 3\.13/);
		await playground.expectStatus("Ready");
		await bar.getByRole("button", { name: "Play it" }).click();
		await expect(bar.getByRole("button", { name: "Playing" })).toBeDisabled();
		await expect(playground.output).toContainText("hello Grace");
		await playground.run.click();
		await expect(playground.output).not.toContainText("Grace");
		await expect(bar).not.toContainText("Recorded on");
		await playground.answer("Ada");
		await playground.expectFinished();
	});

	test("a program that was changed since it ran is not shared with that run", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await sharing.open();
		await expect(sharing.runChoice).toBeDisabled();
		await sharing.close();
		await playground.runCode("print('first')\n", "first");
		await playground.expectFinished();
		await sharing.open();
		await expect(sharing.runChoice).toBeEnabled();
		await sharing.close();
		await playground.write("print('second')\n");
		await sharing.open();
		await expect(sharing.runChoice).toBeDisabled();
		await expect(sharing.dialog).toContainText("was changed since it last ran");
	});

	test("prepared input is typed for the reader, its end too", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("import sys\nprint('sum', sum(map(int, sys.stdin)))\n");
		const link = await sharing.store({ stdin: "1\n2\n39" });
		await playground.open(link);
		await playground.run.click();
		await expect(playground.output).toContainText("sum 42");
		await playground.expectFinished();
	});

	test("a version that is gone gives way to the nearest, and the page says so", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.version.selectOption("3.11");
		await playground.write("print('old')\n");
		const link = await sharing.store();
		// What a later server's catalogue would be: without that version.
		await page.route("**/api/v1/languages", async (route) => {
			const response = await route.fetch();
			const catalogue = await response.json();
			for (const language of catalogue.languages) {
				language.versions = language.versions.filter(({ version }: { version: string }) => version !== "3.11");
			}
			await route.fulfill({ response, json: catalogue });
		});
		await playground.open(link);
		await expect(page.getByRole("alert").filter({ hasText: "Python 3.11 is no longer offered here; 3.13 is the nearest." })).toBeVisible();
		await expect(playground.version).toHaveValue("3.13");
		await playground.run.click();
		await expect(playground.output).toContainText("old");
		await playground.expectFinished();
	});
});

test.describe("links that lead nowhere", () => {
	test.use({ allowedComplaints: /status of (404|503)|ERR_FAILED/ });

	test("an id that does not exist, or is none, is told as that, with a way on", async ({ page, playground }) => {
		for (const id of ["A".repeat(22), "short", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"]) {
			await page.goto(`/s/${id}`);
			await expect(page.getByRole("heading", { name: "There is no program at this link" })).toBeVisible();
		}
		await page.getByRole("link", { name: "Open the playground" }).click();
		await playground.settle();
	});

	test("a store that is down is not told as a broken link, and the same page tries again", async ({ page, playground }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("print('there')\n");
		const link = await sharing.store();
		await page.route("**/api/v1/snippets/*", (route) => route.abort());
		await page.goto(link);
		await expect(page.getByRole("heading", { name: "cannot be shown right now" })).toBeVisible();
		await page.unroute("**/api/v1/snippets/*");
		await page.getByRole("button", { name: "Try again" }).click();
		await playground.settle();
		await playground.expectKept("print('there')\n");
	});

	test("sharing while the store is down is told, and offers what needs none", async ({ page, playground }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("print('still mine')\n");
		await page.route("**/api/v1/snippets", (route) => route.abort());
		await sharing.open();
		await sharing.dialog.getByRole("button", { name: "Create a link" }).click();
		await expect(sharing.dialog.getByRole("alert")).toContainText("The link below works");
		await expect(sharing.wholeLink).toHaveValue(/#code=/);
		await sharing.close();
		await playground.expectKept("print('still mine')\n");
	});
});

test.describe("links that hold the program", () => {
	test("the program opens for somebody else from the link alone, and does not run by itself", async ({ playground, page, browser }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.arguments.fill("x");
		await playground.write(code);
		const link = await sharing.whole();
		const context = await browser.newContext({ permissions: clipboardPermissions });
		const other = new Playground(await context.newPage());
		const sent: string[] = [];
		other.page.on("request", (request) => sent.push(request.url()));
		await other.open(link);
		await other.expectKept(code);
		await expect(other.page.getByText("Opened from the link. Press Run to run it.")).toBeVisible();
		await other.expectStatus("Ready");
		expect(new URL(other.page.url()).hash, "a reload must not put it over what is written next").toBe("");
		expect(sent.filter((url) => url.includes("snippets"))).toEqual([]);
		await other.run.click();
		await other.answer("Ada");
		await expect(other.output).toContainText("hello Ada ['x']");
		await context.close();
	});

	test("what the reader wrote is kept, and comes back, over a reload too", async ({ playground, page }) => {
		await playground.open();
		await playground.write("print('mine')\n");
		await playground.expectKept("print('mine')\n");
		const link = fragmentOf({ language: "python", files: [{ name: "main.py", content: "print('theirs')\n" }] });
		await page.evaluate((address) => location.assign(address), link);
		await playground.expectKept("print('theirs')\n");
		await page.getByRole("button", { name: "Bring it back" }).click();
		await playground.expectKept("print('mine')\n");
		await page.evaluate((address) => location.assign(address), link);
		await playground.expectKept("print('theirs')\n");
		await playground.reload();
		await page.getByRole("button", { name: "Open", exact: true }).click();
		await page.getByRole("dialog").getByRole("button", { name: "Bring it back" }).click();
		await playground.expectKept("print('mine')\n");
	});

	test("ATTACKS.md 17, 40: hostile links change nothing and say why", async ({ playground, page }) => {
		await playground.open();
		await playground.write("print('mine')\n");
		await playground.expectKept("print('mine')\n");
		const file = { name: "main.py", content: "" };
		const hostile = [
			"/#code=<script>alert(1)</script>",
			"/#code=AAAA",
			`/#code=${"A".repeat(20_000)}`,
			fragmentOf({ language: "python", files: [{ name: "../../etc/cron.d/x", content: "" }] }),
			fragmentOf({ language: "python", files: [file, { name: "MAIN.PY", content: "" }] }),
			fragmentOf({ language: "<img src=x onerror=alert(1)>", files: [file] }),
			fragmentOf({ language: "python", files: [file], autorun: true }),
			`/#code=${deflateRawSync(Buffer.alloc(11 * 1_048_576, 32)).toString("base64url")}`,
		];
		for (const link of hostile) {
			await page.evaluate((address) => location.assign(address), link);
			await expect(page.getByText("Nothing was changed."), link.slice(0, 60)).toBeVisible();
			await page.getByRole("button", { name: "Dismiss" }).click();
			await playground.expectKept("print('mine')\n");
		}
		await playground.expectStatus("Ready");
	});
});

test.describe("zips and files", () => {
	test("a program goes out as a zip and comes back as it was", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.arguments.fill("a 'b c'");
		await playground.write(code);
		await playground.addFile("data/words.txt", "dunes\n");
		await sharing.open();
		const [download] = await Promise.all([
			page.waitForEvent("download"),
			sharing.dialog.getByRole("button", { name: "Download as a zip" }).click(),
		]);
		await sharing.close();
		expect(download.suggestedFilename()).toBe("sandglass-python.zip");
		const bytes = await readFile(await download.path());
		expect(Object.keys(unzipSync(bytes)).sort()).toEqual(["data/words.txt", "main.py", "sandglass.json"]);
		await playground.tab("main.py").click();
		await playground.write("print('something else')\n");
		await page.getByRole("button", { name: "Open", exact: true }).click();
		const [chooser] = await Promise.all([
			page.waitForEvent("filechooser"),
			page.getByRole("dialog").getByRole("button", { name: "Choose files or a zip" }).click(),
		]);
		await chooser.setFiles({ name: "mine.zip", mimeType: "application/zip", buffer: bytes });
		await expect(page.getByRole("dialog")).toHaveCount(0);
		await playground.expectKept(code);
		await expect(playground.arguments).toHaveValue('a "b c"');
		await expect(playground.tab("data/words.txt")).toBeVisible();
	});

	test("files that are dropped open in their language; the earlier program is kept", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.language.selectOption({ label: "Ruby" });
		await playground.write("puts 'mine'\n");
		await sharing.drop([{ name: "dropped.rb", content: "puts 'dropped'\n" }]);
		await expect(playground.tab("dropped.rb")).toBeVisible();
		await page.getByRole("button", { name: "Bring it back" }).click();
		await playground.expectKept("puts 'mine'\n");
		await sharing.drop([
			{ name: "main.c", content: '#include "two.h"\nint main(void) { return two() - 2; }\n' },
			{ name: "two.h", content: "static int two(void) { return 2; }\n" },
		]);
		await expect(playground.language).toHaveValue("c");
		await playground.run.click();
		await playground.expectFinished();
	});

	test("binaries, too much, and zips that are bombs are refused, and nothing is changed", async ({ playground, page }) => {
		const sharing = new Sharing(page);
		await playground.open();
		await playground.write("print('mine')\n");
		await playground.expectKept("print('mine')\n");
		const bomb = zipSync({ "zeros.txt": new Uint8Array(30_000_000) }, { level: 9 });
		const refusals: [Parameters<Sharing["drop"]>[0], string][] = [
			[[{ name: "cat.png", content: [0x89, 0x50, 0x4e, 0x47, 0x00, 0xff] }], "cat.png is not a text file"],
			[Array.from({ length: 65 }, (_, at) => ({ name: `${at}.py`, content: "" })), "more files than the server takes"],
			[[{ name: "big.py", content: "#".repeat(300_000) }], "at most 256 KiB in all"],
			[[{ name: "bomb.zip", content: [...bomb] }], "holds more than the server takes"],
			[[{ name: "evil.zip", content: [...zipSync({ "../../x.py": strToU8("x") })] }], "file name cannot be used"],
			[[{ name: "none.zip", content: "PK" }], "not a zip that can be read"],
		];
		for (const [files, words] of refusals) {
			await sharing.drop(files);
			await expect(page.getByText(words)).toBeVisible();
			await page.getByRole("button", { name: "Dismiss" }).click();
			await playground.expectKept("print('mine')\n");
		}
	});
});

test("the embed's code follows the options, and is what an author pastes", async ({ playground, page }) => {
	const sharing = new Sharing(page);
	await playground.open();
	await playground.write("print(1 < 2)\n");
	await sharing.open();
	await sharing.dialog.getByRole("tab", { name: "Link" }).focus();
	await page.keyboard.press("ArrowRight");
	await expect(sharing.dialog.getByRole("tab", { name: "Embed" })).toBeFocused();
	const html = sharing.dialog.getByRole("textbox", { name: "HTML" });
	await expect(html).toHaveValue(`<script async src="${new URL(serverUrl()).origin}/embed/v1/embed.js"></script>
<pre data-sandglass data-version="3.13"><code class="language-python">print(1 &lt; 2)
</code></pre>`);
	await sharing.dialog.getByRole("checkbox", { name: "Read-only" }).check();
	await sharing.dialog.getByRole("combobox", { name: "Theme of the embed" }).selectOption("dark");
	await sharing.dialog.getByRole("checkbox", { name: "Always in version" }).uncheck();
	await expect(html).toHaveValue(/<pre data-sandglass data-theme="dark" data-readonly="true">/);
	await sharing.dialog.getByRole("radio", { name: "Markdown" }).check();
	const fence = sharing.dialog.getByRole("textbox", { name: "Markdown fence" });
	await expect(fence).toHaveValue("```python sandglass theme=dark readonly\nprint(1 < 2)\n```");
	await sharing.dialog.getByRole("button", { name: "Copy: Markdown fence" }).click();
	await expect(sharing.dialog.getByRole("status").filter({ hasText: "Copied." })).toBeVisible();
	expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("```python sandglass theme=dark readonly\nprint(1 < 2)\n```");
});

test("an address that a link asks to open is shown, and nothing is fetched from it", async ({ playground, page }) => {
	const asked: string[] = [];
	page.on("request", (request) => {
		if (!request.url().startsWith(serverUrl()) && !/^(blob|data):/.test(request.url())) asked.push(request.url());
	});
	await page.goto(`/?open=${encodeURIComponent("https://raw.example.org/a/main.py")}`);
	const dialog = page.getByRole("dialog", { name: "Open a program" });
	await expect(dialog.getByRole("textbox", { name: "Address of a raw text" })).toHaveValue("https://raw.example.org/a/main.py");
	await expect(dialog.getByRole("link", { name: "raw.example.org" })).toHaveAttribute("href", "https://raw.example.org/a/main.py");
	await expect(dialog).toContainText("This page may not fetch from there.");
	await expect(dialog.getByRole("button", { name: "Fetch" })).toHaveCount(0);
	for (const address of ["javascript:alert(1)", "http://raw.example.org/", "https://user:pass@raw.example.org/"]) {
		await dialog.getByRole("textbox", { name: "Address of a raw text" }).fill(address);
		await expect(dialog.getByRole("link")).toHaveCount(0);
	}
	await dialog.getByRole("textbox", { name: "File name" }).fill("pasted.py");
	await dialog.getByRole("textbox", { name: "Text" }).last().fill("print('pasted')\n");
	await dialog.getByRole("button", { name: "Open the text" }).click();
	await expect(playground.tab("pasted.py")).toBeVisible();
	await playground.expectKept("print('pasted')\n");
	expect(asked).toEqual([]);
	expect(new URL(page.url()).search).toBe("");
});
