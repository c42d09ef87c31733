import { MarkCutter } from "../../protocol/cell-joining.ts";
import type { StreamName } from "../../protocol/streams.ts";
import type { OutputSink } from "../session/session-client.ts";

/**
 * Between the session and the terminal: leaves out what the cells above printed, tells the author's page what the program printed, and
 * counts for whoever types by rote.
 */
export class EmbedOutput implements OutputSink {
	readonly #next: OutputSink;
	readonly #onText: (stream: "stdout" | "stderr", text: string) => void;
	#decoder = new TextDecoder();
	#cutter: MarkCutter | null = null;
	#isMarked = false;
	/** Called whenever something of the program's came, shown or not. */
	onHeard: () => void = () => undefined;

	constructor(next: OutputSink, onText: (stream: "stdout" | "stderr", text: string) => void) {
		this.#next = next;
		this.#onText = onText;
	}

	/** Before a run whose output begins with that of other cells. */
	expectMark(isMarked: boolean): void {
		this.#isMarked = isMarked;
	}

	begin(): void {
		this.#decoder = new TextDecoder();
		this.#cutter = this.#isMarked ? new MarkCutter() : null;
		this.#next.begin();
	}

	write(stream: StreamName, bytes: Uint8Array, taken: () => void): void {
		this.onHeard();
		const text = this.#decoder.decode(bytes, { stream: true });
		const own = this.#cutter === null ? text : this.#cutter.push(text);
		if (own !== "") this.#onText(stream === "stderr" ? "stderr" : "stdout", own);
		if (this.#cutter === null) this.#next.write(stream, bytes, taken);
		else if (own === "") taken();
		else this.#next.write(stream, new TextEncoder().encode(own), taken);
	}

	/** The run is over. Returns false when the cell's own code was not reached: a cell above ended the program. */
	end(): boolean {
		const rest = this.#cutter?.end() ?? "";
		const isReached = this.#cutter === null || this.#cutter.hasMark;
		this.#cutter = null;
		if (rest !== "") {
			this.#onText("stdout", rest);
			this.#next.write("stdout", new TextEncoder().encode(rest), () => undefined);
		}
		return isReached;
	}
}
