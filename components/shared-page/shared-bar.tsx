import { useEffect, useState } from "react";
import { snippetPagePath } from "../../protocol/snippets.ts";
import { tierTable } from "../../protocol/tiers.ts";
import { showableText } from "../lab/hostile-text.ts";
import { Banner } from "../notice/banner.tsx";
import type { SharedBarProps, SharedProgram } from "../playground/shared-program.ts";
import { draftProgram, isSameProgram, openProgram, settleProgram } from "../share/program-draft.ts";
import { playRecording, printRecording } from "../share/recording-player.ts";
import { draftOf } from "./draft-of.ts";
import styles from "./shared-page.module.css";

const dateOf = (iso: string): string => new Intl.DateTimeFormat("en", { dateStyle: "medium" }).format(new Date(iso));

const tierName = (tier: string): string => Object.entries(tierTable).find(([id]) => id === tier)?.[1].name ?? showableText(tier, 40);

/** What was shared, when and from what; what differs here; and the recorded run, which the terminal shows until something runs. */
export function SharedBar({ snippet, offer, program, isIdle, terminal, setWork }: SharedBarProps) {
	const settled = settleProgram(draftOf(snippet), offer.languages, offer.tiers);
	const drafted = program === null ? null : draftProgram(program);
	const original = "problem" in settled ? null : { ...draftOf(snippet), version: settled.version.version, tier: settled.tier ?? undefined };
	const isChanged = drafted !== null && original !== null && ("problem" in drafted || !isSameProgram(drafted.draft, original));
	const name = offer.languages.find(({ id }) => id === snippet.language)?.name ?? showableText(snippet.language, 40);
	return (
		<>
			<section className={styles.bar} aria-label="Shared program">
				<h2 className={styles.title}>
					<bdi>{snippet.title === "" ? "Shared program" : showableText(snippet.title, 200)}</bdi>
				</h2>
				<p className={styles.facts}>
					<span>
						{name} <bdi>{showableText(snippet.version, 40)}</bdi>
					</span>
					{snippet.tier !== undefined && <span>{tierName(snippet.tier)}</span>}
					<span>
						Shared <time dateTime={snippet.createdAt}>{dateOf(snippet.createdAt)}</time>
					</span>
					{snippet.parent !== null && (
						<span>
							Fork of <a href={snippetPagePath(snippet.parent)}>{snippet.parent.slice(0, 8)}…</a>
						</span>
					)}
					{snippet.stdin !== "" && <span>Its input is typed for you</span>}
				</p>
				{isChanged && (
					<p className={styles.facts}>
						<span>Changed by you; share it to make it a fork.</span>
						<button
							type="button"
							className={styles.quiet}
							onClick={() => setWork((work) => (work === null || "problem" in settled ? work : openProgram(work, settled).work))}
						>
							Back to what was shared
						</button>
					</p>
				)}
				{snippet.recording !== undefined && isIdle && <RecordedRun recording={snippet.recording} language={name} terminal={terminal} />}
			</section>
			{"problem" in settled ? (
				<Banner sentence={`This program cannot be opened here. ${settled.problem}`} />
			) : (
				settled.differences.length > 0 && <Banner sentence={settled.differences.join(" ")} />
			)}
		</>
	);
}

interface RecordedRunProps extends Pick<SharedBarProps, "terminal"> {
	readonly recording: NonNullable<SharedProgram["snippet"]["recording"]>;
	readonly language: string;
}

/** Printed at once, played when asked. Whoever shared the program sent the recording; no server vouches for it. */
function RecordedRun({ recording, language, terminal }: RecordedRunProps) {
	const [playCount, setPlayCount] = useState(0);
	const [isPlaying, setIsPlaying] = useState(false);
	useEffect(() => {
		if (playCount === 0) {
			printRecording(recording, terminal);
			return undefined;
		}
		setIsPlaying(true);
		return playRecording(recording, terminal, () => setIsPlaying(false));
	}, [recording, terminal, playCount]);
	return (
		<p className={styles.facts}>
			<span>
				Recorded on <time dateTime={recording.recordedAt}>{dateOf(recording.recordedAt)}</time>, {language}{" "}
				<bdi>{showableText(recording.version, 40)}</bdi>, as whoever shared it sent it
			</span>
			<button type="button" className={styles.quiet} disabled={isPlaying} onClick={() => setPlayCount((count) => count + 1)}>
				{isPlaying ? "Playing …" : "Play it"}
			</button>
		</p>
	);
}
