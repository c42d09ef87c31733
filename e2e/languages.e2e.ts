import { fileURLToPath } from "node:url";
import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { Playground } from "./page-objects/playground.ts";
import { clipboardPermissions, collectComplaints, expect, serverUrl, test } from "./page-objects/test.ts";

const { toolchains } = await readCatalogue(fileURLToPath(new URL("../sandbox-images", import.meta.url)));

test("the page offers the ten languages that the server has, each with an interactive example", async ({ playground, request }) => {
	const { languages } = Catalogue.parse(await (await request.get(cataloguePath)).json());
	expect(languages.map(({ name }) => name).sort()).toEqual(
		["Bash", "C", "C++", "Go", "Java", "JavaScript", "Python", "Ruby", "Rust", "TypeScript"].sort(),
	);
	for (const { name, examples } of languages)
		expect(
			examples.some(({ isInteractive }) => isInteractive),
			name,
		).toBe(true);
	await playground.open();
	await expect(playground.language.locator("option")).toHaveText(languages.map(({ name }) => name));
});

test.describe("one after the other, in one page", () => {
	let shared: Playground;
	let complaints: string[];
	test.beforeAll(async ({ browser }) => {
		shared = new Playground(await (await browser.newContext({ baseURL: serverUrl(), permissions: clipboardPermissions })).newPage());
		complaints = collectComplaints(shared.page);
		await shared.open();
	});
	test.afterAll(async () => {
		await shared.page.context().close();
		expect(complaints, "the browser has nothing to complain of").toEqual([]);
	});

	for (const { language, version } of toolchains.filter((it) => !it.isForBrowsers)) {
		test(`${language.name} ${version.version} asks for a name in the terminal and greets`, async () => {
			await shared.language.selectOption({ label: language.name });
			await shared.version.selectOption(version.version);
			await shared.examples.selectOption(String(version.examples.findIndex(({ isInteractive }) => isInteractive)));
			await shared.run.click();
			await expect(shared.output).toContainText("What is your name?", { timeout: 40_000 });
			await shared.page.keyboard.type("Ada");
			await shared.page.keyboard.press("Enter");
			await expect(shared.output).toContainText("Hello, Ada!");
			await shared.expectFinished();
		});
	}

	for (const { language, version } of toolchains.filter((it) => it.language.id === "python")) {
		test(`${language.name} ${version.version} is the version that was picked`, async () => {
			await shared.language.selectOption({ label: language.name });
			await shared.version.selectOption(version.version);
			await shared.runCode("import sys\nprint('This is Python', sys.version)\n", `This is Python ${version.version}.`);
			await shared.expectFinished();
		});
	}
});
