import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../server/config.ts";
import { readCatalogue } from "../server/languages/catalogue.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import type { Engine } from "../setup/engine.ts";
import { ensureImages } from "../setup/images.ts";
import type { Bench } from "./bench.ts";
import { benchTiers, startBenchServer } from "./bench-server.ts";
import { driverOf } from "./drivers.ts";
import type { Options } from "./options.ts";

/** The product, started twice: once with warm sandboxes and once without. */

const warmPerLanguage = 2;

export async function withBench<T>(
	options: Options,
	engine: Engine,
	projectDir: string,
	say: (line: string) => void,
	use: (bench: Bench) => Promise<T>,
): Promise<T> {
	const config = readConfig(process.env, projectDir);
	const docker = connectEngine(engine.dockerHost);
	const catalogue = await readCatalogue(join(projectDir, "sandbox-images"));
	const images = await ensureImages({ docker, instance: config.instance, progress: say });
	// Each isolation is attacked before it is offered, which takes its time; most parts ask for two.
	const needsEveryTier = options.parts.some((part) => part === "tiers" || part === "workloads") && !options.isCi;
	const start = (poolSize: number) =>
		startBenchServer({
			config,
			languages: catalogue.languages.map(({ id }) => id),
			poolSize,
			tiers: needsEveryTier ? benchTiers : benchTiers.slice(0, 2),
			// Of each version in each of its tiers: for some minutes after a part has asked for them they are kept warm as well.
			env: { SANDGLASS_POOL_CEILING: String(catalogue.toolchains.reduce((sum, it) => sum + it.tiers.length, 0) * warmPerLanguage) },
		});
	say("starting a server with warm sandboxes, and one without …");
	const warm = await start(warmPerLanguage);
	try {
		const cold = await start(0);
		try {
			await warm.untilQuiet();
			const driver = await driverOf({ catalogue }, warm);
			say(`sandboxes of the container tier are made by the driver ${driver}`);
			return await use({
				isQuick: options.isQuick,
				isCi: options.isCi,
				config,
				catalogue,
				docker,
				dockerHost: engine.dockerHost,
				images,
				seccompProfile: readFileSync(join(projectDir, "sandbox-images/seccomp.json"), "utf8"),
				driver,
				offeredTiers: warm.offeredTiers(),
				warm,
				warmPerLanguage,
				cold,
				say,
			});
		} finally {
			await cold.close();
		}
	} finally {
		await warm.close();
	}
}
