import { useId, useRef } from "react";
import type { RunTiming } from "../../protocol/run-timing.ts";
import { timeRows } from "./time-rows.ts";
import styles from "./time-spent.module.css";

const gapPx = 8;

interface TimeSpentProps {
	readonly timing: RunTiming;
	/** What the button shows. */
	readonly time: string;
}

/** The time of a run as a button, and what it says when it is pressed: where that time went. The browser's own popover closes it and gives the focus back. */
export function TimeSpent({ timing, time }: TimeSpentProps) {
	const id = useId();
	const titleId = useId();
	const button = useRef<HTMLButtonElement>(null);
	const panel = useRef<HTMLDivElement>(null);
	const { rows, total } = timeRows(timing);

	/** Above its button, and within the window. */
	const place = (): void => {
		if (button.current === null || panel.current === null) return;
		const at = button.current.getBoundingClientRect();
		const { style, offsetWidth } = panel.current;
		style.bottom = `${window.innerHeight - at.top + gapPx}px`;
		style.left = `${Math.max(gapPx, Math.min(at.left + at.width / 2 - offsetWidth / 2, window.innerWidth - offsetWidth - gapPx))}px`;
	};

	return (
		<>
			<button
				ref={button}
				type="button"
				className={styles.button}
				popoverTarget={id}
				aria-haspopup="dialog"
				aria-label={`${time}: where the time went`}
				title="Where the time went"
			>
				{time}
			</button>
			<div
				ref={panel}
				id={id}
				popover="auto"
				role="dialog"
				aria-labelledby={titleId}
				tabIndex={-1}
				className={styles.panel}
				onToggle={({ newState }) => {
					if (newState !== "open") return;
					place();
					panel.current?.focus();
				}}
			>
				<h2 id={titleId} className={styles.title}>
					Where the time went
				</h2>
				<table className={styles.table}>
					<thead className="visually-hidden">
						<tr>
							<th scope="col">Stage</th>
							<th scope="col">Time</th>
						</tr>
					</thead>
					<tbody>
						{rows.map(({ name, sentence, duration, startShare, share }) => (
							<tr key={name} className={styles.row}>
								<th scope="row">
									{name} <span className={styles.sentence}>{sentence}</span>
								</th>
								<td>
									{duration}
									<span className={styles.track} aria-hidden>
										<span className={styles.bar} style={{ left: `${startShare * 100}%`, width: `${share * 100}%` }} />
									</span>
								</td>
							</tr>
						))}
					</tbody>
					<tfoot>
						<tr className={styles.row}>
							<th scope="row">On the server, in all</th>
							<td>{total}</td>
						</tr>
					</tfoot>
				</table>
			</div>
		</>
	);
}
