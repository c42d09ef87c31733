import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { HostConfig } from "dockerode";
import { z } from "zod";
import type { PostureReport } from "../../../../protocol/posture.ts";
import type { ServerTierId } from "../../../../protocol/tiers.ts";
import { ensureImages } from "../../../../setup/images.ts";
import { monitorSeccompPath } from "../../../../setup/microvm-images.ts";
import { readConfig } from "../../../config.ts";
import { readCatalogue } from "../../../languages/catalogue.ts";
import { DockerDriver } from "../../drivers/docker.ts";
import type { SandboxDriver } from "../../drivers/driver.ts";
import { microvmContainer } from "../../drivers/microvm-shape.ts";
import { type Shape, type Shapes, tierShapes } from "../../drivers/shapes.ts";
import { engine, type Offered, seccompProfile } from "../../testing/rig.ts";
import { assessTier } from "../assess.ts";

/** The posture of a tier whose container is made with one wall less: each weakening must show as a difference that names it. */

export type Weakening = (host: HostConfig) => HostConfig;

export const goldenDir = fileURLToPath(new URL("../../../../sandbox-images/posture", import.meta.url));
const settings = readConfig({}, goldenDir);

/** The version of a language that runs in that tier, where it has an image of its own. */
export async function offerTier(language: string, tier: ServerTierId): Promise<Offered> {
	const progress = (line: string): void => void process.stderr.write(`${line}\n`);
	const images = await ensureImages({ docker: engine, instance: "sandglass-runner-test", progress, languages: [language] });
	const toolchain = (await readCatalogue(dirname(goldenDir))).find(language, undefined, tier);
	const image = toolchain === undefined ? undefined : images[toolchain.key];
	if (toolchain === undefined || image === undefined) throw new Error(`no image of ${language} for ${tier}`);
	return { toolchain, image };
}

/** @param profile the system-call filter, when it is the wall in question */
export function assessWeakened(
	tier: ServerTierId,
	{ toolchain, image }: Offered,
	weaken: Weakening = () => ({}),
	profile = seccompProfile(),
	makeDriver: (shapes: Shapes) => SandboxDriver = (shapes) => new DockerDriver(engine, `posture-test-${process.pid}`, shapes),
): Promise<PostureReport> {
	const monitorProfile = readFileSync(monitorSeccompPath, "utf8");
	const microvm: Shape = (spec, name, instance) => microvmContainer(spec, name, instance, monitorProfile);
	const shape = { microvm, ...tierShapes(profile, { container: { name: undefined }, gvisor: { name: "runsc" } }) }[tier];
	if (shape === undefined) throw new Error(`no shape of ${tier}`);
	const weakened: Shape = (spec, name, instance) => {
		const options = shape(spec, name, instance);
		const host = options.HostConfig ?? {};
		return { ...options, HostConfig: { ...host, ...weaken(host) } };
	};
	return assessTier(makeDriver({ [tier]: weakened }), { tier, toolchain, image }, { settings, goldenDir });
}

const Rule = z.looseObject({ names: z.array(z.string()), action: z.string() });
const Profile = z.looseObject({ syscalls: z.array(Rule) });

/** Our filter with one more rule, in front of those that refuse. */
export function filterAllowing(...names: string[]): string {
	const profile = Profile.parse(JSON.parse(seccompProfile()));
	const others = profile.syscalls.map((rule) => ({ ...rule, names: rule.names.filter((name) => !names.includes(name)) }));
	const opened = { comment: "a test's", names, action: "SCMP_ACT_ALLOW" };
	return JSON.stringify({ ...profile, syscalls: [opened, ...others.filter((rule) => rule.names.length > 0)] });
}

/** Whether the engine has that runtime. */
export async function hasRuntime(name: string): Promise<boolean> {
	const info = z.object({ Runtimes: z.record(z.string(), z.unknown()) }).parse(await engine.info());
	return name in info.Runtimes;
}
