import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionsError, parseOptions } from "./options.ts";

test("without a word the soak takes half an hour, with a seed of its own, and asks for every tier of a server", () => {
	assert.deepEqual(parseOptions([], 7), {
		minutes: 30,
		seed: 7,
		people: 12,
		tiers: ["container", "gvisor", "microvm", "deno", "isolate", "wasm"],
	});
});

test("minutes, seed, people and tiers are taken as they are given", () => {
	assert.deepEqual(parseOptions(["--minutes=3", "--seed=0", "--people=8", "--tiers=gvisor,container"], 7), {
		minutes: 3,
		seed: 0,
		people: 8,
		tiers: ["gvisor", "container"],
	});
});

test("a word that is no option, a bound that is passed and a tier that no server has are refused rather than ignored", () => {
	for (const word of ["--fast", "--minutes=0", "--minutes=", "--minutes=x", "--seed=-1", "--seed=1.5", "--people=1000", "--tiers=browser"])
		assert.throws(() => parseOptions([word], 7), OptionsError, word);
});
