import type { StreamName } from "../../../protocol/streams.ts";
import type { CountedMessage } from "../reliable-channel.ts";
import type { SessionChannel } from "../session.ts";

/** A session's channel without a wire: what it sends is called at once, and who listens blocks it when it cannot follow. */
export class DirectChannel implements SessionChannel {
	readonly #onBlocked: (isBlocked: boolean) => void;
	readonly #onMessage: (message: CountedMessage) => void;
	readonly #onBytes: (stream: Exclude<StreamName, "stdin">, bytes: Uint8Array) => void;
	#isDetached = false;
	#isBlocked = false;

	constructor(options: {
		onBlocked: (isBlocked: boolean) => void;
		onMessage: (message: CountedMessage) => void;
		/** A view, valid until it returns. */
		onBytes: (stream: Exclude<StreamName, "stdin">, bytes: Uint8Array) => void;
	}) {
		this.#onBlocked = options.onBlocked;
		this.#onMessage = options.onMessage;
		this.#onBytes = options.onBytes;
	}

	get isBlocked(): boolean {
		return this.#isBlocked;
	}

	block(isBlocked: boolean): void {
		if (this.#isBlocked === isBlocked) return;
		this.#isBlocked = isBlocked;
		this.#onBlocked(isBlocked);
	}

	send(message: CountedMessage): void {
		if (!this.#isDetached) this.#onMessage(message);
	}

	sendBytes(stream: Exclude<StreamName, "stdin">, bytes: Uint8Array): void {
		if (!this.#isDetached) this.#onBytes(stream, bytes);
	}

	detach(): void {
		this.#isDetached = true;
	}
}
