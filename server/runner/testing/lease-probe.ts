import type { ServerTierId } from "../../../protocol/tiers.ts";
import { type Lease, type LeaseHandlers, type LeaseRun, openLease } from "../client.ts";
import type { Rig } from "./rig.ts";

/** A lease whose every event is kept, and can be waited for. */

type Event = { [Name in keyof LeaseHandlers]: { name: Name; values: Parameters<LeaseHandlers[Name]> } }[keyof LeaseHandlers];
type EventOf<Name extends Event["name"]> = Extract<Event, { name: Name }>["values"];

const waitLimitMs = 40_000;

export class LeaseProbe {
	readonly lease: Lease;
	readonly events: Event[] = [];
	stdout = "";
	stderr = "";
	outputBytes = 0;
	#wake: () => void = () => undefined;

	constructor(rig: Pick<Rig, "socketPath">, language: string, version: string, tier: ServerTierId = "container") {
		const keep = (event: Event): void => {
			this.events.push(event);
			this.#wake();
		};
		this.lease = openLease({
			socketPath: rig.socketPath,
			language,
			version,
			tier,
			handlers: {
				claimed: (...values) => keep({ name: "claimed", values }),
				refused: (...values) => keep({ name: "refused", values }),
				started: (...values) => keep({ name: "started", values }),
				output: (stream, bytes) => {
					this[stream] += bytes.toString("latin1");
					this.outputBytes += bytes.length;
					this.#wake();
				},
				stats: (...values) => keep({ name: "stats", values }),
				stdinAck: (...values) => keep({ name: "stdinAck", values }),
				step: (...values) => keep({ name: "step", values }),
				exit: (...values) => keep({ name: "exit", values }),
				lost: (...values) => keep({ name: "lost", values }),
				closed: (...values) => keep({ name: "closed", values }),
			},
		});
	}

	/** One file, no arguments, pipes; `more` says otherwise. */
	run(content: string, more: Partial<LeaseRun> & { readonly name?: string } = {}): void {
		const { name = "main.py", ...rest } = more;
		const isSent = this.lease.run({
			files: [{ name, content }],
			entry: name,
			arguments: [],
			mode: "pipes",
			columns: 80,
			rows: 24,
			limits: {},
			...rest,
		});
		if (!isSent) throw new Error("the lease took no run");
	}

	all<Name extends Event["name"]>(name: Name): EventOf<Name>[] {
		return this.events.filter((event) => event.name === name).map((event) => event.values as EventOf<Name>);
	}

	/** The values of the `count`th event of that name. */
	async next<Name extends Event["name"]>(name: Name, count = 1): Promise<EventOf<Name>> {
		await this.until(() => this.all(name).length >= count, `${name} ${count}`);
		const values = this.all(name)[count - 1];
		if (values === undefined) throw new Error("unreachable");
		return values;
	}

	/** The outcome of the `count`th run. */
	async exit(count = 1): Promise<EventOf<"exit">[0]> {
		return (await this.next("exit", count))[0];
	}

	until(isSo: () => boolean, what: string): Promise<void> {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(
				() => reject(new Error(`never came: ${what}; came: ${JSON.stringify(this.events).slice(0, 2_000)}; ${this.stdout.slice(0, 500)}`)),
				waitLimitMs,
			);
			const look = (): void => {
				if (!isSo()) return;
				clearTimeout(timer);
				this.#wake = () => undefined;
				resolve();
			};
			this.#wake = look;
			look();
		});
	}

	async close(): Promise<void> {
		this.lease.close();
		await this.next("closed");
	}
}
