import type { Page } from "playwright/test";
import { Sharing } from "./page-objects/sharing.ts";
import { expect, test } from "./page-objects/test.ts";

/** The page at three widths in two themes. Pictures are attached to the report for human eyes. */

/** Elements that stick out of the page to the side. What a scrolling pane holds may. */
function overflowOf(page: Page): Promise<number> {
	return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

for (const width of [1_440, 1_024, 390]) {
	for (const colorScheme of ["light", "dark"] as const) {
		test.describe(`${width} px, ${colorScheme}`, () => {
			test.use({ viewport: { width, height: width === 390 ? 844 : 900 }, colorScheme });

			test("every control is in sight, and nothing sticks out", async ({ playground, page }, testInfo) => {
				const picture = async (name: string) =>
					testInfo.attach(name, { body: await page.screenshot({ path: testInfo.outputPath(`${name}.png`) }), contentType: "image/png" });
				await playground.open();
				const controls = ["language", "version", "run", "stop", "editor", "terminal", "status"] as const;
				for (const name of controls) await expect(playground[name], name).toBeInViewport();
				expect(await overflowOf(page)).toBe(0);
				await picture("fresh");
				await playground.runCode('name = input("What is your name? ")\nprint(f"\\x1b[1;33mHello, {name}!\\x1b[0m")\n', "name?");
				await playground.answer("Ada");
				await playground.expectFinished();
				expect(await overflowOf(page)).toBe(0);
				await picture("finished");
				await playground.runCode("raise SystemExit(3)\n");
				await playground.expectExitCode(3);
				for (const name of controls) await expect(playground[name], name).toBeInViewport();
				await picture("failed");
				const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
				const [red = 0] = background.match(/\d+/g)?.map(Number) ?? [];
				expect(red > 128 ? "light" : "dark").toBe(colorScheme);
			});

			test("the dialogs that share and open, and a shared program's page, fit", async ({ playground, page }, testInfo) => {
				test.slow();
				const sharing = new Sharing(page);
				const picture = async (name: string) => {
					expect(await overflowOf(page), name).toBe(0);
					await testInfo.attach(name, {
						body: await page.screenshot({ path: testInfo.outputPath(`${name}.png`) }),
						contentType: "image/png",
					});
				};
				await playground.open();
				await playground.runCode('print("Dunes " * 3)\n', "Dunes");
				await playground.expectFinished();
				await playground.addFile("a-rather-long-name-for-a-file-of-words.txt", "sand\n");
				await playground.tab("main.py").click();
				await playground.run.click();
				await playground.expectFinished();
				const link = await sharing.store({ title: "Dunes, three of them, with a title that is rather long for a phone", hasRun: true });
				await sharing.open();
				await sharing.dialog.getByRole("button", { name: "Create a link" }).click();
				await expect(sharing.link).toBeVisible();
				await picture("link");
				await sharing.dialog.getByRole("tab", { name: "Embed" }).click();
				await expect(sharing.dialog.getByText("As readers see it", { exact: true })).toBeVisible();
				await picture("embed");
				await sharing.close();
				await page.getByRole("button", { name: "Open", exact: true }).click();
				await expect(page.getByRole("dialog")).toBeVisible();
				await picture("open");
				await playground.open(link);
				await expect(playground.output).toContainText("Dunes");
				for (const name of ["run", "editor", "terminal", "status"] as const) await expect(playground[name], name).toBeInViewport();
				await picture("shared");
			});
		});
	}
}

test.describe("on a phone", () => {
	test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

	test("the editor is a plain text area, and a program runs from there", async ({ playground, page }) => {
		await playground.open();
		await expect(playground.editor).toHaveJSProperty("tagName", "TEXTAREA");
		await expect(page.locator(".monaco-editor")).toHaveCount(0);
		await playground.editor.fill('print("hello", input("who? "))\n');
		await playground.run.tap();
		await expect(playground.output).toContainText("who?");
		await playground.terminal.locator(".xterm-screen").tap();
		await page.keyboard.type("phone");
		await page.keyboard.press("Enter");
		await expect(playground.output).toContainText("hello phone");
		await playground.expectFinished();
		expect(await overflowOf(page)).toBe(0);
	});
});

test("a chosen theme is remembered, and is there before anything is painted", async ({ playground, page }) => {
	await page.addInitScript(() => {
		new MutationObserver((_, observer) => {
			if (document.body === null) return;
			observer.disconnect();
			Object.assign(window, { themeBeforeBody: document.documentElement.dataset.theme });
		}).observe(document, { childList: true, subtree: true });
	});
	const groundColour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	await playground.open();
	const light = await groundColour();
	await playground.theme.selectOption("dark");
	await expect.poll(groundColour).not.toBe(light);
	const dark = await groundColour();
	await playground.reload();
	expect(await page.evaluate(() => (window as unknown as { themeBeforeBody?: string }).themeBeforeBody)).toBe("dark");
	expect(await groundColour()).toBe(dark);
	await expect(playground.theme).toHaveValue("dark");
	await playground.theme.selectOption("system");
	await expect.poll(groundColour).toBe(light);
	await page.emulateMedia({ colorScheme: "dark" });
	await expect.poll(groundColour).toBe(dark);
});
