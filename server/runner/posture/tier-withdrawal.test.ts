import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import type { ServerTierId } from "../../../protocol/tiers.ts";
import { ensureMicrovmImages } from "../../../setup/microvm-images.ts";
import { readConfig } from "../../config.ts";
import { LeaseProbe } from "../testing/lease-probe.ts";
import { engine, type Offered, startRig, until } from "../testing/rig.ts";
import { assessTier } from "./assess.ts";
import { assessWeakened, filterAllowing, goldenDir, hasRuntime, offerTier, type Weakening } from "./testing/weakened.ts";

/**
 * One weakening for each tier, of the three kinds that slip in: a capability left on, a rule too many in a filter, a mount. The tier's real
 * posture passes, a program runs in it, and then the posture is taken of what is weaker: the tier is withdrawn, and with it who is in it.
 */

interface Slip {
	readonly what: string;
	readonly weaken?: Weakening;
	readonly profile?: string;
	/** What the reason must name. */
	readonly shows: RegExp;
}

const capability: Slip = {
	what: "a capability left on",
	weaken: (host) => ({ CapAdd: [...(host.CapAdd ?? []), "SYS_PTRACE"] }),
	shows: /engine\.capabilitiesAdded/,
};
const mount: Slip = { what: "a folder of the host", weaken: () => ({ Binds: ["/etc:/host-etc:ro"] }), shows: /engine\.(binds|mounts)/ };
const rule: Slip = { what: "a rule too many", profile: filterAllowing("unshare", "mount"), shows: /engine\.seccomp|syscalls\.|attacks\./ };

const slips: Readonly<Partial<Record<ServerTierId, { readonly language: string; readonly slip: Slip; readonly sleeper: string }>>> = {
	container: { language: "bash", slip: capability, sleeper: "echo up; sleep 120" },
	gvisor: { language: "bash", slip: rule, sleeper: "echo up; sleep 120" },
	microvm: { language: "bash", slip: mount, sleeper: "echo up; sleep 120" },
	deno: { language: "javascript", slip: capability, sleeper: "console.log('up'); setTimeout(() => 0, 60_000);" },
	isolate: {
		language: "javascript",
		slip: rule,
		sleeper: "console.log('up'); await new Promise((resolve) => setTimeout(resolve, 120_000));",
	},
	wasm: {
		language: "c",
		slip: mount,
		sleeper: '#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts("up"); fflush(stdout); sleep(120); }',
	},
};

const settings = readConfig({}, goldenDir);

/** Its own image, or for a microVM the one with the saved machine. */
async function offerIn(language: string, tier: ServerTierId): Promise<Offered & { readonly image: string }> {
	const { toolchain, image } = await offerTier(language, tier);
	if (image === null) throw new Error("no image");
	if (tier !== "microvm") return { toolchain, image };
	const languages = [{ toolchain, image, memoryBytes: settings.memoryBytes }];
	const progress = (line: string): void => void process.stderr.write(`${line}\n`);
	const images = await ensureMicrovmImages({ docker: engine, instance: "sandglass-runner-test", progress, languages });
	return { toolchain, image: images[toolchain.key] ?? assert.fail("no image of the microVM") };
}

/** Those whose first process lives: of one under gVisor an engine may say for half a minute that it is up when nothing of it is left. */
async function living(names: readonly string[]): Promise<string[]> {
	const states = await Promise.all(
		names.map((name) =>
			engine
				.getContainer(name.replace(/^\//, ""))
				.inspect()
				.then(
					({ State }) => State.Pid,
					() => 0,
				),
		),
	);
	return names.filter((_, at) => {
		const pid = states[at] ?? 0;
		return pid > 0 && existsSync(`/proc/${pid}`);
	});
}

for (const [tier, { language, slip, sleeper }] of Object.entries(slips) as [ServerTierId, NonNullable<(typeof slips)[ServerTierId]>][]) {
	test(`${tier} is offered and serves; with ${slip.what} its next posture finds it, and the tier is withdrawn from who is in it`, async (context) => {
		if (tier === "gvisor" && !(await hasRuntime("runsc"))) return context.skip("the engine has no runsc");
		if (tier === "microvm" && process.arch !== "x64") return context.skip("no microVM on this architecture");
		const offered = await offerIn(language, tier);
		const { toolchain, image } = offered;
		let isWeak = false;
		const rig = await startRig({
			offered: [{ toolchain, image: null }],
			settings: { tiers: [tier], poolSize: 1, postureIntervalMs: 500, idleWallMs: 120_000 },
			assess: (driver, assessment, signal, onLingering) =>
				isWeak
					? assessWeakened(tier, offered, slip.weaken, slip.profile)
					: assessTier(driver, assessment, { settings, goldenDir, signal, onLingering }),
		});
		rig.runner.setImage(toolchain.language.id, toolchain.version.version, image, [tier]);
		const statusOf = () => rig.runner.status().tiers.find((it) => it.tier === tier);
		await until(() => statusOf()?.state === "offered", 60_000, "it is offered");
		const claim = (): LeaseProbe => new LeaseProbe(rig, language, toolchain.version.version, tier);
		const inside = claim();
		inside.run(sleeper, { name: toolchain.language.fileName });
		await inside.until(() => inside.stdout.includes("up"), "the program");

		isWeak = true;
		assert.deepEqual((await inside.exit()).outcome, { kind: "lost", code: "tierWithdrawn" });
		assert.equal(statusOf()?.state, "failed");
		assert.match(statusOf()?.reason ?? "", slip.shows);
		await until(async () => (await living(await rig.containers())).length === 0, 20_000, "every sandbox of it is dead");
		const late = claim();
		assert.deepEqual(await late.next("refused"), ["tierUnavailable"]);
		await Promise.all([inside.close(), late.close()]);
		await rig.close();
	});
}
