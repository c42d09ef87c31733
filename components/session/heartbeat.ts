/** PROTOCOL.md P12: after this long without a word the page asks … */
export const silenceMs = 10_000;
/** … and gives the connection up when no answer comes within this. */
export const pongLimitMs = 5_000;

export interface HeartbeatTimes {
	readonly silenceMs: number;
	readonly pongLimitMs: number;
}

/** Watches one connection. The owner calls `heard` on whatever arrives and `stop` when the connection ends. */
export class Heartbeat {
	readonly #times: HeartbeatTimes;
	readonly #ping: (nonce: number) => void;
	readonly #onLost: () => void;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#nonce = 0;

	constructor(times: HeartbeatTimes, ping: (nonce: number) => void, onLost: () => void) {
		this.#times = times;
		this.#ping = ping;
		this.#onLost = onLost;
		this.heard();
	}

	heard(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.#timer = setTimeout(this.#onLost, this.#times.pongLimitMs);
			this.#ping(++this.#nonce);
		}, this.#times.silenceMs);
	}

	stop(): void {
		clearTimeout(this.#timer);
	}
}
