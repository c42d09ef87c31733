import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";
import { type TierId, tierTable } from "../protocol/tiers.ts";
import { expect, test } from "./page-objects/test.ts";

/** A reader picks where his program runs; the server's own choice is the strongest isolation that passed. */

const seats: readonly { readonly tier: TierId; readonly language: string }[] = [
	{ tier: "container", language: "Python" },
	{ tier: "gvisor", language: "Python" },
	{ tier: "microvm", language: "Python" },
	{ tier: "deno", language: "JavaScript" },
	{ tier: "isolate", language: "JavaScript" },
	{ tier: "wasm", language: "C" },
	{ tier: "browser", language: "Python" },
	{ tier: "browser", language: "JavaScript" },
	{ tier: "browser", language: "C" },
	{ tier: "browser", language: "C++" },
];

for (const { tier, language } of seats) {
	const { name } = tierTable[tier];
	test(`${name} is picked in the page, and an interactive ${language} program runs in it`, async ({ playground, request }) => {
		const { languages } = Catalogue.parse(await (await request.get(cataloguePath)).json());
		await playground.open();
		await playground.language.selectOption({ label: language });
		await playground.isolation.selectOption(tier);
		const picked = await playground.version.inputValue();
		const offered = languages.find((it) => it.name === language);
		const examples = offered?.versions.find(({ version }) => version === picked)?.examples ?? offered?.examples ?? [];
		await playground.examples.selectOption(String(examples.findIndex(({ isInteractive }) => isInteractive)));
		await playground.run.click();
		await expect(playground.output).toContainText("What is your name?", { timeout: 60_000 });
		await expect(playground.status).toContainText(`Isolation${name}`);
		await playground.answer("Ada");
		await expect(playground.output).toContainText("Hello, Ada!");
		await playground.expectFinished();
	});
}

test("without a choice the program runs in gVisor, the strongest that passed, and the page says so before and after", async ({
	playground,
}) => {
	await playground.open();
	await expect(playground.isolation.locator("option:checked")).toHaveText("Auto: gVisor");
	await playground.runCode('print("where am I?")\n', "where am I?");
	await playground.expectFinished();
	await expect(playground.status).toContainText("IsolationgVisor");
});

test("a choice outlives a reload, and a version that does not run there gives it back", async ({ playground }) => {
	await playground.open();
	await playground.language.selectOption({ label: "JavaScript" });
	await playground.isolation.selectOption("deno");
	await expect(playground.version.locator("option:checked")).toContainText("Deno");
	// The choice is kept a moment after it was made.
	await expect.poll(() => playground.page.evaluate(() => sessionStorage.getItem("sandglass.work"))).toContain('"deno"');
	await playground.reload();
	await expect(playground.isolation).toHaveValue("deno");
	const [node] = await playground.version.locator("option").all();
	await playground.version.selectOption((await node?.getAttribute("value")) ?? "");
	await expect(playground.isolation).toHaveValue("");
});

test("a Worker waits for requests, and the box under the terminal sends it some and shows its answers", async ({ playground, page }) => {
	await playground.open();
	await playground.language.selectOption({ label: "JavaScript" });
	await playground.isolation.selectOption("isolate");
	await playground.examples.selectOption({ label: "A Worker that answers requests" });
	await playground.run.click();
	const box = page.getByRole("region", { name: "Requests to the Worker" });
	await box.getByRole("textbox", { name: "Path" }).fill("/visits");
	await box.getByRole("button", { name: "Send" }).click();
	await expect(box).toContainText("200");
	await expect(box).toContainText('{"visits":1');
	await box.getByRole("textbox", { name: "Path" }).fill("/away");
	await box.getByRole("button", { name: "Send" }).click();
	await expect(box).toContainText("The Worker threw");
	await playground.stop.click();
	await playground.expectStatus("Stopped");
	await expect(box.getByRole("button", { name: "Send" })).toBeDisabled();
});
