import { readFile } from "node:fs/promises";
import { strToU8, unzipSync, zipSync } from "fflate";
import { code, Sharing } from "./page-objects/sharing.ts";
import { expect, test } from "./page-objects/test.ts";

/** Zips and files, on their way out of the page and back in; what strangers put into them is opened, and never run by itself. */

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
