import type { ErrorCode } from "../../protocol/errors.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Toolchain } from "../languages/catalogue.ts";
import { type Lease, type LeaseHandlers, openLease } from "../runner/client.ts";
import type { Slot } from "./queue.ts";
import type { Permit } from "./quotas.ts";

/**
 * A sandbox as a session holds it: the lease, the slot and the permit, which come and go together. The permit returns when the sandbox is
 * given back, the slot when the runner's connection is closed. Once `close` was called no event comes any more.
 */

export interface SandboxEvents extends Pick<LeaseHandlers, "started" | "output" | "stats" | "stdinAck" | "step" | "exit"> {
	/** The sandbox is there: what was sent to it so far need not be kept any more. */
	claimed(): void;
	/** The runner still clears up after a sandbox that was given back. There is none, and slot and permit are the session's again. */
	busy(): void;
	/** It is gone, and not by `close`. `wasClaimed` is false when there never was one. */
	gone(code: ErrorCode, wasClaimed: boolean): void;
}

export class Sandbox {
	readonly toolchain: Toolchain;
	/** The isolation it runs in. */
	readonly tier: ServerTierId;
	readonly grantedMs: number;
	readonly lease: Lease;
	readonly #permit: Permit;
	readonly #slot: Slot;
	#isClosed = false;

	constructor(options: {
		socketPath: string;
		toolchain: Toolchain;
		tier: ServerTierId;
		slot: Slot;
		permit: Permit;
		nowMs: number;
		events: SandboxEvents;
		/** For the log: the runner broke the door's protocol. */
		onBreach: (detail: string) => void;
	}) {
		const { toolchain, tier, slot, permit, events } = options;
		this.toolchain = toolchain;
		this.tier = tier;
		this.grantedMs = options.nowMs;
		this.#permit = permit;
		this.#slot = slot;
		let code: ErrorCode = "sandboxLost";
		let wasClaimed = false;
		const whileOpen =
			<Arguments extends unknown[]>(handler: (...parts: Arguments) => void) =>
			(...parts: Arguments) => {
				if (!this.#isClosed) handler(...parts);
			};
		this.lease = openLease({
			socketPath: options.socketPath,
			language: toolchain.language.id,
			version: toolchain.version.version,
			tier,
			handlers: {
				claimed: () => {
					wasClaimed = true;
					if (!this.#isClosed) events.claimed();
				},
				refused: (reason) => {
					code = reason;
				},
				lost: (reason) => {
					code = reason;
				},
				started: whileOpen((start) => events.started(start)),
				output: whileOpen((stream, bytes) => events.output(stream, bytes)),
				stats: whileOpen((stats) => events.stats(stats)),
				stdinAck: whileOpen((bytes) => events.stdinAck(bytes)),
				step: whileOpen((step) => events.step(step)),
				exit: whileOpen((exit) => events.exit(exit)),
				closed: (reason, detail) => {
					if (code === "queueFull" && !wasClaimed && !this.#isClosed) {
						this.#isClosed = true;
						events.busy();
						return;
					}
					slot.release();
					permit.release();
					if (reason === "breach") options.onBreach(detail);
					if (!this.#isClosed) events.gone(code, wasClaimed);
					this.#isClosed = true;
				},
			},
		});
	}

	close(): void {
		if (this.#isClosed) return;
		this.#isClosed = true;
		this.#permit.release();
		this.#slot.announceRelease();
		this.lease.close();
	}
}
