import { useSyncExternalStore } from "react";
import styles from "./run-bar.module.css";

interface RunButtonsProps {
	readonly canRun: boolean;
	readonly canStop: boolean;
	readonly onRun: () => void;
	readonly onStop: () => void;
}

const neverChanges = () => () => undefined;
const isApple = () => /Mac|iPhone|iPad/.test(navigator.userAgent);

export function RunButtons({ canRun, canStop, onRun, onStop }: RunButtonsProps) {
	const command = useSyncExternalStore(neverChanges, isApple, () => false) ? "⌘" : "Ctrl+";
	return (
		<div className={styles.buttons}>
			<button
				type="button"
				className={styles.run}
				aria-keyshortcuts="Control+Enter Meta+Enter"
				title={`Run (${command}Enter)`}
				disabled={!canRun}
				onClick={onRun}
			>
				<svg viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden>
					<path d="M2.5 1.2v9.6a.6.6 0 0 0 .9.5l7.6-4.8a.6.6 0 0 0 0-1L3.4.7a.6.6 0 0 0-.9.5z" />
				</svg>
				Run
				<kbd className={styles.shortcut} aria-hidden>
					{command}↵
				</kbd>
			</button>
			<button
				type="button"
				className={styles.stop}
				aria-keyshortcuts="Control+Period Meta+Period"
				title={`Stop (${command}.)`}
				disabled={!canStop}
				onClick={onStop}
			>
				<svg viewBox="0 0 12 12" width="12" height="12" fill="currentColor" aria-hidden>
					<rect x="1.5" y="1.5" width="9" height="9" rx="1.5" />
				</svg>
				Stop
			</button>
		</div>
	);
}
