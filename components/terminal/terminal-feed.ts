import type { StreamName } from "../../protocol/streams.ts";
import type { OutputSink } from "../session/session-client.ts";

/** What draws: xterm.js, once it is loaded. */
export interface TerminalDisplay {
	clear(): void;
	write(bytes: Uint8Array, taken: () => void): void;
}

const red = new TextEncoder().encode("\x1b[31m");
const plain = new TextEncoder().encode("\x1b[39m");

/**
 * Between the session and the display, which loads after the first paint. What comes before is kept in order; the server's window of
 * unacknowledged output (PROTOCOL.md P9) bounds it.
 */
export class TerminalFeed implements OutputSink {
	#display: TerminalDisplay | null = null;
	#waiting: ((display: TerminalDisplay) => void)[] = [];

	begin(): void {
		this.#do((display) => display.clear());
	}

	write(stream: StreamName, bytes: Uint8Array, taken: () => void): void {
		this.#do((display) => {
			if (stream !== "stderr") return display.write(bytes, taken);
			display.write(red, () => undefined);
			display.write(bytes, taken);
			display.write(plain, () => undefined);
		});
	}

	/** Returns what takes the display away again; output then waits for the next one. */
	attach(display: TerminalDisplay): () => void {
		this.#display = display;
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const action of waiting) action(display);
		return () => {
			if (this.#display === display) this.#display = null;
		};
	}

	#do(action: (display: TerminalDisplay) => void): void {
		if (this.#display === null) this.#waiting.push(action);
		else action(this.#display);
	}
}
