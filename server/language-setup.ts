import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { Progress } from "../setup/debian-packages.ts";
import { ensureImages } from "../setup/images.ts";
import { connectEngine } from "./runner/drivers/engine-connection.ts";

/**
 * Builds the languages' images beside a server that already serves. What is ready is offered at once; when something fails (a network or an
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
	readonly instance: string;
	readonly onImage: (language: string, version: string, reference: string) => void;
	readonly progress: Progress;
	readonly log: Logger;
}

export function setUpLanguages({ dockerHost, instance, onImage, progress, log }: LanguageSetupOptions): LanguageSetup {
	const stopping = new AbortController();

	async function work(): Promise<void> {
		for (let pauseMs = firstPauseMs; !stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
			try {
				await ensureImages({ docker: connectEngine(dockerHost), instance, progress, onImage });
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
