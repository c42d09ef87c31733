import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readConfig } from "../../config.ts";
import { LeaseProbe } from "../testing/lease-probe.ts";
import { offer, seccompProfile, startRig, until } from "../testing/rig.ts";
import { assessTier } from "./assess.ts";

/** The whole way, from a wall that is weaker than it must be to a reader who is refused. */

const goldenDir = fileURLToPath(new URL("../../../sandbox-images/posture", import.meta.url));

const limits = readConfig({}, "/");

/** A runner whose tier is judged by its real posture, under that system-call filter. */
async function startWith(profile: string) {
	const folder = mkdtempSync(join(tmpdir(), "sandglass-filter-"));
	const seccompPath = join(folder, "seccomp.json");
	writeFileSync(seccompPath, profile);
	const rig = await startRig({
		offered: await offer("bash"),
		seccompPath,
		assess: (driver, assessment, signal) => assessTier(driver, assessment, { settings: limits, goldenDir, signal }),
	});
	return {
		...rig,
		async close() {
			await rig.close();
			rmSync(folder, { recursive: true });
		},
	};
}

const settled = (rig: Awaited<ReturnType<typeof startWith>>): Promise<void> =>
	until(() => rig.runner.status().tiers.some(({ state }) => state === "offered" || state === "failed"), 60_000, "the posture");

const Profile = z.looseObject({ syscalls: z.array(z.unknown()) });

test("a filter with one rule too many is found, the tier is not offered, and who asks for it is refused", async () => {
	const profile = Profile.parse(JSON.parse(seccompProfile()));
	const opened = { names: ["unshare", "mount"], action: "SCMP_ACT_ALLOW", comment: "a slip" };
	const rig = await startWith(JSON.stringify({ ...profile, syscalls: [...profile.syscalls, opened] }));
	await settled(rig);
	const [container] = rig.runner.status().tiers;
	assert.equal(container?.state, "failed");
	assert.match(container?.reason ?? "", /engine\.seccomp\.allows|attacks\.|syscalls\./);
	const probe = new LeaseProbe(rig, "bash", "5.2");
	await probe.until(() => probe.events.some(({ name }) => name === "refused"), "the refusal");
	assert.deepEqual(probe.events[0], { name: "refused", values: ["tierUnavailable"] });
	assert.deepEqual(await rig.containers(), []);
	await probe.close();
	await rig.close();
});

test("with the filter as it is the same tier is offered, and serves (control)", async () => {
	const rig = await startWith(seccompProfile());
	await settled(rig);
	assert.deepEqual(
		rig.runner
			.status()
			.tiers.filter(({ state }) => state === "offered")
			.map(({ tier }) => tier),
		["container"],
	);
	const probe = new LeaseProbe(rig, "bash", "5.2");
	probe.run("echo served", { name: "main.sh" });
	assert.deepEqual((await probe.exit()).outcome, { kind: "exited", code: 0 });
	await probe.close();
	await rig.close();
});
