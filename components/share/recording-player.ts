import type { Recording } from "../../protocol/recordings.ts";
import type { OutputSink } from "../session/session-client.ts";

/** A pause in a recording is waited for at most this long. */
const maxPauseMs = 2_000;

const nothing = (): void => undefined;

/** Prints the whole recording at once. What was typed is in what the terminal echoed. */
export function printRecording(recording: Recording, terminal: OutputSink): void {
	const encoder = new TextEncoder();
	terminal.begin();
	for (const [, kind, text] of recording.events) if (kind === "o") terminal.write("stdout", encoder.encode(text), nothing);
}

/** Plays it as it was, long pauses shortened. Returns what stops it where it is. */
export function playRecording(recording: Recording, terminal: OutputSink, onEnd: () => void): () => void {
	const encoder = new TextEncoder();
	const printed = recording.events.filter(([, kind]) => kind === "o");
	let timer: ReturnType<typeof setTimeout> | undefined;
	let at = 0;
	const next = (): void => {
		const event = printed[at++];
		if (event === undefined) {
			onEnd();
			return;
		}
		terminal.write("stdout", encoder.encode(event[2]), nothing);
		const pauseMs = ((printed[at]?.[0] ?? event[0]) - event[0]) * 1_000;
		timer = setTimeout(next, Math.min(Math.max(pauseMs, 0), maxPauseMs));
	};
	terminal.begin();
	timer = setTimeout(next, 0);
	return () => clearTimeout(timer);
}
