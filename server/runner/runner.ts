import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import type { Logger } from "pino";
import { z } from "zod";
import type { PostureReport } from "../../protocol/posture.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue, Toolchain } from "../languages/catalogue.ts";
import { CapacityWatch } from "./capacity/capacity-watch.ts";
import { type Gauge, MachineGauge } from "./capacity/machine-gauge.ts";
import { Door } from "./door.ts";
import type { RunnerStatus } from "./door-protocol.ts";
import { DriverClosed, type SandboxDriver } from "./drivers/driver.ts";
import { drivers } from "./drivers/index.ts";
import { type Shapes, type TierRuntimes, tierShapes } from "./drivers/shapes.ts";
import { Pool } from "./pool.ts";
import { BaselineTurn } from "./posture/baseline-turn.ts";
import type { measureBaselines } from "./posture/baselines.ts";
import { type Assessment, TierBoard } from "./tier-board.ts";

export interface Runner {
	/**
	 * That version can be claimed in those tiers, as soon as they are offered. Throws for what is not in the catalogue.
	 * Without `tiers`: all of the version's that start from the plain image.
	 */
	setImage(language: string, version: string, imageReference: string, tiers?: readonly ServerTierId[]): void;
	status(): RunnerStatus;
	/** Refuses new claims, kills every sandbox, removes the socket. */
	close(): Promise<void>;
}

export const defaultSeccompPath = fileURLToPath(new URL("../../sandbox-images/seccomp.json", import.meta.url));
const monitorSeccompPath = fileURLToPath(new URL("../../sandbox-images/microvm/seccomp-monitor.json", import.meta.url));

/** Only what tells an allow-list from anything weaker; the engine reads the rest. */
const AllowList = z.looseObject({
	defaultAction: z.enum(["SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS"]),
	syscalls: z.array(z.unknown()).min(1),
});

/** Rejects when the profile cannot be read or allows what it does not name: no sandbox is made without it. */
export async function readSeccompProfile(path: string): Promise<string> {
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
	/** Takes a tier's posture; nothing is offered without it. `lingers` is told of what it leaves to be removed. */
	assess(
		driver: SandboxDriver,
		assessment: Assessment,
		signal: AbortSignal,
		lingers: (removal: Promise<unknown>) => void,
	): Promise<PostureReport>;
	/** What the lab shows beside the tiers. Absent: nothing. */
	measureBaselines?: typeof measureBaselines;
	/** Default: the engine's default for containers, and `runsc`. */
	runtimes?: TierRuntimes;
	/** By what sandboxes are made. Default: the engine. */
	makeDriver?(shapes: Shapes): Promise<SandboxDriver>;
	/** Where room is read. Default: this machine, which is wrong for an engine on another. */
	gauge?: Gauge;
	/** Tiers that this machine cannot have, and the sentence that says so. */
	lacking?: Readonly<Partial<Record<ServerTierId, string>>>;
}): Promise<Runner> {
	const { config, docker, catalogue, socketPath, log } = options;
	const profile = await readSeccompProfile(options.seccompPath ?? defaultSeccompPath);
	const runtimes = options.runtimes ?? { container: { name: undefined }, gvisor: { name: "runsc" } };
	const shapes = tierShapes(profile, runtimes, await readSeccompProfile(monitorSeccompPath));
	const driver = (await options.makeDriver?.(shapes)) ?? drivers.docker(docker, config.instance, shapes);
	const tiers = config.tiers.filter((tier) => tier !== "browser");
	const pool = new Pool({ driver, toolchains: catalogue.toolchains, tiers, settings: config, log, onChange: () => door.statusChanged() });
	const removals = new Set<Promise<unknown>>();
	const linger = (removal: Promise<unknown>): void => {
		removals.add(removal);
		void removal.finally(() => removals.delete(removal));
	};
	const capacity: CapacityWatch = new CapacityWatch({
		gauge: options.gauge ?? new MachineGauge(),
		settings: config,
		use: () => door.use(),
		changed() {
			pool.setThrift(capacity.isShort("memory") ? "refillNothing" : capacity.isShort("cpu") ? "floorOnly" : "none");
			door.statusChanged();
		},
	});
	const board: TierBoard = new TierBoard({
		enabled: tiers,
		intervalMs: config.postureIntervalMs,
		log,
		assess: (assessment, signal) => options.assess(driver, assessment, signal, linger),
		changed(tier, isOffered) {
			if (isOffered) pool.openTier(tier);
			else {
				pool.shutTier(tier);
				door.withdraw(tier);
			}
			door.statusChanged();
			baselines.consider();
		},
		reported: (report) => door.postureTaken(report),
	});
	const baselines: BaselineTurn = new BaselineTurn({
		async measure(measured) {
			const runtime = runtimes.gvisor?.name ?? null;
			return options.measureBaselines?.({ ...measured, docker, instance: config.instance, runtime }) ?? [];
		},
		isCalm: () => !board.statuses.some(({ state }) => state === "checking"),
		reported: (report) => door.postureTaken(report),
		log,
	});
	const door: Door = new Door({
		socketPath,
		maxLeases: config.maxLeases,
		capacity: () => capacity.capacity,
		settings: config,
		toolchains: catalogue.toolchains,
		tiers: board,
		baselines,
		pool,
		log,
	});
	const lacking = options.lacking ?? {};
	for (const tier of tiers) {
		const reason = lacking[tier];
		if (reason !== undefined) board.lacks(tier, reason);
	}
	await door.takePlace();
	await pool.start();
	capacity.start();
	try {
		await door.open();
	} catch (error) {
		capacity.close();
		await pool.close();
		throw error;
	}
	async function offerImage(toolchain: Toolchain, tier: ServerTierId, image: string): Promise<void> {
		try {
			await driver.prepare(tier, image);
			pool.setImage(toolchain, tier, image);
			board.imageReady({ tier, toolchain, image });
		} catch (error) {
			if (error instanceof DriverClosed) return;
			log.error({ tier, language: toolchain.key, err: error }, "an image cannot be used");
		}
	}
	return {
		setImage(language, version, image, chosen) {
			const toolchain = catalogue.toolchains.find((it) => it.language.id === language && it.version.version === version);
			if (toolchain === undefined) throw new Error(`no such language in the catalogue: ${language} ${version}`);
			for (const tier of chosen ?? toolchain.tiers.filter((it) => it !== "microvm")) {
				if (lacking[tier] !== undefined) continue;
				void offerImage(toolchain, tier, image);
			}
			if (chosen === undefined) baselines.imageReady(language, { reference: image, key: toolchain.key });
		},
		status: () => door.status(),
		async close() {
			capacity.close();
			await door.close();
			// At once: where a tier is just being attacked, a slow engine has to remove its sandboxes, and the pool's need not wait for that.
			await Promise.all([board.close(), baselines.close(), pool.close()]);
			await Promise.all(removals);
			await driver.close();
		},
	};
}
