import type { Recording } from "../../protocol/recordings.ts";
import type { OutputSink } from "../session/session-client.ts";

/** A pause of the recorded reader's is kept, but nobody waits longer than this for it. */
const maxPauseMs = 2_000;

export const isInteractive = (recording: Recording): boolean => recording.events.some(([, kind]) => kind === "i");

/** Plays what was recorded into the terminal: at once, or with its own timing. What was typed shows by its echo, which is in the output. */
export class RecordingPlayer {
	readonly #recording: Recording;
	readonly #sink: OutputSink;
	readonly #onEnd: () => void;
	#next = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** `onEnd` is called once, when the last of it shows. */
	constructor(recording: Recording, sink: OutputSink, onEnd: () => void) {
		this.#recording = recording;
		this.#sink = sink;
		this.#onEnd = onEnd;
	}

	/** What the recorded reader had typed up to here. */
	get typed(): string {
		return this.#recording.events
			.slice(0, this.#next)
			.filter(([, kind]) => kind === "i")
			.map(([, , text]) => text)
			.join("");
	}

	play(): void {
		this.#sink.begin();
		this.#schedule();
	}

	/** The rest at once. */
	skip(): void {
		if (this.#next === 0) this.#sink.begin();
		clearTimeout(this.#timer);
		while (this.#next < this.#recording.events.length) this.#show();
		this.#onEnd();
	}

	stop(): void {
		clearTimeout(this.#timer);
	}

	#schedule(): void {
		const event = this.#recording.events[this.#next];
		if (event === undefined) {
			this.#onEnd();
			return;
		}
		const before = this.#recording.events[this.#next - 1]?.[0] ?? 0;
		const pauseMs = Math.min(Math.max(0, event[0] - before) * 1_000, maxPauseMs);
		this.#timer = setTimeout(() => {
			this.#show();
			this.#schedule();
		}, pauseMs);
	}

	#show(): void {
		const event = this.#recording.events[this.#next++];
		if (event?.[1] === "o") this.#sink.write("stdout", new TextEncoder().encode(event[2]), () => undefined);
	}
}
