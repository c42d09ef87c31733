import type { Bottleneck } from "../door-protocol.ts";
import { Admission, type AdmissionSettings, type Capacity } from "./admission.ts";
import type { Use } from "./computing-runs.ts";
import type { Gauge } from "./machine-gauge.ts";

/** Reads the machine now and then, and keeps what it has room for. */

/** Four readings a second, of which one costs a tenth of a millisecond: a burst is noticed within a second. */
const everyMs = 250;

export class CapacityWatch {
	readonly #gauge: Gauge;
	readonly #admission: Admission;
	readonly #use: () => Use & { readonly leases: number };
	readonly #changed: () => void;
	#told: Capacity;
	#timer: NodeJS.Timeout | undefined;

	/** `use`: what there is now. `changed`: the capacity has. */
	constructor(options: { gauge: Gauge; settings: AdmissionSettings; use: () => Use & { readonly leases: number }; changed: () => void }) {
		this.#gauge = options.gauge;
		this.#admission = new Admission(options.settings);
		this.#told = this.#admission.capacity;
		this.#use = options.use;
		this.#changed = options.changed;
	}

	get capacity(): Capacity {
		return this.#admission.capacity;
	}

	isShort(of: Bottleneck): boolean {
		return this.#admission.isShort(of);
	}

	/** The first reading is taken at once. */
	start(): void {
		this.#read();
		this.#timer = setInterval(() => this.#read(), everyMs);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#read(): void {
		const nowMs = performance.now();
		const use = this.#use();
		const capacity = this.#admission.take(this.#gauge.read(nowMs), use, nowMs);
		if (!isNews(capacity, this.#told, use.leases)) return;
		this.#told = capacity;
		this.#changed();
	}
}

/** With room to spare, it matters to nobody whether there is some more. */
const sparedRoom = 8;

function isNews(now: Capacity, told: Capacity, leases: number): boolean {
	if (now.bottleneck !== told.bottleneck) return true;
	const isNear = Math.min(now.leases, told.leases) - leases < sparedRoom;
	return isNear ? now.leases !== told.leases : Math.abs(now.leases - told.leases) > told.leases / 4;
}
