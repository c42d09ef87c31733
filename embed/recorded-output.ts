import type { Recording } from "../protocol/recordings.ts";
import { button, element } from "./elements.ts";
import { plainText } from "./printed-text.ts";

/** A recorded run under its block: at once as it ended, and played back as it went where somebody typed in it. Needs no server. */

export interface RecordedOutput {
	readonly node: HTMLElement;
	/** A cell above was edited or run. */
	markStale(): void;
	stop(): void;
}

/** A pause of the person who recorded it is no longer than this. */
const longestPauseMs = 900;

function describeEnd({ outcome }: Recording): string {
	if (outcome.kind === "exited") return outcome.code === 0 ? "" : `, exit code ${outcome.code}`;
	return outcome.kind === "compileFailed" ? ", did not compile" : ", did not end by itself";
}

/** `onTakeOver`: the reader wants the program itself, with what was typed so far. */
export function createRecordedOutput(recording: Recording, languageName: string, onTakeOver: (typed: string) => void): RecordedOutput {
	const { events } = recording;
	const date = new Date(recording.recordedAt).toLocaleDateString(undefined, { dateStyle: "medium" });
	const note = element("span", "", new Text(`Recorded ${date}, ${languageName} ${recording.version}${describeEnd(recording)}`));
	const screen = element("pre", "screen");
	screen.tabIndex = 0;
	screen.ariaLabel = "Recorded output";
	let timer: ReturnType<typeof setTimeout> | undefined;
	/** How many events are shown while it plays. */
	let played = 0;

	/** What was typed is shown where the terminal did not print it itself. */
	const show = (count: number): void => {
		const parts = events.slice(0, count).map(([, kind, text], at) => {
			const next = kind === "i" ? events.slice(at).find((it) => it[1] === "o") : undefined;
			return next?.[2].startsWith(text.trimEnd()) === true ? "" : text;
		});
		screen.textContent = plainText(parts.join("")).replace(/\n$/, "");
	};
	const stop = (): void => clearTimeout(timer);
	const playFrom = (at: number): void => {
		stop();
		show(at);
		played = at;
		const next = events[at];
		if (next === undefined) return;
		const pauseMs = (next[0] - (events[at - 1]?.[0] ?? 0)) * 1_000;
		timer = setTimeout(() => playFrom(at + 1), Math.min(longestPauseMs, pauseMs));
	};

	const bar = element("div", "bar", note);
	if (events.some((it) => it[1] === "i"))
		bar.append(
			button("▶ Play", "Play the recording", () => {
				screen.style.minHeight = `${screen.offsetHeight}px`;
				playFrom(0);
			}),
			button("Take over from here", "Run the program, and go on from here", () => {
				const isOver = played === events.length;
				const typed = events.slice(0, isOver ? 0 : played).filter((it) => it[1] === "i");
				onTakeOver(typed.map((it) => it[2]).join(""));
			}),
		);
	show(events.length);
	return {
		node: element("div", "", bar, screen),
		stop,
		markStale: () => note.append(" · a block above has changed since"),
	};
}
