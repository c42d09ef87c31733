import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import type { Logger } from "pino";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import { Door } from "./door.ts";
import type { RunnerStatus } from "./door-protocol.ts";
import { drivers } from "./drivers/index.ts";
import { Pool } from "./pool.ts";

export interface Runner {
	/** That version can be claimed from now on. Throws for what is not in the catalogue. */
	setImage(language: string, version: string, imageReference: string): void;
	status(): RunnerStatus;
	/** Refuses new claims, kills every sandbox, removes the socket. */
	close(): Promise<void>;
}

export const defaultSeccompPath = fileURLToPath(new URL("../../sandbox-images/seccomp.json", import.meta.url));

/** Only what tells an allow-list from anything weaker; the engine reads the rest. */
const AllowList = z.looseObject({
	defaultAction: z.enum(["SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS"]),
	syscalls: z.array(z.unknown()).min(1),
});

/** Rejects when the profile cannot be read or allows what it does not name: no sandbox is made without it. */
async function readSeccompProfile(path: string): Promise<string> {
	const text = await readFile(path, "utf8");
	AllowList.parse(JSON.parse(text));
	return text;
}

/**
 * Reaps what earlier runners of this instance left (at once when the engine answers, else as soon as it does), fills the pool and
 * serves the door. Rejects when another runner serves `socketPath` or the seccomp profile is missing.
 */
export async function startRunner(options: {
	config: Config;
	docker: Docker;
	catalogue: Pick<LanguageCatalogue, "toolchains">;
	socketPath: string;
	log: Logger;
	/** Default: the one beside the images. */
	seccompPath?: string;
}): Promise<Runner> {
	const { config, docker, catalogue, socketPath, log } = options;
	const profile = await readSeccompProfile(options.seccompPath ?? defaultSeccompPath);
	const driver = drivers.docker(docker, config.instance, profile);
	const pool = new Pool({ driver, toolchains: catalogue.toolchains, settings: config, log, onChange: () => door.statusChanged() });
	const door: Door = new Door({
		socketPath,
		maxLeases: config.maxLeases,
		settings: config,
		toolchains: catalogue.toolchains,
		tier: driver.tier,
		pool,
		log,
	});
	await door.takePlace();
	await pool.start();
	try {
		await door.open();
	} catch (error) {
		await pool.close();
		throw error;
	}
	return {
		setImage: (language, version, imageReference) => pool.setImage(language, version, imageReference),
		status: () => door.status(),
		async close() {
			await door.close();
			await pool.close();
		},
	};
}
