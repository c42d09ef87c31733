import { pino } from "pino";
import type { ServerTierId } from "../protocol/tiers.ts";
import type { Config } from "../server/config.ts";
import type { LanguageCatalogue, Toolchain } from "../server/languages/catalogue.ts";
import { chooseDriver } from "../server/runner/drivers/choose-driver.ts";
import type { SandboxDriver } from "../server/runner/drivers/driver.ts";
import type { EngineConnection } from "../server/runner/drivers/engine-connection.ts";
import { tierShapes } from "../server/runner/drivers/shapes.ts";
import type { BenchServer } from "./bench-server.ts";
import type { Chart } from "./charts/chart.ts";
import type { DriverName } from "./driver-name.ts";
import type { GoalReading } from "./goals.ts";
import type { Ratios } from "./ratios.ts";
import type { Section, Target } from "./results.ts";

/** What every measurement is given. */
export interface Bench {
	readonly isQuick: boolean;
	/** Quick, and only what has a guarded ratio. */
	readonly isCi: boolean;
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	readonly docker: EngineConnection;
	readonly dockerHost: string;
	/** As setup/images.ts gives them: by `<language>@<version>`. */
	readonly images: Readonly<Record<string, string>>;
	readonly seccompProfile: string;
	/** What makes the sandboxes of the container tier. */
	readonly driver: DriverName;
	/** What passed on the server with warm sandboxes, in its order. */
	readonly offeredTiers: readonly ServerTierId[];
	/** With warm sandboxes, `warmPerLanguage` for each version of each language. */
	readonly warm: BenchServer;
	readonly warmPerLanguage: number;
	/** The same without any. */
	readonly cold: BenchServer;
	say(line: string): void;
}

/** What a measurement comes to. */
export interface Findings {
	readonly sections: readonly Section[];
	readonly targets: readonly Target[];
	readonly goals?: readonly GoalReading[];
	readonly ratios?: Ratios;
	readonly charts?: readonly Chart[];
}

export function imageOf({ images }: Bench, { key }: Toolchain): string {
	const image = images[key];
	if (image === undefined) throw new Error(`There is no image for ${key}.`);
	return image;
}

/** Python's default version: what a new visitor's page opens with. */
export function pythonOf({ catalogue }: Pick<Bench, "catalogue">): Toolchain {
	const python = catalogue.find("python");
	if (python === undefined) throw new Error("The catalogue holds no Python.");
	return python;
}

/**
 * A driver as the runner has it, under an instance name that no server reaps; what a broken-off bench left is removed. By default the one that makes the
 * server's sandboxes, so that what stands between is the runner alone. Whoever gets it closes it, after its last sandbox.
 */
export async function benchDriver(bench: Bench, name: DriverName = bench.driver): Promise<SandboxDriver> {
	const { docker, config, seccompProfile } = bench;
	const driver = await chooseDriver({
		docker,
		config: { ...config, instance: `${config.instance}-bench`, driver: name },
		shapes: tierShapes(seccompProfile),
		log: pino({ level: "silent" }),
	});
	await driver.reap();
	return driver;
}
