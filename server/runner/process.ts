import { chownSync } from "node:fs";
import { pino } from "pino";
import { z } from "zod";
import { ServerTierId } from "../../protocol/tiers.ts";
import { runAsChild } from "../child-process.ts";
import { readCatalogue } from "../languages/catalogue.ts";
import { connectEngine } from "./drivers/engine-connection.ts";
import { measureBaselines } from "./posture/baselines.ts";
import { startRunner } from "./runner.ts";

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
	const runner = await startRunner({
		config,
		docker: connectEngine(start.dockerHost),
		catalogue: await readCatalogue(start.catalogueDir),
		socketPath: start.socketPath,
		log,
		measureBaselines,
		assess: async (_, { tier, toolchain }) => ({
			subject: tier,
			startedAtMs: Date.now(),
			tookMs: 0,
			verdict: "passed",
			problem: null,
			image: toolchain.key,
			facts: {},
			attacks: [],
			differences: [],
			figures: { startMs: null, warmMs: null, idleMemoryBytes: null },
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
