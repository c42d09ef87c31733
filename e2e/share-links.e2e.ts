import { deflateRawSync } from "node:zlib";
import { Playground } from "./page-objects/playground.ts";
import { code, Sharing } from "./page-objects/sharing.ts";
import { clipboardPermissions, expect, serverUrl, test } from "./page-objects/test.ts";

/** Links that hold the program, that lead nowhere, and that strangers made: they are opened, and never run by themselves. */

const fragmentOf = (draft: unknown): string => `/#code=${deflateRawSync(JSON.stringify(draft)).toString("base64url")}`;

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
