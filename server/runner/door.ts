import { chmod, lstat, mkdir, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { dirname } from "node:path";
import type { Logger } from "pino";
import type { ErrorCode } from "../../protocol/errors.ts";
import type { PostureReport } from "../../protocol/posture.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import { openProcessGauge } from "../process-figures.ts";
import type { Capacity } from "./capacity/admission.ts";
import { ComputingRuns, type Use } from "./capacity/computing-runs.ts";
import { DoorConnection, type DoorHost } from "./door-connection.ts";
import type { RunnerStatus } from "./door-protocol.ts";
import { Lease } from "./lease.ts";
import { effectiveLimits, type LimitSettings } from "./limits.ts";
import { OutputPace } from "./output-pace.ts";
import type { Pool } from "./pool.ts";
import type { BaselineTurn } from "./posture/baseline-turn.ts";
import type { TierBoard } from "./tier-board.ts";

/**
 * The unix socket, its connections, and how many leases there may be. A lease counts from its claim until its sandbox is known to be
 * gone, so that a gateway that opens and closes cannot have more sandboxes than there are leases.
 */

/** Connections that are no leases: watches, and claims that will be refused. */
const spareConnections = 32;
const statusIntervalMs = 250;
const figuresIntervalMs = 2_000;

export interface DoorOptions {
	readonly socketPath: string;
	readonly maxLeases: number;
	/** What the machine has room for. It is told, and kept by who is told; what is enforced here is `maxLeases`. */
	readonly capacity: () => Capacity;
	readonly settings: LimitSettings;
	readonly toolchains: readonly Toolchain[];
	readonly pool: Pool;
	readonly tiers: Pick<TierBoard, "statuses" | "reports">;
	/** Shown beside the tiers; nothing that a request names. */
	readonly baselines: Pick<BaselineTurn, "reports">;
	readonly log: Logger;
}

export class Door implements DoorHost {
	readonly #options: DoorOptions;
	readonly #server: Server;
	readonly #connections = new Set<DoorConnection>();
	readonly #watchers = new Set<DoorConnection>();
	readonly #leases = new Set<Lease>();
	readonly #closing = new Set<Promise<void>>();
	readonly #computing: ComputingRuns<Lease>;
	readonly pace = new OutputPace(() => performance.now());
	readonly #gauge = openProcessGauge();
	#figuresTimer: NodeJS.Timeout | undefined;
	#statusTimer: NodeJS.Timeout | undefined;
	#lastStatusAtMs = Number.NEGATIVE_INFINITY;
	#nextLeaseNumber = 1;
	#isClosed = false;

	constructor(options: DoorOptions) {
		this.#options = options;
		this.#computing = new ComputingRuns({ coresOfOne: options.settings.cpuCores, now: () => performance.now() });
		this.#server = createServer((socket) => this.#connections.add(new DoorConnection(socket, this)));
		this.#server.maxConnections = options.maxLeases + spareConnections;
	}

	/**
	 * Throws when another process answers at the socket; a socket that nobody answers at is removed. To be called before anything of
	 * the instance is reaped, which would be the other process's.
	 */
	async takePlace(): Promise<void> {
		const { socketPath } = this.#options;
		await mkdir(dirname(socketPath), { recursive: true, mode: 0o700 });
		await removeStaleSocket(socketPath);
	}

	/** Serves. */
	async open(): Promise<void> {
		const { socketPath } = this.#options;
		await new Promise<void>((resolve, reject) => {
			this.#server.once("error", reject);
			this.#server.listen(socketPath, () => {
				this.#server.off("error", reject);
				resolve();
			});
		});
		this.#figuresTimer = setInterval(() => this.#tellFigures(), figuresIntervalMs);
		await chmod(socketPath, 0o660);
	}

	/** Kills every sandbox and tells every gateway why; resolves when the engine has confirmed. */
	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#statusTimer);
		this.pace.close();
		clearInterval(this.#figuresTimer);
		this.#gauge.close();
		const isServerClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
		for (const connection of this.#connections) {
			if (connection.lease !== null) {
				connection.lease.run?.lose("shuttingDown");
				connection.send({ type: "lost", code: "shuttingDown" });
				this.#giveBack(connection.lease);
			}
			connection.end();
		}
		await Promise.all(this.#closing);
		for (const connection of this.#connections) connection.destroy();
		await isServerClosed;
	}

	/** What the leases take of the machine now. */
	use(): Use & { readonly leases: number } {
		return { ...this.#computing.use(), leases: this.#leases.size };
	}

	status(): RunnerStatus {
		const { pool, tiers, maxLeases } = this.#options;
		const { leases: capacity, bottleneck } = this.#options.capacity();
		return { ...pool.status(), tiers: tiers.statuses, leases: this.#leases.size, maxLeases, capacity, bottleneck };
	}

	/** Tells the watchers: at once, or when `statusIntervalMs` have passed since the last time. */
	statusChanged(): void {
		if (this.#isClosed || this.#statusTimer !== undefined) return;
		const waitMs = this.#lastStatusAtMs + statusIntervalMs - performance.now();
		this.#statusTimer = setTimeout(
			() => {
				this.#statusTimer = undefined;
				this.#lastStatusAtMs = performance.now();
				const status = this.status();
				for (const watcher of this.#watchers) watcher.send({ type: "status", status });
			},
			Math.max(0, waitMs),
		);
	}

	#tellFigures(): void {
		const figures = this.#gauge.read();
		for (const watcher of this.#watchers) watcher.send({ type: "figures", figures });
	}

	postureTaken(report: PostureReport): void {
		for (const watcher of this.#watchers) watcher.send({ type: "posture", report });
	}

	/** Ends every lease of a tier that is no longer trusted. */
	withdraw(tier: ServerTierId): void {
		for (const connection of this.#connections) {
			const { lease } = connection;
			if (lease?.tier !== tier) continue;
			lease.run?.lose("tierWithdrawn");
			connection.send({ type: "lost", code: "tierWithdrawn" });
			this.#giveBack(lease);
			connection.end();
		}
	}

	openLease(connection: DoorConnection, language: string, version: string, tier: ServerTierId): Lease | null {
		const { toolchains, settings, pool, log, maxLeases } = this.#options;
		const ofLanguage = toolchains.filter((toolchain) => toolchain.language.id === language);
		const toolchain = ofLanguage.find((candidate) => candidate.version.version === version);
		const refuse = (code: ErrorCode): null => {
			connection.send({ type: "refused", code });
			connection.end();
			return null;
		};
		if (this.#isClosed) return refuse("shuttingDown");
		if (toolchain === undefined) return refuse(ofLanguage.length === 0 ? "unknownLanguage" : "unknownVersion");
		if (this.#leases.size >= maxLeases) return refuse("queueFull");
		const sink = connection.sinkFor(tier, effectiveLimits(settings, toolchain.limits, {}));
		const lease: Lease = new Lease({
			pool,
			toolchain,
			tier,
			settings,
			sink: {
				...sink,
				stats: (figures) => {
					this.#computing.note(lease, figures);
					sink.stats(figures);
				},
			},
			log: log.child({ lease: this.#nextLeaseNumber++, tier, language: toolchain.key }),
		});
		this.#leases.add(lease);
		this.statusChanged();
		return lease;
	}

	watch(connection: DoorConnection): void {
		this.#watchers.add(connection);
		connection.send({ type: "status", status: this.status() });
		connection.send({ type: "figures", figures: this.#gauge.read() });
		const { tiers, baselines } = this.#options;
		for (const report of [...tiers.reports, ...baselines.reports]) connection.send({ type: "posture", report });
	}

	ended(connection: DoorConnection, lease: Lease | null, breach: string | null): void {
		this.#connections.delete(connection);
		this.#watchers.delete(connection);
		if (breach !== null) this.#options.log.warn({ breach }, "a connection broke the door's protocol");
		if (lease !== null) this.#giveBack(lease);
	}

	#giveBack(lease: Lease): void {
		const closing = lease.close().finally(() => {
			this.#leases.delete(lease);
			this.#computing.forget(lease);
			this.#closing.delete(closing);
			this.statusChanged();
		});
		this.#closing.add(closing);
	}
}

async function removeStaleSocket(socketPath: string): Promise<void> {
	const found = await lstat(socketPath).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return null;
		throw error;
	});
	if (found === null) return;
	if (!found.isSocket()) throw new Error(`${socketPath} is there and is no socket`);
	const isAnswered = await new Promise<boolean>((resolve) => {
		const probe = connect(socketPath);
		probe.once("connect", () => {
			probe.destroy();
			resolve(true);
		});
		probe.once("error", () => resolve(false));
	});
	if (isAnswered) throw new Error(`another runner answers at ${socketPath}`);
	await rm(socketPath, { force: true });
}
