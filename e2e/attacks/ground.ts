import { test } from "node:test";
import type { Arena } from "./arena.ts";
import type { SandboxTier } from "./tiers.ts";

/** One attack; node:test's own, or somebody who only counts (accounting.test.ts). */
export type TestMaker = (title: string, work: () => Promise<void>) => void;

/** Where the tests of one tier are made. */
export interface Ground<Tier extends SandboxTier = SandboxTier> {
	readonly arena: Arena;
	readonly tier: Tier;
	readonly test: TestMaker;
}

export const nodeTest: TestMaker = (title, work) => void test(title, work);
