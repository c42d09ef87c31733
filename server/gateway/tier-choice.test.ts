import assert from "node:assert/strict";
import { test } from "node:test";
import { type ServerTierId, serverTierIds, type TierState } from "../../protocol/tiers.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { makeCatalogue } from "./testing/fixture.ts";
import { chooseTier } from "./tier-choice.ts";

const catalogue = await makeCatalogue();

/** A runner on which those tiers stand so, in that order, with every image there. */
function statusOf(tiers: Partial<Record<ServerTierId, TierState>>, isReady = true): RunnerStatus {
	const order = [...new Set([...Object.keys(tiers), ...serverTierIds])] as ServerTierId[];
	return {
		engine: "up",
		leases: 0,
		maxLeases: 1,
		capacity: 1,
		bottleneck: "ceiling",
		tiers: order.map((tier) => ({ tier, state: tiers[tier] ?? "disabled", reason: null, checkedAtMs: null })),
		languages: catalogue.toolchains.flatMap((toolchain) =>
			toolchain.tiers.map((tier) => ({
				language: toolchain.language.id,
				version: toolchain.version.version,
				tier,
				isReady,
				idle: 0,
				starting: 0,
			})),
		),
	};
}

function choose(wish: { tier?: string; version?: string; language?: string }, status: RunnerStatus): string {
	const choice = chooseTier({ language: "python", ...wish }, catalogue, status);
	if ("code" in choice) return choice.field === undefined ? choice.code : `${choice.code} (${choice.field})`;
	return `${choice.toolchain.version.version} in ${choice.tier}`;
}

test("without a wish it is the first of the operator's order that is offered", () => {
	assert.equal(choose({}, statusOf({ gvisor: "offered", container: "offered" })), "3.13 in gvisor");
	assert.equal(choose({}, statusOf({ container: "offered", gvisor: "offered" })), "3.13 in container");
	assert.equal(choose({}, statusOf({ gvisor: "failed", container: "offered" })), "3.13 in container");
});

test("a named tier is taken or refused, and never replaced by another; the refusal lists what is on offer", () => {
	const status = statusOf({ gvisor: "failed", container: "offered", deno: "offered" });
	assert.equal(choose({ tier: "container" }, status), "3.13 in container");
	assert.equal(choose({ tier: "gvisor" }, status), "tierUnavailable (on offer: container)");
	assert.equal(choose({ tier: "kata" }, status), "tierUnavailable (on offer: container)");
	assert.equal(choose({ tier: "chroot" }, status), "unknownTier (on offer: container)");
	assert.equal(choose({ tier: "deno" }, status), "tierWithoutLanguage (on offer: container)");
});

test("a server on which nothing passed says so, and one that is still trying says that", () => {
	assert.equal(choose({}, statusOf({ gvisor: "failed", container: "failed" })), "noTierPassed");
	assert.equal(choose({}, statusOf({ gvisor: "checking", container: "failed" })), "tiersChecking");
	assert.equal(choose({ tier: "gvisor" }, statusOf({ gvisor: "failed" })), "tierUnavailable (none is on offer)");
});

test("a tier whose image is still being built is no reason for another", () => {
	assert.equal(choose({ tier: "container" }, statusOf({ container: "offered" }, false)), "imagesMissing");
	assert.equal(choose({}, statusOf({ container: "offered" }, false)), "imagesMissing");
});
