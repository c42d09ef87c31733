import { useEffect, useId, useMemo, useRef, useState } from "react";
import type { Recording } from "../../protocol/recordings.ts";
import { maxFragmentLength, type SnippetDraft, snippetPagePath } from "../../protocol/snippets.ts";
import { CopyField } from "./copy-field.tsx";
import { encodeFragment } from "./fragment.ts";
import styles from "./share.module.css";
import { createSnippet } from "./snippet-client.ts";

interface LinkPanelProps {
	readonly draft: SnippetDraft;
	/** The last run, or why there is none to share. */
	readonly recording: Recording | { readonly problem: string };
	readonly onDownload: (draft: SnippetDraft) => void;
}

type Attempt =
	| { readonly kind: "none" }
	| { readonly kind: "sending" }
	| { readonly kind: "stored"; readonly id: string }
	| { readonly kind: "failed"; readonly sentence: string };

export function LinkPanel({ draft: given, recording, onDownload }: LinkPanelProps) {
	const [title, setTitle] = useState(given.title);
	const [stdin, setStdin] = useState(given.stdin);
	const [hasRun, setHasRun] = useState(false);
	const [attempt, setAttempt] = useState<Attempt>({ kind: "none" });
	const sending = useRef<AbortController>(null);
	useEffect(() => () => sending.current?.abort(), []);
	const hintId = useId();
	const draft = useMemo(() => ({ ...given, title, stdin }), [given, title, stdin]);
	// Prepared input that was changed here did not make that run.
	const run = "problem" in recording || stdin !== given.stdin ? null : recording;
	const fragment = useMemo(() => encodeFragment(draft), [draft]);
	const create = async (): Promise<void> => {
		if (attempt.kind === "sending") return;
		setAttempt({ kind: "sending" });
		const controller = new AbortController();
		sending.current = controller;
		try {
			const answer = await createSnippet(hasRun && run !== null ? { ...draft, recording: run } : draft, controller.signal);
			setAttempt(answer.kind === "created" ? { kind: "stored", id: answer.id } : { kind: "failed", sentence: answer.sentence });
		} catch (error) {
			// Only when the dialog was closed meanwhile.
			console.info("Sharing was given up.", error);
		}
	};
	const change =
		<T,>(set: (value: T) => void) =>
		(value: T) => {
			set(value);
			setAttempt({ kind: "none" });
		};
	const address = (path: string) => new URL(path, location.origin).href;
	return (
		<>
			<form
				className={styles.form}
				onSubmit={(event) => {
					event.preventDefault();
					void create();
				}}
			>
				<label className={styles.field}>
					<span className={styles.label}>Title</span>
					<input
						className={styles.input}
						value={title}
						maxLength={200}
						placeholder="none"
						autoComplete="off"
						onChange={(event) => change(setTitle)(event.target.value)}
					/>
				</label>
				<details className={styles.more} open={given.stdin !== ""}>
					<summary>Prepared input</summary>
					<label className={styles.field}>
						<span className={styles.label}>Typed for the reader when it runs, with its end</span>
						<textarea
							className={styles.code}
							rows={3}
							value={stdin}
							maxLength={65_536}
							spellCheck={false}
							onChange={(event) => change(setStdin)(event.target.value)}
						/>
					</label>
				</details>
				<label className={styles.check}>
					<input
						type="checkbox"
						checked={hasRun && run !== null}
						disabled={run === null}
						aria-describedby={hintId}
						onChange={(event) => change(setHasRun)(event.target.checked)}
					/>
					<span>
						Include the last run
						<span id={hintId} className={styles.hint}>
							{run !== null && "What it printed, and what you typed."}
							{run === null && ("problem" in recording ? recording.problem : "The prepared input is not the last run's.")}
						</span>
					</span>
				</label>
				<div className={styles.actions}>
					<button type="submit" className={styles.primary} disabled={attempt.kind === "sending"}>
						{attempt.kind === "sending" ? "Storing …" : "Create a link"}
					</button>
					<p className={styles.hint}>The link keeps the program as it is now. Whoever has the link can read it.</p>
				</div>
			</form>
			<div aria-live="polite">
				{attempt.kind === "stored" && (
					<div className={styles.result}>
						<CopyField label="Link" text={address(snippetPagePath(attempt.id))} />
						<a className={styles.link} href={snippetPagePath(attempt.id)} target="_blank" rel="noopener">
							Open it in a new tab
						</a>
					</div>
				)}
			</div>
			{attempt.kind === "failed" && (
				<p className={styles.problem} role="alert">
					{attempt.sentence}{" "}
					{fragment === null ? "The zip below works without the server." : "The link below works without the server's store."}
				</p>
			)}
			<section className={styles.apart} aria-label="Without storage">
				{fragment === null ? (
					<p className={styles.hint}>
						This program is too large for a link that holds everything itself (at most {maxFragmentLength.toLocaleString("en")} characters).
					</p>
				) : (
					<CopyField label="Or a link that holds everything itself: nothing is stored" text={address(`/${fragment}`)} />
				)}
				<button type="button" className={styles.secondary} onClick={() => onDownload(draft)}>
					Download as a zip
				</button>
			</section>
		</>
	);
}
