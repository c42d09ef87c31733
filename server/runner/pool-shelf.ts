import type { ErrorCode } from "../../protocol/errors.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import type { AgentLink } from "./agent-link.ts";
import { Demand } from "./demand.ts";

const firstRetryMs = 250;
const longestRetryMs = 30_000;

/** Somebody for whom no warm sandbox was there. One of the two is called, once. */
export interface ClaimWaiter {
	granted(link: AgentLink): void;
	refused(code: ErrorCode): void;
}

/** After the last claim of a tier that is not its language's first choice, its shelf stays warm this long. */
const demandMs = 600_000;

/** What the newest lease counts among those before it: three of one kind in a row decide. */
const newestShare = 0.25;

/** The pool's part for one version of one language in one tier: what is warm, what is being made, who waits, and when to try again after failures. */
export class Shelf {
	readonly toolchain: Toolchain;
	readonly tier: ServerTierId;
	image: string | null = null;
	idle: AgentLink[] = [];
	starting = 0;
	/** First come, first served. */
	readonly waiters = new Set<ClaimWaiter>();
	#failures = 0;
	#tryAtMs = 0;
	#demandedUntilMs = 0;
	readonly #demand = new Demand();
	readonly #now: () => number;

	#pipesShare = 0;

	constructor(toolchain: Toolchain, tier: ServerTierId, now: () => number) {
		this.toolchain = toolchain;
		this.tier = tier;
		this.#now = now;
	}

	get key(): string {
		return shelfKey(this.tier, this.toolchain);
	}

	/** What setup/images.ts ends a tag with. */
	get imageDigest(): string | undefined {
		return /-([0-9a-f]{12,64})$/.exec(this.image ?? "")?.[1];
	}

	claimed(): void {
		this.#demandedUntilMs = this.#now() + demandMs;
		this.#demand.claimed(this.#now());
	}

	/** How the first run of a lease was started. */
	started(mode: "pty" | "pipes"): void {
		this.#pipesShare += ((mode === "pipes" ? 1 : 0) - this.#pipesShare) * newestShare;
	}

	/** How most of the last leases began, and so the next one probably will. */
	get usualMode(): "pty" | "pipes" {
		return this.#pipesShare > 0.5 ? "pipes" : "pty";
	}

	isInDemand(): boolean {
		return this.#now() < this.#demandedUntilMs;
	}

	/** How many warm ones what was asked for lately is worth. */
	get demanded(): number {
		return this.#demand.wanted(this.#now());
	}

	/** What making one has taken lately. */
	get creationMs(): number {
		return this.#demand.creationMs;
	}

	succeeded(tookMs: number): void {
		this.#failures = 0;
		this.#tryAtMs = 0;
		this.#demand.created(tookMs);
	}

	/** Doubles the wait, with jitter, so that many shelves do not come back at one moment. */
	failed(): void {
		const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures, 20));
		this.#failures++;
		this.#tryAtMs = this.#now() + waitMs * (0.5 + Math.random() / 2);
	}

	mayTry(): boolean {
		return this.msUntilTry() === 0;
	}

	msUntilTry(): number {
		return Math.max(0, Math.ceil(this.#tryAtMs - this.#now()));
	}
}

export const shelfKey = (tier: ServerTierId, toolchain: Toolchain): string => `${tier}/${toolchain.key}`;
