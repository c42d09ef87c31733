import type { Outcome } from "../../protocol/outcome.ts";
import type { CastEvent, Recording } from "../../protocol/recordings.ts";
import type { StreamName } from "../../protocol/streams.ts";
import type { OutputSink } from "../session/session-client.ts";

/** A longer run is not recorded: a part of it would be shown as if it were all. */
export const maxRecordedCharacters = 131_072;
const maxRecordedEvents = 5_000;
/** What comes within this is one event. */
const mergeWithinMs = 15;

/** What makes the run that was recorded, to tell whether the program on the page is still the same. */
export interface RecordedProgram {
	readonly language: string;
	readonly files: readonly { readonly name: string; readonly content: string }[];
	readonly arguments: readonly string[];
	readonly stdin: string;
}

const keyOf = ({ language, files, arguments: words, stdin }: RecordedProgram): string =>
	JSON.stringify([language, files.map(({ name, content }) => [name, content]), words, stdin]);

/** Why there is no recording: nothing has run, the program was changed since, or it printed too much. */
export type RecordingLack = "nothing" | "changed" | "tooLong";

/** How the run ended, and where it ran. */
export interface RecordedEnd {
	readonly version: string;
	readonly tier: string;
	readonly outcome: Outcome;
}

/** Hands all output on, and keeps the last run's with what was typed, as asciicast events. */
export class RunRecorder implements OutputSink {
	readonly #next: OutputSink;
	readonly #nowMs: () => number;
	#events: CastEvent[] = [];
	#characters = 0;
	#isTooLong = false;
	#firstMs: number | null = null;
	#lastMs = 0;
	#decoders = new Map<StreamName, TextDecoder>();
	#key = "";
	#beganAt = "";
	#size = { columns: 80, rows: 24 };

	/** `nowMs`: Unix time. */
	constructor(next: OutputSink, nowMs: () => number = Date.now) {
		this.#next = next;
		this.#nowMs = nowMs;
	}

	begin(): void {
		this.#events = [];
		this.#characters = 0;
		this.#isTooLong = false;
		this.#firstMs = null;
		this.#decoders = new Map();
		this.#key = "";
		this.#beganAt = new Date(this.#nowMs()).toISOString();
		this.#next.begin();
	}

	/** Says which program began; without it nothing is offered. */
	name(program: RecordedProgram, size: { readonly columns: number; readonly rows: number }): void {
		this.#key = keyOf(program);
		this.#size = { columns: size.columns, rows: size.rows };
	}

	write(stream: StreamName, bytes: Uint8Array, taken: () => void): void {
		const text = this.#decode(stream, bytes);
		this.#keep("o", stream === "stderr" && text !== "" ? `\x1b[31m${text}\x1b[39m` : text);
		this.#next.write(stream, bytes, taken);
	}

	typed(bytes: Uint8Array): void {
		this.#keep("i", this.#decode("stdin", bytes));
	}

	/** The last run, if it was this program's. */
	recording(program: RecordedProgram, end: RecordedEnd): Recording | RecordingLack {
		if (this.#key === "" || end.outcome.kind === "lost") return "nothing";
		if (this.#key !== keyOf(program)) return "changed";
		if (this.#isTooLong) return "tooLong";
		const { version, tier, outcome } = end;
		return { language: program.language, version, tier, recordedAt: this.#beganAt, outcome, ...this.#size, events: [...this.#events] };
	}

	#decode(stream: StreamName, bytes: Uint8Array): string {
		const decoder = this.#decoders.get(stream) ?? new TextDecoder();
		this.#decoders.set(stream, decoder);
		return decoder.decode(bytes, { stream: true });
	}

	#keep(kind: "o" | "i", text: string): void {
		if (text === "" || this.#isTooLong) return;
		this.#characters += text.length;
		const nowMs = this.#nowMs();
		this.#firstMs ??= nowMs;
		const last = this.#events.at(-1);
		if (last?.[1] === kind && nowMs - this.#lastMs <= mergeWithinMs) last[2] += text;
		else this.#events.push([Math.max(0, nowMs - this.#firstMs) / 1_000, kind, text]);
		this.#lastMs = nowMs;
		this.#isTooLong = this.#characters > maxRecordedCharacters || this.#events.length > maxRecordedEvents;
		if (this.#isTooLong) this.#events = [];
	}
}
