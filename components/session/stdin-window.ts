import { maxBinaryBytes, stdinWindowBytes } from "../../protocol/streams.ts";

/** What a page holds back at most while the program does not read; a paste that does not fit is refused whole. */
export const maxQueuedInputBytes = 1_048_576;

/**
 * Input on its way to one run (PROTOCOL.md P7): never more than `stdinWindowBytes` unacknowledged, the rest in order behind it.
 * Made anew for each run.
 */
export class StdinWindow {
	readonly #send: (bytes: Uint8Array) => void;
	#queue: Uint8Array[] = [];
	#queuedBytes = 0;
	#unacknowledgedBytes = 0;
	#isOpen = false;

	constructor(send: (bytes: Uint8Array) => void) {
		this.#send = send;
	}

	/** False: it is more than the queue takes; none of it was taken. */
	write(bytes: Uint8Array): boolean {
		if (this.#queuedBytes + bytes.length > maxQueuedInputBytes) return false;
		if (bytes.length === 0) return true;
		this.#queue.push(bytes);
		this.#queuedBytes += bytes.length;
		this.#pump();
		return true;
	}

	/** The program is there. What was typed ahead of it, while it compiled, goes first. */
	open(): void {
		this.#isOpen = true;
		this.#pump();
	}

	/** The program took this many. */
	acknowledge(bytes: number): void {
		this.#unacknowledgedBytes = Math.max(0, this.#unacknowledgedBytes - bytes);
		this.#pump();
	}

	#pump(): void {
		while (this.#isOpen) {
			const head = this.#queue[0];
			const room = Math.min(stdinWindowBytes - this.#unacknowledgedBytes, maxBinaryBytes - 1);
			if (head === undefined || room <= 0) return;
			const part = head.subarray(0, room);
			if (part.length === head.length) this.#queue.shift();
			else this.#queue[0] = head.subarray(room);
			this.#queuedBytes -= part.length;
			this.#unacknowledgedBytes += part.length;
			this.#send(part);
		}
	}
}
