import type { ServerTierId } from "../../protocol/tiers.ts";
import type { Toolchain } from "../../server/languages/catalogue.ts";
import { type Lease, openLease } from "../../server/runner/client.ts";
import type { BenchProgram } from "../programs.ts";
import { OutputClock, type Place, type RunningProgram } from "./place.ts";

/** A lease at the runner's door, as the gateway holds one, without the gateway. The claim is sent at once, and a run may follow at once. */
export class DoorPlace implements Place {
	readonly #lease: Lease;
	readonly #closed: Promise<void>;
	/** Resolves when a sandbox is there. */
	readonly claimed: Promise<void>;
	#clock = new OutputClock();
	#onExit: () => void = () => undefined;

	constructor(socketPath: string, toolchain: Toolchain, tier: ServerTierId = "container") {
		let onClaimed: () => void;
		let onRefused: (error: Error) => void;
		let onClosed: () => void;
		this.claimed = new Promise((resolve, reject) => {
			onClaimed = resolve;
			onRefused = reject;
		});
		this.claimed.catch(() => undefined);
		this.#closed = new Promise((resolve) => {
			onClosed = resolve;
		});
		this.#lease = openLease({
			socketPath,
			language: toolchain.language.id,
			version: toolchain.version.version,
			tier,
			handlers: {
				claimed: () => onClaimed(),
				refused: (code) => onRefused(new Error(`The runner refused a sandbox: ${code}.`)),
				started: () => undefined,
				output: () => this.#clock.tick(),
				stats: () => undefined,
				stdinAck: () => undefined,
				step: () => undefined,
				exit: ({ outcome }) => {
					this.#clock.end(`the run ended without output (${outcome.kind})`);
					this.#onExit();
				},
				lost: (code) => this.#clock.end(`the sandbox was lost (${code})`),
				closed: (reason) => {
					this.#clock.end(`the lease was closed (${reason})`);
					onClosed();
				},
			},
		});
	}

	start({ fileName, content, mode }: BenchProgram): RunningProgram {
		const clock = new OutputClock();
		this.#clock = clock;
		const ended = new Promise<void>((resolve) => {
			this.#onExit = resolve;
		});
		const files = [{ name: fileName, content }];
		if (!this.#lease.run({ files, entry: fileName, arguments: [], mode, columns: 80, rows: 24, limits: {} }))
			clock.end("the lease takes no run");
		return {
			firstByteAt: clock.firstByteAt,
			nextOutputAt: () => clock.next(),
			type: (bytes) => void this.#lease.stdin(bytes),
			stop: () => this.#lease.stop(),
			ended,
		};
	}

	async close(): Promise<void> {
		this.#lease.close();
		await this.#closed;
	}
}
