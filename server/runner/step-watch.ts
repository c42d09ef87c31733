/**
 * The walls of a step, kept from outside: the agent's own clock comes first, by `graceMs`; this one is for an agent that was taken
 * over, stopped or stalled.
 */

const graceMs = 1_000;

export class StepWatch {
	readonly #onStrike: (limit: "idleWall" | "totalWall") => void;
	#idleTimer: NodeJS.Timeout | undefined;
	#totalTimer: NodeJS.Timeout | undefined;

	constructor(onStrike: (limit: "idleWall" | "totalWall") => void) {
		this.#onStrike = onStrike;
	}

	start(limits: { readonly idleWallMs: number; readonly totalWallMs: number }): void {
		this.stop();
		this.#idleTimer = setTimeout(() => this.#strike("idleWall"), limits.idleWallMs + graceMs);
		this.#totalTimer = setTimeout(() => this.#strike("totalWall"), limits.totalWallMs + graceMs);
	}

	/** Input was sent: the idle wall counts anew. */
	touch(): void {
		this.#idleTimer?.refresh();
	}

	stop(): void {
		clearTimeout(this.#idleTimer);
		clearTimeout(this.#totalTimer);
		this.#idleTimer = undefined;
	}

	#strike(limit: "idleWall" | "totalWall"): void {
		this.stop();
		this.#onStrike(limit);
	}
}
