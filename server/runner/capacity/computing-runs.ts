/**
 * Which runs compute, from the figures that come four times a second of each that is running. A run counts once, whatever processes it has and
 * whatever it says of itself, so that nobody's fork bomb makes the machine look full (ATTACKS 1).
 */

export interface Use {
	/** Runs that computed in the time between their last two figures, rather than waiting for input. */
	readonly computing: number;
	/** Cores that all of them got. */
	readonly cores: number;
}

/** Of a core. A program at a prompt takes less than a tenth of that, and on a machine with two hundred things to do for each core one that computes still gets it. */
const computesFrom = 0.005;
/** Figures that are older are of a run that has ended. */
const freshMs = 1_000;

interface Figures {
	readonly wallMs: number;
	readonly cpuMs: number;
}

interface Run extends Figures {
	readonly share: number;
	readonly atMs: number;
}

export class ComputingRuns<Key> {
	readonly #runs = new Map<Key, Run>();
	readonly #coresOfOne: number;
	readonly #now: () => number;

	/** `coresOfOne`: the most that one of them gets. */
	constructor(options: { coresOfOne: number; now: () => number }) {
		this.#coresOfOne = options.coresOfOne;
		this.#now = options.now;
	}

	note(key: Key, { wallMs, cpuMs }: Figures): void {
		const last = this.#runs.get(key);
		// The figures of a new step begin at nothing.
		const since = last !== undefined && last.wallMs < wallMs && last.cpuMs <= cpuMs ? last : { wallMs: 0, cpuMs: 0 };
		const share = wallMs > since.wallMs ? (cpuMs - since.cpuMs) / (wallMs - since.wallMs) : 0;
		this.#runs.set(key, { wallMs, cpuMs, share: Math.min(this.#coresOfOne, Math.max(0, share)), atMs: this.#now() });
	}

	forget(key: Key): void {
		this.#runs.delete(key);
	}

	use(): Use {
		let computing = 0;
		let cores = 0;
		for (const { share, atMs } of this.#runs.values()) {
			if (this.#now() - atMs > freshMs) continue;
			cores += share;
			if (share >= computesFrom) computing++;
		}
		return { computing, cores };
	}
}
