import assert from "node:assert/strict";
import test from "node:test";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";
import { findVersion } from "./nearest-version.ts";

function offering(...versions: readonly [name: string, tier: TierId, isReady?: boolean][]): CatalogueLanguage {
	return {
		id: "x",
		name: "X",
		monacoId: "x",
		aliases: [],
		fileName: "main.x",
		versions: versions.map(([version, tier, isReady = true]) => ({ version, title: version, tiers: [tier], isReady })),
		examples: [{ title: "x", fileName: "main.x", content: "x", isInteractive: false }],
		memoryBytes: 1,
		hasCompileStep: false,
	};
}

const nearest = (language: CatalogueLanguage, wanted: string, tier?: TierId): string | undefined =>
	findVersion(language, wanted, tier)?.version.version;

test("a version that is still offered is taken, and said to be the same", () => {
	const found = findVersion(offering(["3.13", "container"], ["3.11", "container"]), "3.11", undefined);
	assert.deepEqual([found?.version.version, found?.isExact], ["3.11", true]);
});

test("else the nearest by number: the first place that differs weighs most, and the newer wins a tie", () => {
	const language = offering(["4.0", "container"], ["3.13", "container"], ["3.9", "container"], ["2.7", "container"]);
	assert.equal(nearest(language, "3.10"), "3.9");
	assert.equal(nearest(language, "3.11"), "3.13");
	assert.equal(nearest(language, "3.99"), "3.13");
	assert.equal(nearest(language, "2"), "2.7");
	assert.equal(findVersion(language, "3.10", undefined)?.isExact, false);
});

test("another kind of runtime comes last, and one in the same isolation first", () => {
	const language = offering(["20.19", "container"], ["deno-2.9", "deno"], ["quickjs-wasi-2025-04", "wasm"]);
	assert.equal(nearest(language, "deno-2.1", "deno"), "deno-2.9");
	assert.equal(nearest(language, "18.1", "container"), "20.19");
	assert.equal(nearest(language, "workers-2026", "deno"), "deno-2.9");
});

test("what is still being set up gives way to what is ready", () => {
	assert.equal(nearest(offering(["3.12", "container", false], ["3.9", "container"]), "3.11"), "3.9");
});

test("a name that is no version at all still finds one", () => {
	for (const wanted of ["", "latest", "<script>", "9".repeat(40), "…"]) {
		assert.equal(nearest(offering(["3.13", "container"]), wanted), "3.13", wanted);
	}
});
