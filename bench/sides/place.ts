import type { BenchProgram } from "../programs.ts";

/**
 * Where a program can be started: at the agent, at the runner's door, at the gateway's socket. The same measurements are made at each, and
 * what one takes longer than the next is the price of what lies between.
 */
export interface Place {
	/** Sends everything at once; one program at a time. */
	start(program: BenchProgram): RunningProgram;
	close(): Promise<void>;
}

export interface RunningProgram {
	/** `performance.now()` of the first output byte's arrival; rejects when it ends without any. */
	readonly firstByteAt: Promise<number>;
	/** When the next output after this call arrives. */
	nextOutputAt(): Promise<number>;
	type(bytes: Uint8Array): void;
	stop(): void;
	/** The place can start another program. */
	readonly ended: Promise<void>;
}

interface Waiter {
	resolve(at: number): void;
	reject(error: Error): void;
}

/** The times at which output arrives, for places that hear of it by a callback. */
export class OutputClock {
	readonly firstByteAt: Promise<number>;
	#waiters: Waiter[] = [];
	#endedBecause: string | null = null;

	constructor() {
		this.firstByteAt = this.next();
		// Who measures echoes does not ask for it.
		this.firstByteAt.catch(() => undefined);
	}

	tick(): void {
		const at = performance.now();
		for (const waiter of this.#waiters.splice(0)) waiter.resolve(at);
	}

	next(): Promise<number> {
		return new Promise((resolve, reject) => {
			if (this.#endedBecause === null) this.#waiters.push({ resolve, reject });
			else reject(new Error(this.#endedBecause));
		});
	}

	/** Whoever still waits will wait in vain. */
	end(because: string): void {
		this.#endedBecause = because;
		for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error(because));
	}
}

/** Milliseconds from the start until the first byte; returns when the place is free again. */
export async function timeStart(place: Place, program: BenchProgram): Promise<number> {
	const startedAt = performance.now();
	const running = place.start(program);
	const firstByteAt = await running.firstByteAt;
	await running.ended;
	return firstByteAt - startedAt;
}
