import { Playground } from "./page-objects/playground.ts";
import { expect, test } from "./page-objects/test.ts";

/** Several files, and that nothing which was written is lost. */

test("files are added, renamed, deleted and brought back", async ({ playground, page }) => {
	await playground.open();
	await playground.write("print(1)\n");
	await playground.addFile("notes.txt", "dunes\n");
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Rename notes.txt" }).click();
	await page.getByRole("textbox", { name: "Rename notes.txt" }).fill("data/words.txt");
	await page.keyboard.press("Enter");
	await expect(playground.tab("data/words.txt")).toBeFocused();
	await page.getByRole("button", { name: "Delete data/words.txt" }).click();
	await expect(playground.tab("data/words.txt")).toHaveCount(0);
	await page.getByRole("button", { name: "Undo" }).click();
	await expect(playground.tab("data/words.txt")).toHaveAttribute("aria-selected", "true");
	await playground.expectKept("dunes\n");
	await playground.tab("main.py").click();
	await playground.runCode('print(open("data/words.txt").read().upper())\n', "DUNES");
	await playground.expectFinished();
});

test("tabs are reached with the arrow keys, F2 renames, Delete deletes", async ({ playground, page }) => {
	await playground.open();
	await playground.addFile("second.py", "x = 2\n");
	await playground.tab("second.py").focus();
	await page.keyboard.press("ArrowLeft");
	await expect(playground.tab("main.py")).toBeFocused();
	await page.keyboard.press("End");
	await page.keyboard.press("F2");
	await page.keyboard.type("third");
	await page.keyboard.press("Enter");
	await expect(playground.tab("third.py")).toBeFocused();
	await page.keyboard.press("Delete");
	await expect(playground.tab("third.py")).toHaveCount(0);
	await expect(playground.tab("main.py")).toBeVisible();
});

test("the keyboard stays where the reader put it after a file was added, on a device that draws late too", async ({ playground, page }) => {
	await playground.open();
	await page.getByRole("button", { name: "Add a file" }).click();
	await page.getByRole("textbox", { name: "New file" }).fill("notes.txt");
	const release = await page.evaluateHandle(() => {
		const draw = window.requestAnimationFrame;
		const waiting: FrameRequestCallback[] = [];
		window.requestAnimationFrame = (callback) => waiting.push(callback);
		return () => {
			window.requestAnimationFrame = draw;
			for (const callback of waiting) callback(performance.now());
		};
	});
	await page.keyboard.press("Enter");
	await expect(playground.tab("notes.txt")).toHaveAttribute("aria-selected", "true");
	await playground.editor.focus();
	await release.evaluate((it) => it());
	await expect(playground.editor).toBeFocused();
	await page.keyboard.insertText("dunes");
	await playground.expectKept("dunes");
});

test("a module is imported from another file", async ({ playground }) => {
	await playground.open();
	await playground.addFile("dune.py", "def height(): return 42\n");
	await playground.tab("main.py").click();
	await playground.runCode("import dune\nprint('height', dune.height())\n", "height 42");
	await playground.expectFinished();
});

test("a C program of two sources and a header is built", async ({ playground }) => {
	await playground.open();
	await playground.language.selectOption({ label: "C" });
	await playground.addFile("grains.h", "int grains(void);\n");
	await playground.addFile("grains.c", '#include "grains.h"\nint grains(void) { return 7; }\n');
	await playground.tab("main.c").click();
	await playground.runCode('#include <stdio.h>\n#include "grains.h"\nint main(void) { printf("%d grains\\n", grains()); }\n', "7 grains");
	await playground.expectFinished();
});

test("a name that cannot be used is refused in place, with the reason (ATTACKS.md 17)", async ({ playground, page }) => {
	await playground.open();
	await page.getByRole("button", { name: "Add a file" }).click();
	const field = page.getByRole("textbox", { name: "New file" });
	const problem = page.locator("form").getByRole("alert");
	for (const name of ["../x", "/etc/passwd", "a/./b", "back\\slash", "bell\u0007", "", "x".repeat(201)]) {
		await field.fill(name);
		await page.keyboard.press("Enter");
		await expect(problem, JSON.stringify(name)).toContainText("file name cannot be used");
		await expect(field).toHaveAttribute("aria-invalid", "true");
	}
	for (const name of ["MAIN.py", "main.py", "main.py/inside"]) {
		await field.fill(name);
		await page.keyboard.press("Enter");
		await expect(problem, name).toContainText("cannot be told apart");
	}
	await page.keyboard.press("Escape");
	await expect(page.getByRole("tab")).toHaveCount(1);
});

test("a name that is markup is shown as text (ATTACKS.md 40)", async ({ playground, page }) => {
	await playground.open();
	await playground.addFile("<img src=x onerror=alert(1)>.txt", "<script>alert(2)</script>");
	await expect(page.locator("[role=tab] img")).toHaveCount(0);
	await playground.tab("main.py").click();
	await playground.runCode("import os\nprint(os.listdir())\nprint('<img src=x onerror=alert(3)>')\n", "<img src=x onerror=alert(3)>");
	await expect(playground.terminal.locator("img")).toHaveCount(0);
});

test("work is kept over a reload", async ({ playground, page }) => {
	await playground.open();
	await playground.language.selectOption({ label: "Ruby" });
	await playground.write('puts "kept"\n');
	await playground.addFile("other.rb", "# other\n");
	await playground.arguments.fill("one two");
	await page.reload();
	await playground.settle();
	await expect(playground.language).toHaveValue("ruby");
	await expect(playground.tab("other.rb")).toHaveAttribute("aria-selected", "true");
	await expect(playground.arguments).toHaveValue("one two");
	await playground.tab("main.rb").click();
	await expect(page.locator(".view-lines")).toContainText('puts "kept"');
});

test("work is kept even when the page goes right after a key", async ({ playground, page }) => {
	await playground.open();
	await playground.write("# \n");
	await playground.editor.focus();
	await page.keyboard.press("Control+Home");
	await page.keyboard.press("End");
	await page.keyboard.type("z");
	await page.reload();
	await playground.settle();
	await playground.expectKept("# z\n");
});

test("two tabs of one visitor do not trample each other", async ({ playground, context }) => {
	await playground.open();
	await playground.write('print("first tab")\n');
	const second = new Playground(await context.newPage());
	await second.open();
	await second.write('print("second tab")\n');
	await playground.reload();
	await second.reload();
	for (const [tab, words] of [
		[playground, "first tab"],
		[second, "second tab"],
	] as const) {
		await tab.page.bringToFront();
		await tab.run.click();
		await expect(tab.output).toContainText(words);
		await tab.expectFinished();
	}
});

test("each language keeps its own text", async ({ playground, page }) => {
	await playground.open();
	await playground.write('print("mine")\n');
	await playground.language.selectOption({ label: "Go" });
	await expect(playground.tab("main.go")).toBeVisible();
	await expect(page.locator(".view-lines")).toContainText("package main");
	await playground.language.selectOption({ label: "Python" });
	await expect(page.locator(".view-lines")).toContainText('print("mine")');
	await playground.expectKept('print("mine")\n');
});

test("an example takes the place of the text and gives it back", async ({ playground, page }) => {
	await playground.open();
	await playground.write("# precious\n");
	await playground.examples.selectOption({ index: 1 });
	await expect(page.locator(".view-lines")).not.toContainText("precious");
	await page.getByRole("button", { name: "Undo" }).click();
	await expect(page.locator(".view-lines")).toContainText("precious");
	await playground.expectKept("# precious\n");
});

test("arguments reach the program as they were quoted", async ({ playground }) => {
	await playground.open();
	await playground.arguments.fill(`plain "two words" 'it''s' "" \\" ünï $HOME *`);
	await playground.runCode("import sys\nprint(sys.argv[1:])\n", "['plain', 'two words', 'its', '', '\"', 'ünï', '$HOME', '*']");
	await playground.expectFinished();
	await playground.arguments.fill('"open');
	await playground.run.click();
	await playground.expectStatus('have a " that is not closed');
});

test("a paste of 10 MB is refused kindly, and the text is kept", async ({ playground, page }) => {
	await playground.open();
	await playground.write("print('small')\n");
	await playground.editor.focus();
	await playground.paste("x".repeat(10_000_000));
	await expect(page.getByText("That paste is 9.5 MiB; a program may have 256 KiB in all. Nothing was changed.")).toBeVisible();
	await playground.expectKept("print('small')\n");
	await playground.run.click();
	await expect(playground.output).toContainText("small");
	await playground.expectFinished();
});

test.describe("in the plain text area", () => {
	test.use({ viewport: { width: 390, height: 844 } });

	test("half a character is refused kindly, and the text is kept", async ({ playground, page }) => {
		await playground.open();
		await playground.editor.fill("print('half')\n#");
		await playground.editor.focus();
		await page.keyboard.press("Control+End");
		await page.evaluate(() => document.execCommand("insertText", false, "\ud83d"));
		await playground.run.click();
		await playground.expectStatus("A file holds characters that are not valid text (main.py).");
		await expect(playground.editor).toHaveValue(/^print\('half'\)/);
		await playground.expectRunWorks();
	});
});
