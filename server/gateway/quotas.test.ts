import assert from "node:assert/strict";
import { test } from "node:test";
import { type Allowance, type Consumer, type Permit, Quotas, type Refusal } from "./quotas.ts";

const generous: Allowance = { sandboxes: 1_000, runsPerMinute: 1_000_000, secondsPerHour: 1_000_000 };

function open(options: {
	visitor?: Partial<Allowance>;
	address?: Partial<Allowance>;
	site?: Partial<Allowance>;
	caller?: Partial<Allowance>;
	maxAccounts?: number;
}) {
	const clock = { nowMs: 0 };
	const quotas = new Quotas({
		visitor: { ...generous, ...options.visitor },
		address: { ...generous, ...options.address },
		site: { ...generous, ...options.site },
		caller: { ...generous, ...options.caller },
		now: () => clock.nowMs,
		...(options.maxAccounts === undefined ? {} : { maxAccounts: options.maxAccounts }),
	});
	return { quotas, clock };
}

const anna: Consumer = { visitor: "anna", address: "192.0.2.1" };
const bert: Consumer = { visitor: "bert", address: "192.0.2.1" };

function permitOf(taken: Permit | Refusal): Permit {
	assert.ok("release" in taken);
	return taken;
}

test("runs come back evenly over the minute, for the visitor and for the address", () => {
	const { quotas, clock } = open({ visitor: { runsPerMinute: 3 }, address: { runsPerMinute: 5 } });
	for (let count = 0; count < 3; count++) assert.equal(quotas.takeRun(anna), null);
	assert.deepEqual(quotas.takeRun(anna), { code: "tooManyRuns", retryAfterMs: 20_000 });
	assert.equal(quotas.takeRun(bert), null);
	assert.equal(quotas.takeRun(bert), null);
	assert.deepEqual(quotas.takeRun(bert), { code: "addressQuotaReached", retryAfterMs: 12_000 });
	clock.nowMs = 19_999;
	assert.equal(quotas.takeRun(anna)?.code, "tooManyRuns");
	clock.nowMs = 20_000;
	assert.equal(quotas.takeRun(anna), null);
});

test("sandbox time used up refuses further runs until it has come back bit by bit", () => {
	const { quotas, clock } = open({ visitor: { secondsPerHour: 360 } });
	assert.equal(quotas.takeRun(anna), null);
	quotas.takeSeconds(anna, 370);
	const refusal = quotas.takeRun(anna);
	assert.deepEqual(refusal, { code: "timeQuotaReached", retryAfterMs: 110_000 });
	assert.equal(quotas.takeRun(bert), null);
	clock.nowMs = 110_000;
	assert.equal(quotas.takeRun(anna), null);
});

test("a permit given back twice counts once", () => {
	const { quotas } = open({ visitor: { sandboxes: 2 }, address: { sandboxes: 3 } });
	const first = permitOf(quotas.takeSandbox(anna));
	permitOf(quotas.takeSandbox(anna));
	assert.deepEqual(quotas.takeSandbox(anna), { code: "tooManySessions", party: "visitor" });
	first.release();
	first.release();
	permitOf(quotas.takeSandbox(anna));
	assert.deepEqual(quotas.takeSandbox(anna), { code: "tooManySessions", party: "visitor" });
	permitOf(quotas.takeSandbox(bert));
	assert.deepEqual(quotas.takeSandbox(bert), { code: "addressQuotaReached", party: "address" });
});

test("accounts that say nothing any more are dropped, those that hold a sandbox or owe time are not", () => {
	const { quotas, clock } = open({ visitor: { runsPerMinute: 30, secondsPerHour: 3_600 } });
	const permit = permitOf(quotas.takeSandbox(anna));
	quotas.takeSeconds(bert, 3_000);
	for (let count = 0; count < 1_000; count++) quotas.takeRun({ visitor: `v${count}`, address: "192.0.2.1" });
	assert.equal(quotas.size, 1_003);
	clock.nowMs = 60_000;
	quotas.takeRun({ visitor: "new", address: "192.0.2.1" });
	assert.equal(quotas.size, 4);
	permit.release();
	clock.nowMs = 3_600_000;
	quotas.takeRun({ visitor: "newer", address: "192.0.2.1" });
	assert.equal(quotas.size, 2);
});

test("with the tables full, who is known goes on, strangers of an address share one allowance, and a new address is refused", () => {
	const { quotas } = open({ visitor: { runsPerMinute: 2 }, maxAccounts: 2 });
	assert.equal(quotas.takeRun(anna), null);
	assert.equal(quotas.takeRun({ visitor: "carl", address: "192.0.2.2" }), null);
	assert.equal(quotas.takeRun(anna), null);
	assert.equal(quotas.takeRun({ visitor: "x1", address: "192.0.2.1" }), null);
	assert.equal(quotas.takeRun({ visitor: "x2", address: "192.0.2.1" }), null);
	assert.equal(quotas.takeRun({ visitor: "x3", address: "192.0.2.1" })?.code, "tooManyRuns");
	assert.equal(quotas.takeRun({ visitor: "x4", address: "192.0.2.2" }), null);
	assert.equal(quotas.takeRun({ visitor: "x5", address: "192.0.2.3" })?.code, "addressQuotaReached");
	assert.equal(quotas.size, 4);
});

test("the frames of one embedding site share the site's allowance, whoever reads it and from wherever", () => {
	const { quotas } = open({ site: { runsPerMinute: 2, sandboxes: 1 } });
	const reader = (visitor: string, address: string): Consumer => ({ visitor, address, site: "https://docs.example.org" });
	assert.equal(quotas.takeRun(reader("anna", "192.0.2.1")), null);
	assert.equal(quotas.takeRun(reader("bert", "192.0.2.2")), null);
	assert.deepEqual(quotas.takeRun(reader("carl", "192.0.2.3")), { code: "siteQuotaReached", retryAfterMs: 30_000 });
	assert.equal(quotas.takeRun({ visitor: "carl", address: "192.0.2.3" }), null);
	permitOf(quotas.takeSandbox(reader("anna", "192.0.2.1")));
	assert.deepEqual(quotas.takeSandbox(reader("bert", "192.0.2.2")), { code: "siteQuotaReached", party: "site" });
});

test("anonymous callers of one address share a caller's allowance, and leave its readers theirs", () => {
	const { quotas } = open({ caller: { runsPerMinute: 1 } });
	const caller: Consumer = { visitor: "api:192.0.2.1", address: "192.0.2.1", caller: { kind: "anonymous" } };
	assert.equal(quotas.takeRun(caller), null);
	assert.equal(quotas.takeRun(caller)?.code, "tooManyRuns");
	assert.equal(quotas.takeRun(anna), null);
	assert.equal(quotas.takeRun({ ...caller, caller: { kind: "open" } }), null);
});

test("a key has its own allowance wherever it is used from, and another one as soon as the operator says so", () => {
	const { quotas } = open({ address: { runsPerMinute: 1 } });
	const holder = (runsPerMinute: number): Consumer => ({
		visitor: "key:1",
		address: "192.0.2.1",
		caller: { kind: "key", allowance: { ...generous, runsPerMinute } },
	});
	for (let count = 0; count < 2; count++) assert.equal(quotas.takeRun(holder(2)), null);
	assert.deepEqual(quotas.takeRun(holder(2)), { code: "keySpent", retryAfterMs: 30_000 });
	assert.equal(quotas.takeRun(holder(3)), null);
});
