import type { ClientMessage } from "../../protocol/messages.ts";
import type { Lease, LeaseRun } from "../runner/client.ts";

/**
 * What a reader does to a run before its sandbox is there: kept, so that it reaches the program whenever that starts, and again when
 * the runner has to be asked twice. Bounded by the credit for stdin (PROTOCOL.md P7).
 */
export class EarlyInput {
	readonly #request: LeaseRun;
	readonly #chunks: Uint8Array[] = [];
	#hasEnded = false;
	isStopped = false;
	/** How often the runner was still busy. */
	refusals = 0;

	constructor(request: LeaseRun) {
		this.#request = request;
	}

	/** Copies the bytes. */
	add(bytes: Uint8Array): void {
		this.#chunks.push(Uint8Array.from(bytes));
	}

	/** A signal is dropped: there is no process yet that could take it. */
	note(message: Extract<ClientMessage, { type: "stop" | "resize" | "signal" | "eof" }>): void {
		if (message.type === "eof") this.#hasEnded = true;
		else if (message.type === "stop") this.isStopped = true;
		else if (message.type === "resize") {
			this.#request.columns = message.columns;
			this.#request.rows = message.rows;
		}
	}

	/** Sends all of it, after the run itself. */
	replayTo(lease: Lease): void {
		for (const chunk of this.#chunks) lease.stdin(chunk);
		if (this.#hasEnded) lease.eof();
	}
}
