import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import type { PostureReport } from "../../../protocol/posture.ts";
import type { BaselineImage, BaselineOptions } from "./baselines.ts";

/**
 * The baselines' turn: once in a server's life, or until each has said something, when the images that they need are there and no tier is being assessed. It owns the
 * measuring that is under way; nothing of it is offered to anybody, so nothing waits for it.
 */

export type MeasureBaselines = (options: Pick<BaselineOptions, "images" | "signal">) => Promise<PostureReport[]>;

export interface BaselineTurnOptions {
	readonly measure: MeasureBaselines;
	/** No tier is being assessed. */
	isCalm(): boolean;
	reported(report: PostureReport): void;
	readonly log: Logger;
	/** Until those that could not be measured are tried again. Default: half a minute. */
	readonly retryMs?: number;
}

const mostTries = 3;
const defaultRetryMs = 30_000;

export class BaselineTurn {
	readonly #options: BaselineTurnOptions;
	readonly #images = new Map<string, BaselineImage>();
	readonly #stop = new AbortController();
	#reports: readonly PostureReport[] = [];
	#work: Promise<void> | null = null;

	constructor(options: BaselineTurnOptions) {
		this.#options = options;
	}

	/** Empty until they have been measured. */
	get reports(): readonly PostureReport[] {
		return this.#reports;
	}

	/** The first image of each language is the one that is used. */
	imageReady(language: string, image: BaselineImage): void {
		if (!this.#images.has(language)) this.#images.set(language, image);
		this.consider();
	}

	/** Starts it if it is time; to be called whenever a tier's state has changed. */
	consider(): void {
		const python = this.#images.get("python");
		const javascript = this.#images.get("javascript");
		if (this.#work !== null || this.#stop.signal.aborted || python === undefined || javascript === undefined || !this.#options.isCalm())
			return;
		this.#work = this.#measure({ python, javascript });
	}

	/** Never rejects. */
	async #measure(images: BaselineOptions["images"]): Promise<void> {
		const { measure, reported, log } = this.#options;
		try {
			for (let tries = 1; ; tries++) {
				this.#reports = await measure({ images, signal: this.#stop.signal });
				const failed = this.#reports.filter(({ problem }) => problem !== null);
				for (const { subject, problem } of failed) log.warn({ baseline: subject, problem }, "a baseline could not be measured");
				for (const report of this.#reports) reported(report);
				if (failed.length === 0 || tries === mostTries) return;
				// A machine that is busy with its start may be too slow for a probe; later it is not.
				await wait(this.#options.retryMs ?? defaultRetryMs, undefined, { signal: this.#stop.signal });
			}
		} catch (error) {
			if (!this.#stop.signal.aborted) log.error({ err: error }, "the baselines could not be measured");
		}
	}

	/** Ends what is under way, and waits until its container is gone. */
	async close(): Promise<void> {
		this.#stop.abort(new Error("the runner closes"));
		await this.#work;
	}
}
