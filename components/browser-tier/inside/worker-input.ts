import type { ToWorker } from "../wire.ts";

/** The program's side of its input: whoever reads asks for it and waits; one reader at a time. */

const interrupted = Symbol("interrupted");
export type Interrupted = typeof interrupted;

export class WorkerInput {
	#waiting: ((bytes: Uint8Array | null | Interrupted) => void) | null = null;
	#rest: Uint8Array = new Uint8Array();
	readonly #ask: () => void;

	constructor(ask: () => void) {
		this.#ask = ask;
	}

	/** At most `limit` bytes as soon as there are any; null at the end of input, `isInterrupted` after Ctrl-C. */
	async read(limit: number): Promise<Uint8Array | null | Interrupted> {
		if (this.#rest.length === 0) {
			const answer = await new Promise<Uint8Array | null | Interrupted>((resolve) => {
				this.#waiting = resolve;
				this.#ask();
			});
			if (!(answer instanceof Uint8Array)) return answer;
			this.#rest = answer;
		}
		const bytes = this.#rest.subarray(0, limit);
		this.#rest = this.#rest.subarray(bytes.length);
		return bytes;
	}

	answer(message: Extract<ToWorker, { type: "input" | "interrupt" }>): void {
		const waiting = this.#waiting;
		this.#waiting = null;
		waiting?.(message.type === "interrupt" ? interrupted : message.bytes);
	}
}

export function isInterrupted(answer: Uint8Array | null | Interrupted): answer is Interrupted {
	return answer === interrupted;
}
