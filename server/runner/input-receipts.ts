/**
 * What a program has taken of its input, told in few messages: at once when it is a good part of the credit (PROTOCOL.md P7), so that nobody
 * who has much to send waits for it, else within `delayMs`. A key would else cost a message at every hop on top of its echo.
 */

const promptBytes = 16_384;
const delayMs = 250;

export class InputReceipts {
	readonly #tell: (bytes: number) => void;
	#bytes = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(tell: (bytes: number) => void) {
		this.#tell = tell;
	}

	add(bytes: number): void {
		this.#bytes += bytes;
		if (this.#bytes >= promptBytes) this.flush();
		else this.#timer ??= setTimeout(() => this.flush(), delayMs);
	}

	flush(): void {
		const bytes = this.#bytes;
		this.close();
		if (bytes > 0) this.#tell(bytes);
	}

	/** Nothing is told any more of what was added so far. */
	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#bytes = 0;
	}
}
