import { baselineTable } from "../protocol/baselines.ts";
import { posturePath } from "../protocol/posture.ts";
import { tierTable } from "../protocol/tiers.ts";
import { findBarriers } from "./page-objects/barriers.ts";
import { firstPostureMs, Lab, madeUpReport } from "./page-objects/lab.ts";
import { expect, test } from "./page-objects/test.ts";

/** The page at /lab, on the real server and what it measured; where that cannot show something, on a document changed on its way. */

const nameOf = (subject: string): string =>
	Object.entries({ ...tierTable, ...baselineTable }).find(([id]) => id === subject)?.[1].name ?? subject;

const lines = ["What was tried", "What happened", "Why"];

test.describe("what this server measured", () => {
	test.describe.configure({ timeout: firstPostureMs + 60_000 });

	test("is all in the matrix: a column for each report, a cell for each attack", async ({ page }) => {
		const lab = new Lab(page);
		await lab.open();
		await expect
			.poll(async () => (await lab.document()).tiers.some(({ state }) => state === "checking"), { timeout: firstPostureMs })
			.toBe(false);
		const withBaselines = async () => (await lab.document()).reports.filter(({ subject }) => subject.startsWith("baseline-")).length;
		await expect.poll(withBaselines, { timeout: firstPostureMs }).toBe(Object.keys(baselineTable).length);
		await page.reload();
		const { reports, tiers } = await lab.document();
		const shown = reports.filter(({ attacks }) => attacks.length > 0);
		expect(shown.length).toBeGreaterThan(0);
		for (const { subject } of shown) await expect(lab.matrix.getByRole("columnheader", { name: nameOf(subject) })).toBeVisible();
		await expect(lab.matrix.getByRole("button")).toHaveCount(shown.reduce((sum, { attacks }) => sum + attacks.length, 0));
		for (const { tier } of tiers) await expect(page.getByRole("heading", { name: tierTable[tier].name })).toBeVisible();
		await expect(page.getByRole("link", { name: "All of it as JSON" })).toHaveAttribute("href", posturePath);
	});

	test("shows a baseline broken, and says that no program can be run in one", async ({ page }) => {
		const lab = new Lab(page);
		await lab.open();
		const broken = lab.cell("Broke", "Read the server's memory", baselineTable["baseline-python-exec"].name);
		await expect(broken).toBeVisible({ timeout: firstPostureMs });
		await broken.click();
		await expect(lab.dialog).toContainText("session_key is made-up");
		await expect(lab.dialog).toContainText("no program of yours");
		await expect(lab.dialog.getByRole("link")).toHaveCount(0);
	});
});

test.describe("the page", () => {
	test.beforeEach(async ({ page }) => {
		const attacks = [{}, { outcome: "broke" as const }, { outcome: "inexpressible" as const }, { row: 1, id: "01-made-up" }];
		await new Lab(page).doctor((document) => ({
			...document,
			tiers: document.tiers.map((tier) =>
				tier.tier === "wasm" ? { ...tier, state: "failed", reason: "It differs.", checkedAtMs: Date.now() } : tier,
			),
			reports: [
				madeUpReport("container", attacks),
				{
					...madeUpReport("wasm", [{ id: "29-made-up-1", title: "Made up 1" }]),
					differences: [{ path: "identity.uid", expected: "1000", found: "0" }],
				},
				madeUpReport("baseline-docker-run", attacks),
				// Columns for more than a phone's width, with cells where nothing was tried.
				...(["kata", "microvm", "deno", "isolate", "browser"] as const).map((tier) => madeUpReport(tier, attacks.slice(0, 1))),
				...(["baseline-deny-list", "baseline-node-vm", "baseline-python-exec"] as const).map((id) => madeUpReport(id, attacks)),
			],
		}));
	});

	test("a cell opens and closes by keyboard, and the focus comes back to it", async ({ page }) => {
		const lab = new Lab(page);
		await lab.open();
		await lab.matrix.getByRole("button").first().focus();
		await expect(lab.cell("Held", "Made up 3", "Container")).toBeFocused();
		await page.keyboard.press("ArrowDown");
		const cell = lab.cell("Held", "Made up 0", "Container");
		await expect(cell).toBeFocused();
		await page.keyboard.press("Enter");
		await expect(lab.dialog).toBeVisible();
		for (const line of lines) await expect(lab.dialog).toContainText(line);
		await page.keyboard.press("Escape");
		await expect(lab.dialog).toBeHidden();
		await expect(cell).toBeFocused();
		await page.keyboard.press("ArrowRight");
		await expect(lab.cell("Held", "Made up 0", "Kata"), "a cell where nothing was tried is stepped over").toBeFocused();
		await page.keyboard.press("Home");
		await expect(cell).toBeFocused();
		await page.keyboard.press("Tab");
		await expect(lab.matrix.locator(":focus"), "the matrix is one stop").toHaveCount(0);
	});

	test("an outcome is told in words too, never by colour alone", async ({ page }) => {
		const lab = new Lab(page);
		await lab.open();
		await lab.cell("Broke", "Made up 1", "docker run").click();
		await expect(lab.dialog).toContainText("Broke in docker run");
		await lab.dialog.getByRole("button", { name: "Close" }).click();
		await lab.cell("Cannot be expressed here", "Made up 2", "Container").click();
		await expect(lab.dialog).toContainText("Cannot be expressed here");
	});

	test("an isolation that failed lists what differs", async ({ page }) => {
		await new Lab(page).open();
		const card = page.getByRole("listitem").filter({ hasText: "WebAssembly" });
		await expect(card).toContainText("Failed");
		await card.getByText("One difference").click();
		await expect(card).toContainText("identity.uid");
		await expect(card).toContainText("expected 1000");
		await expect(card).toContainText("found 0");
	});

	for (const colorScheme of ["light", "dark"] as const) {
		for (const width of [1_440, 390]) {
			test.describe(`${width} px, ${colorScheme}`, () => {
				test.use({ viewport: { width, height: 844 }, colorScheme, reducedMotion: "reduce" });

				test("nothing sticks out, and axe finds nothing serious, with a cell open and without", async ({ page }, testInfo) => {
					const lab = new Lab(page);
					await lab.open();
					const body = await page.screenshot({ fullPage: true, path: testInfo.outputPath("lab.png") });
					await testInfo.attach("lab", { body, contentType: "image/png" });
					expect(await lab.overflow()).toBe(0);
					expect(await findBarriers(page), "closed").toEqual([]);
					await lab.cell("Held", "Made up 0", "Container").click();
					await expect(lab.dialog).toBeVisible();
					expect(await lab.overflow()).toBe(0);
					expect(await findBarriers(page), "open").toEqual([]);
				});
			});
		}
	}
});

test("ATTACKS.md 40: markup, escapes and turned-around text out of a sandbox stay text", async ({ page }) => {
	const lab = new Lab(page);
	const markup = `<img src=x onerror="window.owned=1"><script>window.owned=1</script>`;
	await lab.doctor((document) => ({
		...document,
		tiers: document.tiers.map((tier) => ({ ...tier, reason: markup })),
		reports: [
			{
				...madeUpReport("container", [
					{ title: markup.slice(0, 120), tried: markup, happened: `${markup}\u202e\u001b]52;c;x`, why: markup },
				]),
				problem: markup,
				differences: [{ path: markup.slice(0, 120), expected: markup, found: markup }],
				facts: { [markup.slice(0, 120)]: markup, "javascript:alert(1)": [markup] },
			},
		],
	}));
	await lab.open();
	await lab.matrix.getByRole("button").click();
	await expect(lab.dialog).toContainText(markup);
	await expect(lab.dialog).not.toContainText("\u202e");
	await expect(lab.dialog).not.toContainText("\u001b");
	await expect(page.locator("main img, dialog img, main script, dialog script")).toHaveCount(0);
	expect(await page.evaluate(() => "owned" in window)).toBe(false);
});

test("while nothing is measured the page says so, and shows the results by itself when they are there", async ({ page }) => {
	const lab = new Lab(page);
	let isMeasured = false;
	await lab.doctor((document) => ({ ...document, reports: isMeasured ? [madeUpReport("container", [{}])] : [] }));
	await page.goto("/lab");
	await expect(page.getByText("The walls are being tried right now")).toBeVisible();
	await expect(lab.matrix).toHaveCount(0);
	isMeasured = true;
	await expect(lab.matrix).toBeVisible();
});

test.describe("a server that goes away", () => {
	test.use({ allowedComplaints: /ERR_FAILED|Failed to load resource/ });

	test("is told, what it said stays, and the page finds it again", async ({ page }) => {
		await page.route(`**${posturePath}`, (route) => route.abort());
		await page.goto("/lab");
		await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached" })).toBeVisible();
		await page.unroute(`**${posturePath}`);
		await expect(page.getByRole("heading", { name: "The isolations" })).toBeVisible();
		await expect(page.getByRole("alert").filter({ hasText: "The server cannot be reached" })).toHaveCount(0);
	});
});

test.describe("try it yourself", () => {
	test("opens the program in the editor with the isolation chosen, and runs nothing before one says so", async ({ page, playground }) => {
		const lab = new Lab(page);
		await lab.doctor((document) => ({ ...document, reports: [madeUpReport("container", [{}])] }));
		await lab.open();
		await lab.matrix.getByRole("button").click();
		await lab.dialog.getByRole("link", { name: "Call home" }).click();
		await playground.settle();
		await expect(page.getByText("Press Run to try it in Container.")).toBeVisible();
		await expect(playground.language).toHaveValue("python");
		await expect(page.getByRole("combobox", { name: "Isolation" })).toHaveValue("container");
		await expect(page).toHaveURL("/");
		await playground.expectStatus("Ready.");
		await playground.run.click();
		await expect(playground.output).toContainText("HELD:  cloud metadata: 169.254.169.254:80");
		await playground.expectFinished();
		await expect(playground.output).not.toContainText("BROKE");
	});

	test("offers back what it takes the place of, and a reload brings it no second time", async ({ page, playground }) => {
		await playground.open();
		await playground.write('print("mine")\n');
		await playground.expectKept('print("mine")\n');
		await playground.open("/?try=20-namespaces&tier=container");
		const notice = page.getByText("took the place of your Python files");
		await expect(notice).toBeVisible();
		await page.getByRole("button", { name: "Undo" }).click();
		await playground.expectKept('print("mine")\n');
		await expect(notice).toHaveCount(0);
		await playground.reload();
		await playground.expectKept('print("mine")\n');
	});

	test("an address that names nothing there is changes nothing", async ({ page, playground }) => {
		await playground.open();
		await playground.write('print("mine")\n');
		await playground.expectKept('print("mine")\n');
		await playground.open("/?try=99-nothing&tier=baseline-docker-run");
		await expect(page.getByText("This server has no such attack to open.")).toBeVisible();
		await playground.expectKept('print("mine")\n');
	});
});

test("the playground leads here and back, and does not carry this page's script", async ({ page, playground, context }) => {
	const scripts: Promise<string>[] = [];
	page.on("response", (response) => {
		if (response.request().resourceType() === "script" && !response.url().includes("/monaco/")) scripts.push(response.text());
	});
	await playground.open();
	for (const text of await Promise.all(scripts)) expect(text).not.toContain("Baselines, never on offer");
	expect(scripts.length).toBeGreaterThan(2);
	const [opened] = await Promise.all([context.waitForEvent("page"), page.getByRole("link", { name: "Lab" }).click()]);
	await expect(opened.getByRole("heading", { level: 1 })).toContainText("withstood");
	await opened.getByRole("link", { name: "Back to the playground" }).click();
	await expect(opened.getByRole("button", { name: "Run", exact: true })).toBeVisible();
});
