import "@xterm/xterm/css/xterm.css";
import { type Ref, useImperativeHandle, useRef } from "react";
import type { TerminalFeed } from "./terminal-feed.ts";
import styles from "./terminal-panel.module.css";
import { type TerminalEvents, useTerminalScreen } from "./use-terminal-screen.ts";

export interface TerminalHandle {
	/** False: it is not there yet. */
	focus(): boolean;
	/** Columns and rows, for the start of a program. */
	size(): { columns: number; rows: number };
}

interface TerminalPanelProps {
	readonly feed: TerminalFeed;
	readonly isDark: boolean;
	/** False: the rest of the page needs the line and the processor first. */
	readonly mayLoad: boolean;
	/** Nothing has run yet: the hint shows. */
	readonly isUntouched: boolean;
	readonly isRunning: boolean;
	readonly events: TerminalEvents;
	readonly ref: Ref<TerminalHandle>;
}

const controlKeys = [
	{ label: "Ctrl-C", name: "Send Ctrl-C, interrupt", byte: 3 },
	{ label: "Ctrl-D", name: "Send Ctrl-D, end of input", byte: 4 },
];

export function TerminalPanel({ feed, isDark, mayLoad, isUntouched, isRunning, events, ref }: TerminalPanelProps) {
	const host = useRef<HTMLDivElement>(null);
	const log = useRef<HTMLDivElement>(null);
	const { phase, screen } = useTerminalScreen({ host, log }, { feed, isDark, mayLoad }, events);
	useImperativeHandle(ref, () => ({
		focus() {
			screen.current?.terminal.focus();
			return screen.current !== null;
		},
		size: () => ({ columns: screen.current?.terminal.cols ?? 80, rows: screen.current?.terminal.rows ?? 24 }),
	}));
	return (
		<section className={styles.panel} aria-label="Terminal" aria-describedby="terminal-hint">
			<header className={styles.header}>
				<h2 className={styles.title}>Terminal</h2>
				<p id="terminal-hint" className={styles.hint}>
					{isRunning ? "Shift+Tab leaves the terminal" : ""}
				</p>
				{isRunning && (
					<div className={styles.keys}>
						{controlKeys.map(({ label, name, byte }) => (
							<button
								key={byte}
								type="button"
								className={styles.key}
								aria-label={name}
								title={name}
								onClick={() => {
									events.onInput(Uint8Array.of(byte));
									screen.current?.terminal.focus();
								}}
							>
								{label}
							</button>
						))}
					</div>
				)}
			</header>
			<div className={styles.body}>
				<div ref={host} className={styles.screen} />
				{isUntouched && phase !== "failed" && (
					<p className={styles.empty}>
						<svg viewBox="0 0 24 28" width="30" height="35" fill="none" stroke="currentColor" strokeWidth="1.3" aria-hidden="true">
							<path d="M6 3.5v4c0 3.2 5 4.5 5 6.5s-5 3.3-5 6.5v4M18 3.5v4c0 3.2-5 4.5-5 6.5s5 3.3 5 6.5v4M4 3h16M4 25h16" />
						</svg>
						<span>
							Press <b>Run</b>. Type here when the program asks.
						</span>
					</p>
				)}
				{phase === "failed" && (
					<p className={styles.empty} role="alert">
						The terminal could not be loaded. Reload the page; what you wrote is kept.
					</p>
				)}
			</div>
			<div ref={log} role="log" aria-label="Terminal output" aria-live="polite" className="visually-hidden" />
		</section>
	);
}
