import { findBarriers } from "./page-objects/barriers.ts";
import { expect, test } from "./page-objects/test.ts";

/** Where a run's time went, from the status bar: reached by keys, read by everybody, in both themes and on a phone. */

const rooms = [
	{ name: "a desk", viewport: { width: 1_440, height: 900 } },
	{ name: "a phone", viewport: { width: 390, height: 844 } },
];

for (const colorScheme of ["light", "dark"] as const) {
	for (const { name, viewport } of rooms) {
		test.describe(`${colorScheme}, on ${name}`, () => {
			test.use({ colorScheme, viewport });

			test("after a run its time opens into the stages, and closes again to where the reader was", async ({
				playground,
				page,
			}, testInfo) => {
				await playground.open();
				await expect(page.getByRole("button", { name: "where the time went" })).toHaveCount(0);
				await playground.runCode('import time\ntime.sleep(0.2)\nprint("late")\ntime.sleep(0.1)\n', "late");
				await playground.expectFinished();
				const button = page.getByRole("button", { name: "where the time went" });
				await button.focus();
				await page.keyboard.press("Enter");
				const panel = page.getByRole("dialog", { name: "Where the time went" });
				await expect(panel).toBeFocused();
				for (const stage of ["Queue", "Claim", "Start", "Run"]) await expect(panel.getByRole("rowheader", { name: stage })).toBeVisible();
				await expect(panel.getByRole("rowheader", { name: "Compile" })).toHaveCount(0);
				const start = await panel
					.getByRole("row", { name: /^Start/ })
					.getByRole("cell")
					.innerText();
				const waitedMs = Number.parseFloat(start) * (start.trim().endsWith(" s") ? 1_000 : 1);
				expect(waitedMs, `until its first output: ${start}`).toBeGreaterThanOrEqual(200);
				const box = await panel.boundingBox();
				expect(box).not.toBeNull();
				if (box !== null) {
					expect(box.x).toBeGreaterThanOrEqual(0);
					expect(box.y).toBeGreaterThanOrEqual(0);
					expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
					expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
				}
				await testInfo.attach("open", { body: await page.screenshot({ path: testInfo.outputPath("open.png") }), contentType: "image/png" });
				expect(await findBarriers(page), "open").toEqual([]);
				await page.keyboard.press("Escape");
				await expect(panel).toBeHidden();
				await expect(button).toBeFocused();
			});
		});
	}
}

test("a language that compiles shows that stage, and the next run takes the old figures away", async ({ playground, page }) => {
	await playground.open();
	await playground.language.selectOption("c");
	await playground.runCode('#include <stdio.h>\nint main(void) {\n\tputs("made");\n\treturn 0;\n}\n', "made");
	await playground.expectFinished();
	await page.getByRole("button", { name: "where the time went" }).click();
	const panel = page.getByRole("dialog", { name: "Where the time went" });
	await expect(panel.getByRole("rowheader", { name: "Compile" })).toBeVisible();
	await page.keyboard.press("Escape");
	await playground.runCode("#include <stdio.h>\nint main(void) {\n\tgetchar();\n}\n");
	await playground.expectStatus("Running");
	await expect(page.getByRole("button", { name: "where the time went" })).toHaveCount(0);
});
