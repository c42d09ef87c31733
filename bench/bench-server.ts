import { join } from "node:path";
import { type ServerProcess, startSandglass } from "../e2e/server-process.ts";
import { isModuleVersion } from "../protocol/modules.ts";
import type { PostureReport } from "../protocol/posture.ts";
import type { ServerTierId } from "../protocol/tiers.ts";
import type { Config } from "../server/config.ts";
import type { RunnerStatus } from "../server/runner/door-protocol.ts";
import { watchRunner } from "../server/runner/watch-client.ts";

/** The product as a user starts it, and a look at its runner's state, so that a measurement begins when nothing else is under way. */
export interface BenchServer {
	readonly process: ServerProcess;
	readonly socketPath: string;
	/** Nothing starts, and every pool that should be is full. */
	untilQuiet(): Promise<void>;
	/** Quiet, and nobody holds a sandbox. */
	untilIdle(timeoutMs?: number): Promise<void>;
	/** What passed, in the server's order. */
	offeredTiers(): readonly ServerTierId[];
	postures(): readonly PostureReport[];
	close(): Promise<void>;
}

/** What no single visitor should be able to do, and the bench must. */
const withoutQuotas = {
	SANDGLASS_VISITOR_SESSIONS: "10000",
	SANDGLASS_VISITOR_RUNS_PER_MINUTE: "100000",
	SANDGLASS_VISITOR_SECONDS_PER_HOUR: "10000000",
	SANDGLASS_ADDRESS_SESSIONS: "100000",
	SANDGLASS_ADDRESS_RUNS_PER_MINUTE: "1000000",
	SANDGLASS_ADDRESS_SECONDS_PER_HOUR: "100000000",
	SANDGLASS_ADDRESS_CONNECTIONS: "100000",
	SANDGLASS_ANONYMOUS_API: "open",
	SANDGLASS_MAX_LEASES: "100",
	SANDGLASS_QUEUE_LENGTH: "10000",
	// Nobody is sent away for thinking: many readers sit down one after the other.
	SANDGLASS_IDLE_WALL_MS: "3600000",
	SANDGLASS_TOTAL_WALL_MS: "3600000",
} as const;

/** The container first: it is what stays warm, and what most figures are about. */
export const benchTiers: readonly ServerTierId[] = ["container", "gvisor", "microvm", "deno", "isolate", "wasm"];

export async function startBenchServer(options: {
	readonly config: Config;
	readonly env: Readonly<Record<string, string>>;
	readonly languages: readonly string[];
	readonly poolSize: number;
	readonly tiers: readonly ServerTierId[];
}): Promise<BenchServer> {
	const { poolSize } = options;
	const server = await startSandglass({
		env: { ...withoutQuotas, SANDGLASS_POOL_SIZE: String(poolSize), ...options.env },
		languages: options.languages,
		tiers: options.tiers,
	});
	const socketPath = join(options.config.runDir, server.instance, "door.sock");

	/** A watch of its own each time: its first status is the runner's state now, where an open one may be a quarter of a second behind. */
	function until(isSo: (status: RunnerStatus) => boolean, what: string, timeoutMs = 120_000): Promise<void> {
		return new Promise((resolve, reject) => {
			let seen: RunnerStatus | null = null;
			const settle = (error?: Error): void => {
				clearTimeout(timer);
				watch.close();
				if (error === undefined) resolve();
				else reject(error);
			};
			const giveUp = (): void => settle(new Error(`${timeoutMs} ms passed and still not: ${what}; ${unrest(seen)}`));
			const timer = setTimeout(giveUp, timeoutMs);
			const watch = watchRunner({
				socketPath,
				onStatus: (status) => {
					seen = status;
					if (isSo(status)) settle();
				},
				onDown: () => undefined,
			});
		});
	}

	/**
	 * Every image of the container tier is to be there, which every version has. What is to be kept warm is each version in its first tier, but for those
	 * that print modules for readers' own browsers.
	 */
	const unsettled = ({ languages, tiers }: RunnerStatus): RunnerStatus["languages"] => {
		const offered = tiers.filter(({ state }) => state === "offered").map(({ tier }) => tier);
		const firstTier = (language: string, version: string): ServerTierId | undefined =>
			languages
				.filter((it) => it.language === language && it.version === version && offered.some((tier) => tier === it.tier))
				.sort((a, b) => offered.indexOf(a.tier) - offered.indexOf(b.tier))[0]?.tier;
		return languages.filter(
			({ language, version, tier, isReady, idle, starting }) =>
				starting > 0 ||
				(tier === "container" && !isReady) ||
				(isReady && idle < poolSize && tier === firstTier(language, version) && !isModuleVersion(version)),
		);
	};
	const isQuiet = (status: RunnerStatus): boolean =>
		!status.tiers.some(({ state }) => state === "checking") && unsettled(status).length === 0;
	const unrest = (status: RunnerStatus | null): string => {
		if (status === null) return "its runner never told its state";
		const checking = status.tiers.filter(({ state }) => state === "checking").map(({ tier }) => `${tier} is being judged`);
		const pools = unsettled(status).map(
			(it) => `${it.language} ${it.version} in ${it.tier}: ${it.isReady ? "" : "no image, "}${it.idle} warm, ${it.starting} starting`,
		);
		return [`${status.leases} sandboxes are held`, ...checking, ...pools].join("; ");
	};
	/** Open as long as the server: its reports come once. */
	let last: RunnerStatus | null = null;
	const reports = watchRunner({
		socketPath,
		onStatus: (status) => {
			last = status;
		},
		onDown: () => undefined,
	});
	return {
		process: server,
		socketPath,
		untilQuiet: () => until(isQuiet, "the pool is full"),
		untilIdle: (timeoutMs) => until((status) => status.leases === 0 && isQuiet(status), "nobody holds a sandbox", timeoutMs),
		offeredTiers: () => (last?.tiers ?? []).flatMap(({ tier, state }) => (state === "offered" && tier !== "browser" ? [tier] : [])),
		postures: () => reports.postures,
		close: async () => {
			reports.close();
			await server.stop();
		},
	};
}
