import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { PostureReport } from "../../../protocol/posture.ts";
import type { Offered } from "../testing/rig.ts";
import { assessWeakened, offerTier } from "./testing/weakened.ts";

let deno: Offered;

before(async () => {
	deno = await offerTier("javascript", "deno");
});

/** The same with those permissions. */
const granting = (...permissions: readonly string[]): Offered => {
	const [program, command, ...rest] = deno.toolchain.run;
	assert.ok(program !== undefined && command === "run");
	return { ...deno, toolchain: { ...deno.toolchain, run: [program, command, ...permissions, ...rest] } };
};

const brokenAttacks = (report: PostureReport): string[] => report.attacks.filter((it) => it.outcome === "broke").map((it) => it.id);

test("Deno without a permission passes, its inner wall and the container around it", async () => {
	const report = await assessWeakened("deno", deno);
	assert.deepEqual([report.problem, report.differences], [null, []]);
	assert.ok(report.attacks.some((it) => it.id === "27-inner-files"));
	assert.ok(report.attacks.some((it) => it.id === "20-user-namespace"));
});

const permissions: readonly [permission: string, attack: string][] = [
	["--allow-read", "27-inner-files"],
	["--allow-run", "16-inner-processes"],
	["--allow-net", "29-inner-network"],
	["--allow-sys", "33-inner-environment"],
];
for (const [permission, attack] of permissions) {
	test(`Deno is caught with ${permission}`, async () => {
		const report = await assessWeakened("deno", granting(permission));
		assert.equal(report.verdict, "failed");
		assert.deepEqual(brokenAttacks(report), [attack]);
		assert.ok(report.differences.some((it) => it.path === `attacks.${attack}`));
	});
}

test("Deno is caught with a capability left on in the container around it", async () => {
	const report = await assessWeakened("deno", deno, (host) => ({ CapAdd: [...(host.CapAdd ?? []), "SYS_PTRACE"] }));
	assert.deepEqual(
		report.differences.map((it) => it.path),
		["engine.capabilitiesAdded"],
	);
});
