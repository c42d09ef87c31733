import type { Logger } from "pino";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Config } from "../config.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import type { AgentLink } from "./agent-link.ts";
import { bootAgent, silentHandlers } from "./boot.ts";
import type { SandboxDriver } from "./drivers/driver.ts";
import { EngineWatch } from "./engine-watch.ts";
import { type LimitSettings, sandboxLimits } from "./limits.ts";
import { type ClaimWaiter, Shelf, shelfKey } from "./pool-shelf.ts";
import { usualStart } from "./run-plan.ts";

/**
 * The warm pool: for each version of each language in each tier, sandboxes that are started, attached and have said READY.
 *
 * A tier is shut until `openTier`; while it is shut it has no sandbox and gives none. Of the tiers that are open, a version is kept
 * warm in the first, and in another for some minutes after it was asked for there. How many: the operator's number at least, more where more
 * were asked for lately than could be made meanwhile (demand.ts), and all together no more than the operator's ceiling.
 *
 * Who owns what: the pool owns a sandbox from `create` until a claim takes its link, and again from `retire`, when it is destroyed.
 * A claim takes an idle link without asking the engine anything. When there is none it waits, and what is created next for its
 * language is its own; creations for those who wait come before the refill, which keeps to `refillConcurrency`.
 * While the engine is not up, nothing is created and every claim is refused.
 *
 * It is longer than most files: what is warm, who waits and what is being made are one bookkeeping.
 */

export type PoolSettings = LimitSettings & Pick<Config, "poolSize" | "poolCeiling">;

/** What the machine is short of: nothing; cores, and no more is kept warm than the operator's number; memory, and nothing is made but for who waits. */
export type Thrift = "none" | "floorOnly" | "refillNothing";

export type Claim =
	| { readonly kind: "granted"; readonly link: AgentLink }
	| { readonly kind: "refused"; readonly code: ErrorCode }
	| { readonly kind: "waiting"; cancel(): void };

const refillConcurrency = 2;
/** Making a sandbox takes CPU time, with some drivers a third of a second, which the program that has just been started may have first. */
const refillDelayShare = 0.6;
const longestRefillDelayMs = 150;
/** How often is looked whether what is warm is still wanted. */
const trimEveryMs = 5_000;
const creationConcurrency = 4;
const sweepDelayMs = 2_000;

export class Pool {
	readonly #driver: SandboxDriver;
	readonly #settings: PoolSettings;
	readonly #log: Logger;
	readonly #onChange: () => void;
	readonly #watch: EngineWatch;
	/** In the operator's order. */
	readonly #tiers: readonly ServerTierId[];
	readonly #openTiers = new Set<ServerTierId>();
	/** In the order in which they are filled. */
	readonly #shelves = new Map<string, Shelf>();
	readonly #work = new Set<Promise<void>>();
	#thrift: Thrift = "none";
	readonly #now: () => number;
	#trimTimer: NodeJS.Timeout | undefined;
	#wakeTimer: NodeJS.Timeout | undefined;
	#refillTimer: NodeJS.Timeout | undefined;
	#sweepTimer: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(options: {
		driver: SandboxDriver;
		toolchains: readonly Toolchain[];
		/** Those that the operator allows, in his order. */
		tiers: readonly ServerTierId[];
		settings: PoolSettings;
		log: Logger;
		/** The figures of `status` may have changed. */
		onChange(): void;
		/** Milliseconds of a clock that never goes back. */
		now?: () => number;
	}) {
		this.#now = options.now ?? (() => performance.now());
		this.#driver = options.driver;
		this.#settings = options.settings;
		this.#log = options.log;
		this.#onChange = options.onChange;
		this.#tiers = options.tiers;
		// Python first: it is what a new visitor's page opens with.
		const isPython = (toolchain: Toolchain): number => (toolchain.language.id === "python" ? 0 : 1);
		for (const toolchain of [...options.toolchains].sort((a, b) => isPython(a) - isPython(b))) {
			for (const tier of options.tiers.filter((it) => toolchain.tiers.includes(it))) {
				const shelf = new Shelf(toolchain, tier, this.#now);
				this.#shelves.set(shelf.key, shelf);
			}
		}
		this.#watch = new EngineWatch(options.driver, options.log, (state) => this.#engineChanged(state));
	}

	/** Reaps what earlier processes of this instance left, if the engine is up; else that is done when it comes up. */
	start(): Promise<void> {
		this.#trimTimer = setInterval(() => this.#schedule(), trimEveryMs);
		return this.#watch.start();
	}

	/** Nothing where the operator does not allow the tier, or the language does not run in it. */
	setImage(toolchain: Toolchain, tier: ServerTierId, image: string): void {
		const shelf = this.#shelves.get(shelfKey(tier, toolchain));
		if (shelf === undefined || shelf.image === image) return;
		shelf.image = image;
		this.#retireIdle(shelf);
		this.#schedule();
	}

	setThrift(thrift: Thrift): void {
		if (this.#thrift === thrift) return;
		this.#thrift = thrift;
		this.#schedule();
	}

	openTier(tier: ServerTierId): void {
		this.#openTiers.add(tier);
		this.#schedule();
	}

	/** What is idle in it is destroyed, who waits is refused. Leases that have a sandbox of it are their owner's to end. */
	shutTier(tier: ServerTierId): void {
		if (!this.#openTiers.delete(tier)) return;
		for (const shelf of this.#shelves.values()) {
			if (shelf.tier !== tier) continue;
			this.#refuseWaiters(shelf, "tierUnavailable");
			this.#retireIdle(shelf);
		}
		this.#schedule();
	}

	status() {
		return {
			engine: this.#watch.state,
			languages: [...this.#shelves.values()].map((shelf) => ({
				language: shelf.toolchain.language.id,
				version: shelf.toolchain.version.version,
				tier: shelf.tier,
				isReady: shelf.image !== null,
				imageDigest: shelf.imageDigest,
				idle: shelf.idle.length,
				starting: shelf.starting,
			})),
		};
	}

	/** `waiter` is called only when the answer is `waiting`, once, and never from within this call. */
	claim(toolchain: Toolchain, tier: ServerTierId, waiter: ClaimWaiter): Claim {
		const shelf = this.#shelves.get(shelfKey(tier, toolchain));
		if (this.#isClosed) return { kind: "refused", code: "shuttingDown" };
		if (shelf === undefined) return { kind: "refused", code: toolchain.tiers.includes(tier) ? "tierUnavailable" : "tierWithoutLanguage" };
		if (this.#watch.state !== "up") return { kind: "refused", code: this.#watch.state === "down" ? "engineDown" : "runnerDown" };
		if (shelf.image === null) return { kind: "refused", code: "imagesMissing" };
		if (!this.#openTiers.has(tier)) return { kind: "refused", code: "tierUnavailable" };
		shelf.claimed();
		const link = shelf.idle.shift();
		if (link !== undefined) {
			this.#refillTimer ??= setTimeout(
				() => {
					this.#refillTimer = undefined;
					this.#schedule();
				},
				Math.min(longestRefillDelayMs, shelf.creationMs * refillDelayShare),
			);
			return { kind: "granted", link };
		}
		shelf.waiters.add(waiter);
		setImmediate(() => this.#schedule());
		return { kind: "waiting", cancel: () => shelf.waiters.delete(waiter) };
	}

	/** How the first run of a lease was started: what waits in the sandboxes to come is chosen by it. */
	noteMode(toolchain: Toolchain, tier: ServerTierId, mode: "pty" | "pipes"): void {
		this.#shelves.get(shelfKey(tier, toolchain))?.started(mode);
	}

	/** Destroys a sandbox, whoever had it. Resolves when that is done or has been left to a sweep; never rejects. */
	retire(link: AgentLink): Promise<void> {
		return this.#track(
			link.sandbox.destroy().catch((error: unknown) => {
				this.#log.warn({ sandbox: link.sandbox.id, err: error }, "a sandbox could not be removed; a sweep will");
				this.#watch.suspect();
				this.#planSweep();
			}),
		);
	}

	/** Refuses everybody, destroys what is idle, and waits for all that is under way. Leases are closed before. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearInterval(this.#trimTimer);
		clearTimeout(this.#wakeTimer);
		clearTimeout(this.#refillTimer);
		clearTimeout(this.#sweepTimer);
		for (const shelf of this.#shelves.values()) {
			this.#refuseWaiters(shelf, "shuttingDown");
			this.#retireIdle(shelf);
		}
		await this.#watch.close();
		while (this.#work.size > 0) await Promise.all(this.#work);
		clearTimeout(this.#sweepTimer);
	}

	#retireIdle(shelf: Shelf): void {
		this.#retireAbove(shelf, 0);
	}

	/** The youngest go: they have had the least time to be wanted. */
	#retireAbove(shelf: Shelf, kept: number): void {
		for (const link of shelf.idle.splice(kept)) {
			// Its end is wanted, and nobody's news.
			link.handlers = silentHandlers;
			void this.retire(link);
		}
	}

	#track(work: Promise<void>): Promise<void> {
		this.#work.add(work);
		return work.finally(() => this.#work.delete(work));
	}

	#engineChanged(state: string): void {
		if (state === "up") {
			this.#schedule();
			// What the reaping before "up" found slow to go.
			if (!this.#isClosed) this.#planSweep();
		} else for (const shelf of this.#shelves.values()) this.#refuseWaiters(shelf, "engineDown");
		this.#onChange();
	}

	#refuseWaiters(shelf: Shelf, code: ErrorCode): void {
		const waiters = [...shelf.waiters];
		shelf.waiters.clear();
		for (const waiter of waiters) waiter.refused(code);
	}

	/** Starts as many creations as are wanted and allowed. Called after every change. */
	#schedule(): void {
		if (this.#isClosed || this.#watch.state !== "up") return;
		clearTimeout(this.#wakeTimer);
		const shelves = [...this.#shelves.values()];
		const starting = (): number => shelves.reduce((sum, shelf) => sum + shelf.starting, 0);
		for (const shelf of shelves) {
			while (shelf.waiters.size > shelf.starting && starting() < creationConcurrency) this.#create(shelf);
		}
		for (const shelf of shelves) this.#retireAbove(shelf, this.#wantedIn(shelf));
		const isWanting = (shelf: Shelf): boolean =>
			this.#thrift !== "refillNothing" && shelf.idle.length + shelf.starting < this.#wantedIn(shelf);
		const wanting = shelves.filter(isWanting).sort((a, b) => a.idle.length - b.idle.length);
		if (this.#warmCount() >= this.#settings.poolCeiling && wanting.some((shelf) => shelf.idle.length < this.#floorOf(shelf)))
			this.#retireLargest(shelves);
		for (const shelf of wanting) {
			while (isWanting(shelf) && shelf.mayTry() && starting() < refillConcurrency && this.#warmCount() < this.#settings.poolCeiling)
				this.#create(shelf);
		}
		const waits = shelves.filter((shelf) => isWanting(shelf) && !shelf.mayTry()).map((shelf) => shelf.msUntilTry());
		if (waits.length > 0) this.#wakeTimer = setTimeout(() => this.#schedule(), Math.min(...waits));
		this.#onChange();
	}

	/** How many are to be kept warm. */
	#wantedIn(shelf: Shelf): number {
		const floor = this.#floorOf(shelf);
		return floor === 0 || this.#thrift !== "none" ? floor : Math.max(floor, shelf.demanded);
	}

	/** The operator's number, where the version is kept warm at all. */
	#floorOf(shelf: Shelf): number {
		if (shelf.image === null || !this.#openTiers.has(shelf.tier)) return 0;
		const first = this.#tiers.find((tier) => this.#openTiers.has(tier) && shelf.toolchain.tiers.includes(tier));
		const isUsual = first === shelf.tier && !shelf.toolchain.isForBrowsers;
		return isUsual || shelf.isInDemand() ? this.#settings.poolSize : 0;
	}

	/** Under the ceiling, what one language has above its number gives way to another's first. */
	#retireLargest(shelves: readonly Shelf[]): void {
		const surplus = (shelf: Shelf): number => shelf.idle.length - this.#floorOf(shelf);
		const largest = shelves.reduce((most, shelf) => (surplus(shelf) > surplus(most) ? shelf : most));
		if (surplus(largest) > 0) this.#retireAbove(largest, largest.idle.length - 1);
	}

	/** Those under way included: they take memory as well. */
	#warmCount(): number {
		return [...this.#shelves.values()].reduce((sum, shelf) => sum + shelf.idle.length + shelf.starting, 0);
	}

	#create(shelf: Shelf): void {
		shelf.starting++;
		void this.#track(this.#createOne(shelf));
	}

	/** Never rejects. */
	async #createOne(shelf: Shelf): Promise<void> {
		const image = shelf.image;
		const startedMs = this.#now();
		try {
			if (image === null) throw new Error("no image");
			const link = await this.#boot(shelf, image);
			// What followed READY in the same breath may have been its end.
			if (!link.isReady) {
				void this.retire(link);
				throw new Error("the agent was ready, and broke the rules at once");
			}
			shelf.starting--;
			shelf.succeeded(this.#now() - startedMs);
			this.#place(shelf, link, image);
		} catch (error) {
			shelf.starting--;
			shelf.failed();
			this.#log.error(
				{ tier: shelf.tier, language: shelf.toolchain.key, err: error, retryMs: shelf.msUntilTry() },
				"a sandbox could not be made",
			);
			this.#watch.suspect();
			// Those whom this creation was for, and nobody whom another under way will serve.
			for (const waiter of [...shelf.waiters].slice(shelf.starting)) {
				shelf.waiters.delete(waiter);
				waiter.refused("internal");
			}
		}
		this.#schedule();
	}

	/** Rejects, with nothing left behind, unless the agent says READY in time. */
	async #boot(shelf: Shelf, image: string): Promise<AgentLink> {
		const { toolchain } = shelf;
		const limits = sandboxLimits(this.#settings, toolchain.limits);
		const sandbox = await this.#driver.create({ ...limits, tier: shelf.tier, image, label: toolchain.key });
		return bootAgent(sandbox, (link) => void this.retire(link));
	}

	#place(shelf: Shelf, link: AgentLink, image: string): void {
		const [waiter] = shelf.waiters;
		if (this.#isClosed || image !== shelf.image || !this.#openTiers.has(shelf.tier)) {
			void this.retire(link);
			return;
		}
		if (waiter !== undefined) {
			shelf.waiters.delete(waiter);
			waiter.granted(link);
			return;
		}
		// Somebody waited, and went away.
		if (shelf.idle.length >= this.#wantedIn(shelf) || this.#warmCount() >= this.#settings.poolCeiling) {
			void this.retire(link);
			return;
		}
		link.handlers = { ...silentHandlers, dead: (reason) => this.#idleDied(shelf, link, reason) };
		// Only now: in a clone of a virtual machine nothing may be started before it has a seed of its own, which it has with READY.
		const start = usualStart(shelf.toolchain, shelf.usualMode);
		if (start !== null) link.prespawn(start);
		shelf.idle.push(link);
	}

	#idleDied(shelf: Shelf, link: AgentLink, reason: string): void {
		shelf.idle = shelf.idle.filter((other) => other !== link);
		this.#log.warn({ sandbox: link.sandbox.id, reason }, "a warm sandbox died");
		void this.retire(link);
		// One that dies as soon as it is warm must not be made anew without end.
		shelf.failed();
		this.#watch.suspect();
		this.#schedule();
	}

	/** For what `retire` could not remove while the engine was up. */
	#planSweep(): void {
		clearTimeout(this.#sweepTimer);
		this.#sweepTimer = setTimeout(() => {
			if (this.#watch.state !== "up") return;
			void this.#track(
				this.#driver.reap().then(
					(reaped) => {
						if (reaped === 0) return;
						this.#log.info({ reaped }, "swept");
						if (!this.#isClosed) this.#planSweep();
					},
					(error: unknown) => {
						this.#log.warn({ err: error }, "the sweep failed");
						if (!this.#isClosed) this.#planSweep();
					},
				),
			);
		}, sweepDelayMs);
	}
}
