import type { BrowserContext } from "playwright/test";
import { test } from "./page-objects/cable.ts";
import { bootMs, openHere, runHere } from "./page-objects/in-this-browser.ts";
import { clipboardPermissions, Playground } from "./page-objects/playground.ts";
import { connectionComplaints, expect } from "./page-objects/test.ts";
import { type ServerProcess, startSandglass } from "./server-process.ts";

/** The server is gone, or full: the reader is told, and offered this browser. */

test.setTimeout(300_000);
test.use({ allowedComplaints: connectionComplaints });

const unreachable = "The server cannot be reached.";
const offer = "Run in this browser instead";

/** In words that Node and this browser's interpreter share. */
const readlineCode = `const readline = require("node:readline").createInterface({ input: process.stdin, output: process.stdout });
readline.question("who? ", (name) => {
	console.log("hello", name);
	readline.close();
});
`;
const greetings = {
	Python: { fetched: 'print("fetched")\n', code: 'print("hello", input("who? "))\n' },
	JavaScript: { fetched: 'console.log("fetched");\n', code: readlineCode },
} as const;

for (const language of ["Python", "JavaScript"] as const) {
	test(`without the server a ${language} program that waits for it runs here, labelled, and later there again`, async ({
		playground,
		page,
		cable,
	}) => {
		const { fetched, code } = greetings[language];
		await openHere(playground, language, cable.url);
		await runHere(playground, fetched, "fetched");
		await playground.isolation.selectOption("container");
		await playground.write(code);
		cable.cut();
		await playground.run.click();
		await playground.expectStatus("Connection lost; it starts when the server is back.");
		const banner = page.getByRole("alert").filter({ hasText: unreachable });
		await banner.getByRole("button", { name: offer }).click();
		await playground.expectStatus("in this browser …");
		await expect(playground.output).toContainText("who?", { timeout: bootMs });
		await playground.answer("Ada");
		await expect(playground.output).toContainText("hello Ada");
		await playground.expectFinished();
		await playground.expectStatus("IsolationThis browser");
		await expect(playground.isolation).toHaveValue("browser");
		// It is told and goes on, but there is nothing more to offer.
		await expect(banner).toBeVisible();
		await expect(banner.getByRole("button")).toHaveCount(0);

		cable.mend();
		await expect(banner).toHaveCount(0, { timeout: 30_000 });
		await playground.isolation.selectOption("container");
		await playground.run.click();
		await expect(playground.output).toContainText("who?", { timeout: bootMs });
		await playground.answer("Bea");
		await expect(playground.output).toContainText("hello Bea");
		await playground.expectFinished();
		await playground.expectStatus("IsolationContainer");
	});
}

test("what was never fetched cannot run without the server: the page says so, and it can once the server is back", async ({
	playground,
	page,
	cable,
}) => {
	await playground.open(cable.url);
	await playground.write(greetings.Python.code);
	cable.cut();
	await page.getByRole("alert").filter({ hasText: unreachable }).getByRole("button", { name: offer }).click();
	await playground.expectStatus("could not be fetched from the server, and this browser has kept none from an earlier run");
	await playground.expectStatus("Nothing you wrote is gone");
	cable.mend();
	await expect(page.getByRole("alert").filter({ hasText: unreachable })).toHaveCount(0, { timeout: 30_000 });
	await playground.run.click();
	await expect(playground.output).toContainText("who?", { timeout: bootMs });
	await playground.answer("Ada");
	await expect(playground.output).toContainText("hello Ada");
	await playground.expectFinished();
});

test("a program that ran on the server when it went is left for one here, and its output never mixes in", async ({
	playground,
	page,
	cable,
}) => {
	await openHere(playground, "Python", cable.url);
	await runHere(playground, greetings.Python.fetched, "fetched");
	await playground.isolation.selectOption("container");
	await playground.runCode('import time\nfor n in range(2_000):\n    print("old", n, flush=True)\n    time.sleep(0.01)\n', "old 20");
	cable.cut();
	await playground.write('for _ in range(3): print("new", input("? "))\n');
	await page.getByRole("alert").filter({ hasText: unreachable }).getByRole("button", { name: offer }).click();
	await expect(playground.output).toContainText("?", { timeout: bootMs });
	await playground.answer("a");
	await expect(playground.output).toContainText("new a");
	cable.mend();
	await expect(page.getByRole("alert").filter({ hasText: unreachable })).toHaveCount(0, { timeout: 30_000 });
	await playground.answer("b");
	await expect(playground.output).toContainText("new b");
	await playground.answer("c");
	await playground.expectFinished();
	await expect(playground.output).not.toContainText("old");
	await playground.isolation.selectOption("container");
	await playground.runCode('print("there", input("? "))\n', "?");
	await playground.answer("again");
	await expect(playground.output).toContainText("there again");
	await playground.expectFinished();
});

test.describe("on a phone", () => {
	test.use({ viewport: { width: 390, height: 844 } });
	for (const colorScheme of ["light", "dark"] as const) {
		test.describe(colorScheme, () => {
			test.use({ colorScheme });
			test("the offer and the label are in sight", async ({ playground, page, cable }, testInfo) => {
				const picture = async (name: string) =>
					testInfo.attach(name, { body: await page.screenshot({ path: testInfo.outputPath(`${name}.png`) }), contentType: "image/png" });
				const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
				await openHere(playground, "Python", cable.url);
				await runHere(playground, greetings.Python.fetched, "fetched");
				await playground.isolation.selectOption("container");
				await playground.write(greetings.Python.code);
				cable.cut();
				await playground.run.click();
				const button = page.getByRole("button", { name: offer });
				await expect(button).toBeInViewport();
				await expect(playground.status).toBeInViewport();
				expect(await overflow()).toBe(0);
				await picture("offer");
				await button.click();
				await expect(playground.output).toContainText("who?", { timeout: bootMs });
				await playground.answer("Ada");
				await playground.expectFinished();
				await expect(playground.status.getByText("This browser")).toBeInViewport();
				expect(await overflow()).toBe(0);
				await picture("ran-here");
			});
		});
	}
});

test.describe("a full server", () => {
	let server: ServerProcess;
	const contexts: BrowserContext[] = [];

	test.beforeAll(async () => {
		test.setTimeout(600_000);
		server = await startSandglass({
			env: { SANDGLASS_MAX_LEASES: "1", SANDGLASS_POOL_CEILING: "2", SANDGLASS_QUEUE_LENGTH: "1", SANDGLASS_IDLE_WALL_MS: "250000" },
			tiers: ["container", "browser"],
		});
	});
	test.afterAll(async () => {
		for (const context of contexts) await context.close();
		await server.stop();
	});

	test("says so to who waits and to who is refused, and offers both this browser", async ({ playground, page, browser }, testInfo) => {
		const visitor = async (): Promise<Playground> => {
			const context = await browser.newContext({ permissions: clipboardPermissions });
			contexts.push(context);
			const another = new Playground(await context.newPage());
			await another.open(server.url);
			return another;
		};
		const holder = await visitor();
		await holder.write('while True: input("mine ")\n');
		await holder.run.click();
		await expect(holder.output).toContainText("mine");
		const waiter = await visitor();
		await waiter.write(greetings.Python.code);
		await waiter.run.click();
		await waiter.expectStatus("Waiting: you are next");

		await playground.open(server.url);
		await playground.write(greetings.Python.code);
		await playground.run.click();
		await playground.expectStatus(/The server is full\. Try again in (a few seconds|about \d+ (s|min))\./);
		const refused = page.getByRole("alert").filter({ hasText: "The server did not run this program." });
		await expect(refused).toBeVisible();
		await testInfo.attach("full", { body: await page.screenshot({ path: testInfo.outputPath("full.png") }), contentType: "image/png" });
		await refused.getByRole("button", { name: offer }).click();
		await expect(playground.output).toContainText("who?", { timeout: bootMs });
		await playground.answer("Ada");
		await expect(playground.output).toContainText("hello Ada");
		await playground.expectFinished();
		await playground.expectStatus("IsolationThis browser");

		const waiting = waiter.page.getByRole("alert").filter({ hasText: "The server is busy with other readers' programs." });
		await waiter.page.bringToFront();
		await waiting.getByRole("button", { name: offer }).click();
		await expect(waiter.output).toContainText("who?", { timeout: bootMs });
		await waiter.answer("Bea");
		await expect(waiter.output).toContainText("hello Bea");
		await waiter.expectFinished();
		await waiter.expectStatus("IsolationThis browser");
	});
});
