import { type RefObject, useEffect, useRef, useState } from "react";
import type { TerminalFeed } from "./terminal-feed.ts";
import type { TerminalScreen } from "./terminal-screen.ts";
import { transcriptDelayMs, writeTranscript } from "./transcript.ts";

export interface TerminalEvents {
	onInput(bytes: Uint8Array): void;
	onSize(columns: number, rows: number): void;
	isProgramReading(): boolean;
}

/** "failed": the script could not be fetched. */
export type TerminalPhase = "loading" | "ready" | "failed";

interface Places {
	readonly host: RefObject<HTMLElement | null>;
	readonly log: RefObject<HTMLElement | null>;
}

interface Ground {
	readonly feed: TerminalFeed;
	readonly isDark: boolean;
	/** True once the page can spare the bytes; what is printed before waits in the feed. */
	readonly mayLoad: boolean;
}

/** Owns xterm.js: loads it when it may, ties it to the feed, keeps the transcript, follows the theme. */
export function useTerminalScreen({ host, log }: Places, { feed, isDark, mayLoad }: Ground, events: TerminalEvents) {
	const [phase, setPhase] = useState<TerminalPhase>("loading");
	const screenRef = useRef<TerminalScreen | null>(null);
	const eventsRef = useRef(events);
	const isDarkRef = useRef(isDark);
	useEffect(() => {
		eventsRef.current = events;
		isDarkRef.current = isDark;
		screenRef.current?.setDark(isDark);
	});
	useEffect(() => {
		if (!mayLoad) return;
		let isGone = false;
		let release = (): void => undefined;
		const load = async (): Promise<void> => {
			const { openTerminalScreen, terminalLines } = await import("./terminal-screen.ts");
			if (isGone || host.current === null) return;
			let timer: ReturnType<typeof setTimeout> | undefined;
			let lineCount = 0;
			const writeLog = (): void => {
				timer = undefined;
				if (log.current === null) return;
				const lines = terminalLines(screen.terminal);
				lineCount = lines.length;
				writeTranscript(log.current, lines);
			};
			const screen = openTerminalScreen(host.current, isDarkRef.current, {
				onInput: (bytes) => eventsRef.current.onInput(bytes),
				onSize: (columns, rows) => eventsRef.current.onSize(columns, rows),
				// At once: nobody shall read the last program's words as the new one's.
				onClear: () => {
					clearTimeout(timer);
					writeLog();
				},
				isProgramReading: () => eventsRef.current.isProgramReading(),
				onChange: () => {
					timer ??= setTimeout(writeLog, transcriptDelayMs(lineCount));
				},
			});
			screenRef.current = screen;
			const detach = feed.attach(screen);
			release = () => {
				detach();
				clearTimeout(timer);
				screenRef.current = null;
				screen.dispose();
			};
			setPhase("ready");
		};
		load().catch((error: unknown) => {
			console.error("The terminal could not be loaded.", error);
			if (!isGone) setPhase("failed");
		});
		return () => {
			isGone = true;
			release();
		};
	}, [host, log, feed, mayLoad]);
	return { phase, screen: screenRef };
}
