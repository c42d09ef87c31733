import { chownSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { z } from "zod";
import { ServerTierId } from "../../protocol/tiers.ts";
import { runAsChild } from "../child-process.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { unreadable } from "./capacity/machine-gauge.ts";
import { chooseDriver } from "./drivers/choose-driver.ts";
import { connectEngine } from "./drivers/engine-connection.ts";
import { assumedRuntimes, findRuntimes } from "./drivers/runtimes.ts";
import { assessTier } from "./posture/assess.ts";
import { measureBaselines } from "./posture/baselines.ts";
import { defaultSeccompPath, readSeccompProfile, startRunner } from "./runner.ts";

/** The runner's own process: the only one that is told where the engine is. */

const Start = z.looseObject({
	socketPath: z.string(),
	dockerHost: z.string(),
	catalogueDir: z.string(),
	/** Who may open the door, when the gateway runs as another user. */
	doorOwner: z.strictObject({ uid: z.int(), gid: z.int() }).nullable(),
});

const Image = z.strictObject({
	type: z.literal("image"),
	language: z.string(),
	version: z.string(),
	reference: z.string(),
	/** Absent: every tier that starts from the plain image. */
	tiers: z.array(ServerTierId).optional(),
});

runAsChild(async (config, message) => {
	const start = Start.parse(message);
	const log = pino({ level: config.logLevel, base: { process: "runner" } });
	const docker = connectEngine(start.dockerHost);
	const { instance, kataRuntime, tiers } = config;
	const seccompProfile = await readSeccompProfile(defaultSeccompPath);
	const { runtimes, lacking, notes } = await findRuntimes({ docker, instance, seccompProfile, kataRuntime, tiers }).catch(
		(error: unknown) => {
			log.warn({ err: error }, "the engine's runtimes could not be asked for");
			return assumedRuntimes(kataRuntime);
		},
	);
	for (const note of notes) log.info({ note }, "a runtime is not used");
	const isEngineHere = start.dockerHost.startsWith("unix:");
	if (!isEngineHere) log.info("the engine is on another machine: how much that has room for is not measured");
	const runner = await startRunner({
		config,
		...(isEngineHere ? {} : { gauge: unreadable }),
		docker,
		runtimes,
		makeDriver: (shapes) => chooseDriver({ docker, config, shapes, log }),
		lacking: process.arch === "x64" ? lacking : { ...lacking, microvm: "This tier's machine is of x86-64 only." },
		catalogue: await readCatalogue(start.catalogueDir),
		socketPath: start.socketPath,
		log,
		measureBaselines,
		assess: (driver, assessment, signal, onLingering) =>
			assessTier(driver, assessment, {
				onLingering,
				settings: config,
				goldenDir: join(start.catalogueDir, "posture"),
				signal,
				onFailure: (error) => {
					if (!signal.aborted) log.error({ tier: assessment.tier, err: error }, "a posture could not be taken");
				},
			}),
	});
	if (start.doorOwner !== null) chownSync(start.socketPath, start.doorOwner.uid, start.doorOwner.gid);
	return {
		onMessage(raw) {
			const image = Image.parse(raw);
			runner.setImage(image.language, image.version, image.reference, image.tiers);
		},
		close: () => runner.close(),
	};
});
