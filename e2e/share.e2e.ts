import { Playground } from "./page-objects/playground.ts";
import { code, Sharing } from "./page-objects/sharing.ts";
import { clipboardPermissions, expect, serverUrl, test } from "./page-objects/test.ts";

/** Programs that are given away: stored ones, and the code of an embed. Each way out of the page is tried together with the way back in. */

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
