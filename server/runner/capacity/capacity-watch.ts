import type { Bottleneck } from "../door-protocol.ts";
import { Admission, type AdmissionSettings, type Capacity } from "./admission.ts";
import type { Use } from "./computing-runs.ts";
import type { Gauge } from "./machine-gauge.ts";

/** Reads the machine now and then, and keeps what it has room for. */

/** Four readings a second, of which one costs a fraction of a millisecond: a burst is noticed within a second. */
const everyMs = 250;

export class CapacityWatch {
	readonly #gauge: Gauge;
	readonly #admission: Admission;
	readonly #use: () => Use & { readonly leases: number };
	readonly #changed: () => void;
	#timer: NodeJS.Timeout | undefined;
	#reading: Promise<void> | undefined;
	#isClosed = false;

	/** `use`: what there is now. `changed`: the capacity has. */
	constructor(options: { gauge: Gauge; settings: AdmissionSettings; use: () => Use & { readonly leases: number }; changed: () => void }) {
		this.#gauge = options.gauge;
		this.#admission = new Admission(options.settings);
		this.#use = options.use;
		this.#changed = options.changed;
	}

	get capacity(): Capacity {
		return this.#admission.capacity;
	}

	isShort(of: Bottleneck): boolean {
		return this.#admission.isShort(of);
	}

	/** Resolves after the first reading. */
	start(): Promise<void> {
		this.#reading = this.#readOnce().finally(() => {
			if (!this.#isClosed) this.#timer = setTimeout(() => void this.start(), everyMs);
		});
		return this.#reading;
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		await this.#reading;
	}

	/** Never rejects, as the gauge does not. */
	async #readOnce(): Promise<void> {
		const reading = await this.#gauge.read();
		if (this.#isClosed) return;
		const before = this.#admission.capacity;
		const { leases, bottleneck } = this.#admission.take(reading, this.#use(), performance.now());
		if (leases !== before.leases || bottleneck !== before.bottleneck) this.#changed();
	}
}
