import type { StreamName } from "../../protocol/streams.ts";
import { awaitingRequests, maxResponseLineCharacters, readResponseLine, type WorkerResponse } from "../../protocol/worker-request.ts";
import type { OutputSink } from "../session/session-client.ts";

export interface WorkerOutputState {
	/** The program of this run has said that it takes requests. */
	readonly isAwaiting: boolean;
	readonly last: WorkerResponse | null;
	/** Grows with each response. */
	readonly responseCount: number;
}

const initial: WorkerOutputState = { isAwaiting: false, last: null, responseCount: 0 };

/** Hands all output on, and reads in it what a Worker says of requests. */
export class WorkerOutput implements OutputSink {
	readonly #next: OutputSink;
	readonly #listeners = new Set<() => void>();
	#decoder = new TextDecoder();
	#line = "";
	#isLineTooLong = false;
	#state = initial;

	constructor(next: OutputSink) {
		this.#next = next;
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	readonly getState = (): WorkerOutputState => this.#state;

	begin(): void {
		this.#decoder = new TextDecoder();
		this.#line = "";
		this.#isLineTooLong = false;
		this.#become(initial);
		this.#next.begin();
	}

	write(stream: StreamName, bytes: Uint8Array, taken: () => void): void {
		if (stream !== "stderr") this.#read(this.#decoder.decode(bytes, { stream: true }));
		this.#next.write(stream, bytes, taken);
	}

	#read(text: string): void {
		const lines = text.split("\n");
		const rest = lines.pop() ?? "";
		for (const line of lines) {
			this.#append(line);
			if (!this.#isLineTooLong) this.#take(this.#line.replace(/\r$/, ""));
			this.#line = "";
			this.#isLineTooLong = false;
		}
		this.#append(rest);
	}

	#append(text: string): void {
		this.#isLineTooLong ||= this.#line.length + text.length > maxResponseLineCharacters;
		this.#line = this.#isLineTooLong ? "" : this.#line + text;
	}

	#take(line: string): void {
		if (line.startsWith(awaitingRequests) && !this.#state.isAwaiting) this.#become({ ...this.#state, isAwaiting: true });
		const response = this.#state.isAwaiting ? readResponseLine(line) : undefined;
		if (response !== undefined) this.#become({ ...this.#state, last: response, responseCount: this.#state.responseCount + 1 });
	}

	#become(state: WorkerOutputState): void {
		if (state === this.#state) return;
		this.#state = state;
		for (const listener of this.#listeners) listener();
	}
}
