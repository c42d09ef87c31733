import type { Recording } from "../../protocol/recordings.ts";
import styles from "./embed.module.css";

interface RecordingNoteProps {
	readonly recording: Recording;
	readonly languageName: string;
	readonly isPlaying: boolean;
	readonly isInteractive: boolean;
	readonly onSkip: () => void;
	readonly onTakeOver: () => void;
}

const dayFormat = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

/** Says that what shows is not running now, when and on what it ran, and offers the real thing. */
export function RecordingNote({ recording, languageName, isPlaying, isInteractive, onSkip, onTakeOver }: RecordingNoteProps) {
	const day = new Date(recording.recordedAt);
	return (
		<div className={styles.note}>
			<span>
				Recorded on <time dateTime={recording.recordedAt}>{dayFormat.format(day)}</time>, {languageName} {recording.version}.
			</span>
			{isPlaying && (
				<button type="button" className={styles.noteAction} onClick={onSkip}>
					Skip to the end
				</button>
			)}
			<button type="button" className={styles.noteAction} onClick={onTakeOver}>
				{isInteractive ? "Take over from here" : "Run it now"}
			</button>
		</div>
	);
}
