import type { Logger } from "pino";
import type { SandboxDriver } from "./drivers/driver.ts";

/**
 * Whether the engine can be used. `up` is said only after everything of ours that an outage left behind has been reaped, so whoever
 * acts on `up` never meets an orphan.
 */

export type EngineState = "starting" | "up" | "down";

const upIntervalMs = 2_000;
const downIntervalMs = 250;
const pingTimeoutMs = 5_000;
/** A busy engine may miss one. */
const missesBeforeDown = 2;

export class EngineWatch {
	readonly #driver: SandboxDriver;
	readonly #log: Logger;
	readonly #onChange: (state: EngineState) => void;
	#state: EngineState = "starting";
	#misses = 0;
	#timer: NodeJS.Timeout | undefined;
	#looking: Promise<void> | undefined;
	#isClosed = false;

	constructor(driver: SandboxDriver, log: Logger, onChange: (state: EngineState) => void) {
		this.#driver = driver;
		this.#log = log;
		this.#onChange = onChange;
	}

	get state(): EngineState {
		return this.#state;
	}

	/** Resolves after the first look, whatever it found. */
	start(): Promise<void> {
		return this.#look();
	}

	/** Something failed that may mean that the engine is gone: look at once. */
	suspect(): void {
		if (this.#state === "up" && !this.#isClosed) void this.#look();
	}

	/** Resolves when nothing of it runs any more. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#looking;
	}

	#look(): Promise<void> {
		this.#looking ??= this.#lookOnce().finally(() => {
			this.#looking = undefined;
			if (this.#isClosed) return;
			clearTimeout(this.#timer);
			const isFine = this.#state === "up" && this.#misses === 0;
			this.#timer = setTimeout(() => void this.#look(), isFine ? upIntervalMs : downIntervalMs);
		});
		return this.#looking;
	}

	/** Never rejects. */
	async #lookOnce(): Promise<void> {
		try {
			await this.#driver.ping(pingTimeoutMs);
			this.#misses = 0;
			if (this.#state === "up") return;
			const reaped = await this.#driver.reap();
			this.#log.info({ engine: "up", reaped }, "engine is up");
			this.#change("up");
		} catch (error) {
			this.#misses++;
			if (this.#state === "down" || (this.#state === "up" && this.#misses < missesBeforeDown)) return;
			this.#log.error({ engine: "down", err: error }, "engine is down");
			this.#change("down");
		}
	}

	#change(state: EngineState): void {
		this.#state = state;
		if (!this.#isClosed) this.#onChange(state);
	}
}
