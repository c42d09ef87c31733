import { expect, test } from "./page-objects/test.ts";
test("smoke", async ({ playground, page }) => {
	await playground.open();
	await playground.runCode('print("hello")\n', "hello");
	await playground.expectFinished();
	await page.screenshot({ path: "test-results/s0.png" });
	await page.getByRole("button", { name: "Share", exact: true }).click();
	await expect(page.getByRole("dialog")).toBeVisible();
	await page.screenshot({ path: "test-results/s1.png" });
	await page.getByRole("tab", { name: "Embed" }).click();
	await page.screenshot({ path: "test-results/s2.png" });
});
