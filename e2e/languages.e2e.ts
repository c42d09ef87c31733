import { fileURLToPath } from "node:url";
import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { expect, test } from "./page-objects/test.ts";

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

for (const { language, version } of toolchains) {
	test(`${language.name} ${version.version} asks for a name in the terminal and greets`, async ({ playground }) => {
		await playground.open();
		await playground.language.selectOption({ label: language.name });
		await playground.version.selectOption(version.version);
		await playground.examples.selectOption(String(language.examples.findIndex(({ isInteractive }) => isInteractive)));
		await playground.run.click();
		await expect(playground.output).toContainText("What is your name?", { timeout: 40_000 });
		await playground.page.keyboard.type("Ada");
		await playground.page.keyboard.press("Enter");
		await expect(playground.output).toContainText("Hello, Ada!");
		await playground.expectFinished();
	});
}

for (const { language, version } of toolchains.filter((it) => it.language.id === "python")) {
	test(`${language.name} ${version.version} is the version that was picked`, async ({ playground }) => {
		await playground.open();
		await playground.version.selectOption(version.version);
		await playground.runCode("import sys\nprint('This is Python', sys.version)\n", `This is Python ${version.version}.`);
		await playground.expectFinished();
	});
}
