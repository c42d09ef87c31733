import { findBarriers } from "./page-objects/barriers.ts";
import { Sharing } from "./page-objects/sharing.ts";
import { expect, test } from "./page-objects/test.ts";

/** The page without a mouse, and for those who hear it. */

const rooms = [
	{ name: "a desk", viewport: { width: 1_440, height: 900 } },
	{ name: "a phone", viewport: { width: 390, height: 844 } },
];

for (const colorScheme of ["light", "dark"] as const) {
	for (const { name, viewport } of rooms) {
		test.describe(`${colorScheme}, on ${name}`, () => {
			test.use({ colorScheme, viewport });

			test("axe finds nothing serious, whatever state the page is in", async ({ playground, page }) => {
				await playground.open();
				expect(await findBarriers(page), "fresh").toEqual([]);
				await playground.runCode('print("\\x1b[32mgreen\\x1b[0m")\ninput("? ")\n', "?");
				expect(await findBarriers(page), "running").toEqual([]);
				await playground.answer("yes");
				await playground.expectFinished();
				expect(await findBarriers(page), "finished").toEqual([]);
				await playground.runCode("import os\nos.abort()\n");
				await playground.expectStatus("Ended by signal 6");
				expect(await findBarriers(page), "failed").toEqual([]);
				await page.getByRole("button", { name: "Add a file" }).click();
				await page.getByRole("textbox", { name: "New file" }).fill("../x");
				await page.keyboard.press("Enter");
				await expect(page.getByRole("alert").filter({ hasText: "../x" })).toBeVisible();
				expect(await findBarriers(page), "with a bad file name").toEqual([]);
			});

			test("axe finds nothing serious in the dialogs that share and open, nor on a shared program's page", async ({ playground, page }) => {
				const sharing = new Sharing(page);
				await playground.open();
				await playground.runCode('print("shared")\n', "shared");
				await playground.expectFinished();
				await sharing.open();
				expect(await findBarriers(page), "a link").toEqual([]);
				await sharing.dialog.getByRole("tab", { name: "Embed" }).click();
				expect(await findBarriers(page), "an embed").toEqual([]);
				await sharing.close();
				await page.getByRole("button", { name: "Open", exact: true }).click();
				await expect(page.getByRole("dialog")).toBeVisible();
				expect(await findBarriers(page), "opening").toEqual([]);
				await page.keyboard.press("Escape");
				const link = await sharing.store({ title: "A title", hasRun: true });
				await playground.open(link);
				await expect(playground.output).toContainText("shared");
				expect(await findBarriers(page), "the shared program").toEqual([]);
				await playground.write('print("changed")\n');
				await expect(page.getByText("Changed by you")).toBeVisible();
				expect(await findBarriers(page), "changed").toEqual([]);
			});
		});
	}
}

test("Ctrl+Enter runs and Ctrl+. stops, in the editor, in the terminal and elsewhere", async ({ playground, page }) => {
	await playground.open();
	await playground.write('import time\nprint("up")\ntime.sleep(60)\n');
	for (const place of [playground.editor, playground.terminal.getByRole("textbox"), playground.theme]) {
		await place.focus();
		await page.keyboard.press("Control+Enter");
		await playground.expectStatus("Running");
		await expect(playground.output).toContainText("up");
		await place.focus();
		await page.keyboard.press("Control+.");
		await playground.expectStatus("Stopped by you.");
	}
	await playground.expectKept('import time\nprint("up")\ntime.sleep(60)\n');
});

test("Tab indents in the editor, Escape leaves it, Shift+Tab leaves the terminal", async ({ playground, page }) => {
	await playground.open();
	await playground.write("");
	await playground.editor.focus();
	await page.keyboard.press("Tab");
	await page.keyboard.type("x");
	await playground.expectKept("    x");
	await page.keyboard.press("Escape");
	await expect(playground.editor).not.toBeFocused();
	await page.keyboard.press("Tab");
	await expect(playground.terminal.getByRole("textbox")).toBeFocused();
	await playground.runCode("input()\n");
	await playground.expectStatus("Running");
	await playground.terminal.getByRole("textbox").focus();
	await page.keyboard.press("Tab");
	await expect(playground.terminal.getByRole("textbox"), "while a program reads, Tab is its key").toBeFocused();
	await page.keyboard.press("Shift+Tab");
	await expect(playground.terminal.getByRole("textbox")).not.toBeFocused();
});

test("Tab goes through the page in the order in which it is read", async ({ playground, page }) => {
	await playground.open();
	const expected = [
		"Language",
		"Version",
		"Isolation",
		"Examples",
		"Arguments",
		"Run",
		"Open",
		"Share",
		"Lab",
		"Theme",
		"main.py",
		"Add a file",
		"Rename main.py",
		"Code editor",
	];
	const nameOfFocus = () =>
		page.evaluate(() => {
			const focused = document.activeElement;
			const label = focused instanceof HTMLInputElement || focused instanceof HTMLSelectElement ? focused.labels?.[0] : undefined;
			const text = focused?.getAttribute("aria-label") ?? label?.querySelector("span")?.textContent ?? focused?.textContent ?? "";
			return text.trim();
		});
	await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
	for (const name of expected) {
		await page.keyboard.press("Tab");
		expect(await nameOfFocus()).toMatch(new RegExp(`^${name}`));
	}
});

test("output and state are announced", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('print("heard by all")\n', "heard by all");
	await playground.expectFinished();
	await expect(playground.output).toHaveAttribute("aria-live", "polite");
	await expect(page.getByRole("status", { name: "Program status" })).toContainText("Finished.");
	await expect(playground.status.locator("[aria-live=off]"), "the ticking figures are not").toContainText("Time");
});

test("a dialog holds the focus, closes on Escape, and gives the focus back", async ({ playground, page }) => {
	await playground.open();
	for (const name of ["Share", "Open"]) {
		const button = page.getByRole("button", { name, exact: true });
		await button.focus();
		await page.keyboard.press("Enter");
		const dialog = page.getByRole("dialog");
		await expect(dialog).toBeVisible();
		for (let step = 0; step < 20; step++) {
			await page.keyboard.press("Tab");
			const isOutside = await page.evaluate(
				() => document.activeElement !== document.body && document.activeElement?.closest("dialog") === null,
			);
			expect(isOutside, `${name}, Tab ${step}`).toBe(false);
		}
		await page.keyboard.press("Escape");
		await expect(dialog).toHaveCount(0);
		await expect(button).toBeFocused();
	}
});
