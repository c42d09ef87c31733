import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import semver from "semver";
import { type LanguageCatalogue, readCatalogue } from "../../languages/catalogue.ts";
import type { RunnerStatus } from "../../runner/door-protocol.ts";
import { Runtimes } from "./runtimes.ts";

let catalogue: LanguageCatalogue;
let runtimes: Runtimes;

before(async () => {
	catalogue = await readCatalogue(fileURLToPath(new URL("../../../sandbox-images", import.meta.url)));
	runtimes = new Runtimes(catalogue);
});

/** Every version has its image in the first of its tiers, but those named. */
function statusWithout(...missing: string[]): RunnerStatus {
	const languages = catalogue.toolchains.flatMap(({ key, language, version, tiers: [tier] }) =>
		tier === undefined
			? []
			: [{ language: language.id, version: version.version, tier, isReady: !missing.includes(key), idle: 0, starting: 0 }],
	);
	return { engine: "up", tiers: [], leases: 0, maxLeases: 1, capacity: 1, bottleneck: "ceiling", languages };
}

const versionOf = (language: string, range: string): string | undefined =>
	runtimes.find(language, range, statusWithout())?.toolchain.version.version;

test("each runtime has a version that semver reads, and no name stands for two languages", () => {
	const described = runtimes.describe(statusWithout());
	assert.equal(described.length, catalogue.toolchains.filter((it) => !it.isForBrowsers).length);
	const languageOf = new Map<string, string>();
	for (const { language, version, aliases } of described) {
		assert.ok(semver.valid(version), `${language} ${version}`);
		for (const name of [language, ...aliases]) {
			assert.equal(languageOf.get(name) ?? language, language, name);
			languageOf.set(name, language);
		}
	}
});

test("a client that takes the highest version of a language gets the language's usual implementation", () => {
	for (const { id } of catalogue.languages) {
		const versions = runtimes.describe(statusWithout()).filter(({ language }) => language === id);
		assert.ok(versions.length > 0, id);
		assert.ok(
			versions.every(({ runtime }) => runtime === undefined),
			id,
		);
	}
	const deno = runtimes.describe(statusWithout()).find(({ runtime, language }) => runtime === "deno" && language === "deno-javascript");
	assert.deepEqual(deno, { language: "deno-javascript", version: "2.9.0", aliases: ["deno-js"], runtime: "deno" });
});

test("what has no image is not among the runtimes", () => {
	const left = runtimes.describe(statusWithout("python@3.13"));
	assert.deepEqual(
		left.filter(({ language }) => language === "python").map(({ version }) => version),
		["3.11.0"],
	);
});

test("ranges, exact versions, aliases and extensions find what they mean", () => {
	assert.equal(versionOf("python", "*"), "3.13");
	assert.equal(versionOf("py", "3.x"), "3.13");
	assert.equal(versionOf("python", "3.11"), "3.11");
	assert.equal(versionOf("python", "3.11.0"), "3.11");
	assert.equal(versionOf("python", ">=3.9 <3.12"), "3.11");
	assert.equal(versionOf("rs", "^1.50.0"), "1.85");
	assert.equal(versionOf("JS", "20.x"), "20.19");
	assert.equal(versionOf("deno-ts", "*"), "deno-2.9");
	assert.equal(versionOf("javascript", "deno-2.9"), "deno-2.9");
	assert.equal(versionOf("workers-javascript", "2026.x"), "workers-2026-11-17");
});

test("what is not there is not found: another number, no range at all, an unknown language", () => {
	for (const [language, range] of [
		["python", "2.x"],
		["python", "3.10.0"],
		["python", "newest"],
		["cobol", "*"],
		["javascript", "2026.x"],
	] as const)
		assert.equal(versionOf(language, range), undefined, `${language} ${range}`);
});

test("the star takes the first version whose image is there", () => {
	assert.equal(runtimes.find("python", "*", statusWithout("python@3.13"))?.toolchain.version.version, "3.11");
});
