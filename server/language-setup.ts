import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { ServerTierId } from "../protocol/tiers.ts";
import type { Progress } from "../setup/debian-packages.ts";
import { ensureImages, type ImageReferences } from "../setup/images.ts";
import { ensureMicrovmImages, isMicrovmPossible, type MicrovmLanguage } from "../setup/microvm-images.ts";
import type { Config } from "./config.ts";
import type { LanguageCatalogue } from "./languages/catalogue.ts";
import { connectEngine } from "./runner/drivers/engine-connection.ts";
import { sandboxLimits } from "./runner/limits.ts";

/**
 * Builds the languages' images beside a server that already serves, and after them those of the virtual machines. What is ready is offered at once; when something fails (a network or an
 * engine that went away in the middle) the rest is tried again, after a pause that grows, until it is there or the server stops.
 */

const firstPauseMs = 5_000;
const longestPauseMs = 300_000;

export interface LanguageSetup {
	/** Resolves once every language is set up, or `stop` was called. */
	readonly done: Promise<void>;
	/** Begins no further try. A build that is under way ends with the process. */
	stop(): void;
}

export interface LanguageSetupOptions {
	readonly dockerHost: string;
	readonly config: Config;
	readonly catalogue: Pick<LanguageCatalogue, "toolchains">;
	/** `tiers`: those that start from it; absent: all of the version's that start from the plain image. */
	readonly onImage: (image: { language: string; version: string; reference: string; tiers?: readonly ServerTierId[] }) => void;
	readonly progress: Progress;
	readonly log: Logger;
}

export function setUpLanguages({ dockerHost, config, catalogue, onImage, progress, log }: LanguageSetupOptions): LanguageSetup {
	const stopping = new AbortController();

	function microvmLanguages(images: ImageReferences): MicrovmLanguage[] {
		if (!isMicrovmPossible() || !config.tiers.includes("microvm")) return [];
		return catalogue.toolchains.flatMap((toolchain) => {
			const image = images[toolchain.key];
			if (image === undefined || !toolchain.tiers.includes("microvm")) return [];
			return [{ toolchain, image, memoryBytes: sandboxLimits(config, toolchain.limits).memoryBytes }];
		});
	}

	async function work(): Promise<void> {
		for (let pauseMs = firstPauseMs; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
			try {
				const docker = connectEngine(dockerHost);
				const { instance } = config;
				const images = await ensureImages({
					docker,
					instance,
					progress,
					onImage: (language, version, reference) => onImage({ language, version, reference }),
				});
				await ensureMicrovmImages({
					docker,
					instance,
					progress,
					languages: microvmLanguages(images),
					onImage: (language, version, reference) => onImage({ language, version, reference, tiers: ["microvm"] }),
				});
				return;
			} catch (error) {
				if (stopping.signal.aborted) return;
				log.error({ err: error, againInMs: pauseMs }, "not every language could be set up; the rest is tried again");
			}
			// Waking early means stopping, which the loop's condition sees.
			await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
		}
	}

	return { done: work(), stop: () => stopping.abort() };
}
