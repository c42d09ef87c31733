import assert from "node:assert/strict";
import { test } from "node:test";
import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";
import { automaticTier, browserPick, pickTier, pickVersion, settlePick, tiersOf } from "./tier-choice.ts";

const tier = (id: TierId, state: CatalogueTier["state"] = "offered"): CatalogueTier => ({
	tier: id,
	name: id,
	sentence: id,
	state,
	reason: null,
});
const version = (name: string, ...tiers: TierId[]): CatalogueVersion => ({ version: name, title: name, tiers, isReady: true });

const node = version("20", "gvisor", "container");
const deno = version("deno-2", "deno");
const language: CatalogueLanguage = {
	id: "javascript",
	name: "JavaScript",
	monacoId: "javascript",
	aliases: [],
	fileName: "main.js",
	versions: [node, deno],
	examples: [{ title: "x", fileName: "main.js", content: "", isInteractive: false }],
	memoryBytes: 1,
	hasCompileStep: false,
};
const tiers = [tier("gvisor", "failed"), tier("microvm"), tier("container"), tier("deno")];

test("the isolations of a language are those in which one of its versions runs, in the operator's order", () => {
	assert.deepEqual(
		tiersOf(language, tiers).map((it) => it.tier),
		["gvisor", "container", "deno"],
	);
});

test("without a choice it is the first isolation that is offered and runs the version, or none", () => {
	assert.equal(automaticTier(node, tiers)?.tier, "container");
	assert.equal(automaticTier(deno, tiers)?.tier, "deno");
	assert.equal(automaticTier(node, [tier("gvisor", "failed"), tier("container", "checking")]), null);
});

test("an isolation that the version does not run in brings the version that does", () => {
	assert.deepEqual(pickTier(language, node, "deno"), { version: deno, tier: "deno" });
	assert.deepEqual(pickTier(language, node, "container"), { version: node, tier: "container" });
	assert.deepEqual(pickTier(language, deno, null), { version: deno, tier: null });
});

test("a version that does not run in the isolation gives the choice back to the server", () => {
	assert.deepEqual(pickVersion(deno, "container", tiers), { version: deno, tier: null });
	assert.deepEqual(pickVersion(node, "container", tiers), { version: node, tier: "container" });
	assert.deepEqual(pickVersion(node, "gvisor", tiers), { version: node, tier: null });
});

test("what was stored and is gone is forgotten", () => {
	assert.deepEqual(settlePick(language, "18", "browser"), { version: node, tier: null });
	assert.deepEqual(settlePick(language, "deno-2", "deno"), { version: deno, tier: "deno" });
	assert.deepEqual(settlePick(language, "deno-2", "container"), { version: deno, tier: null });
});

test("a version that a server compiles for this browser is no way on without the server, and no choice of the server's", () => {
	const compiled = version("clang", "wasm", "browser");
	const all = [tier("wasm", "failed"), tier("browser")];
	assert.equal(browserPick({ ...language, versions: [compiled] }, all), null);
	assert.equal(automaticTier(compiled, all), null);
	const interpreted = version("quickjs", "browser");
	assert.deepEqual(browserPick({ ...language, versions: [compiled, interpreted] }, all), { version: interpreted, tier: "browser" });
	assert.equal(automaticTier(interpreted, all)?.tier, "browser");
});
