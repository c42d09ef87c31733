import { TierId, tierTable } from "../../protocol/tiers.ts";
import type { StatusLine } from "../status/status-line.ts";
import styles from "./embed.module.css";

interface EmbedBarProps {
	readonly canRun: boolean;
	readonly canStop: boolean;
	readonly onRun: () => void;
	readonly onStop: () => void;
	readonly status: StatusLine;
	/** What ran, e.g. "Python 3.13"; empty: nothing yet. */
	readonly what: string;
	readonly tier: string | undefined;
	/** Where the program opens in the playground; null: it is too long for a link. */
	readonly playgroundLink: string | null;
	readonly runId: string;
}

function tierName(tier: string): string {
	const known = TierId.safeParse(tier);
	return known.success ? tierTable[known.data].name : tier;
}

export function EmbedBar(props: EmbedBarProps) {
	const { canRun, canStop, onRun, onStop, status, what, tier, playgroundLink, runId } = props;
	return (
		<div className={styles.bar}>
			<button
				id={runId}
				type="button"
				className={styles.run}
				aria-keyshortcuts="Control+Enter Meta+Enter"
				title="Run (Ctrl+Enter)"
				disabled={!canRun}
				onClick={onRun}
			>
				<svg viewBox="0 0 12 12" width="11" height="11" fill="currentColor" aria-hidden>
					<path d="M2.5 1.2v9.6a.6.6 0 0 0 .9.5l7.6-4.8a.6.6 0 0 0 0-1L3.4.7a.6.6 0 0 0-.9.5z" />
				</svg>
				Run
			</button>
			<button
				type="button"
				className={styles.stop}
				aria-keyshortcuts="Control+Period Meta+Period"
				title="Stop (Ctrl+.)"
				disabled={!canStop}
				onClick={onStop}
			>
				Stop
			</button>
			<p className={styles.status} role="status" aria-label="Program status" data-tone={status.tone}>
				<span className={styles.mark} aria-hidden />
				<span>{status.sentence}</span>
			</p>
			<span className={styles.what}>
				{what}
				{tier !== undefined && <span title="The isolation that it ran in">{` · ${tierName(tier)}`}</span>}
			</span>
			{playgroundLink !== null && (
				<a className={styles.playground} href={playgroundLink} target="_blank" rel="noopener">
					Open in the playground
				</a>
			)}
		</div>
	);
}
