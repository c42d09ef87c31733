import { type KeyboardEvent, useRef, useState } from "react";
import type { Recording } from "../../protocol/recordings.ts";
import type { SnippetDraft } from "../../protocol/snippets.ts";
import type { RunState } from "../session/session-state.ts";
import { EmbedPanel } from "./embed-panel.tsx";
import { LinkPanel } from "./link-panel.tsx";
import { draftProgram, type ProgramOnPage } from "./program-draft.ts";
import type { RecordingLack, RunRecorder } from "./run-recorder.ts";
import styles from "./share.module.css";
import { Sheet } from "./sheet.tsx";
import { zipProgram } from "./zip-archive.ts";

export interface ShareDialogProps {
	readonly program: ProgramOnPage;
	readonly recorder: RunRecorder;
	readonly run: RunState;
	readonly onClose: () => void;
}

/** Saves bytes as the browser saves a download. */
function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
	const url = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	// The browser has begun to read it by then, or never will.
	setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function zipName({ title, language }: SnippetDraft): string {
	const slug = title
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "")
		.slice(0, 40);
	return `${slug === "" ? `sandglass-${language}` : slug}.zip`;
}

const lacks: Readonly<Record<RecordingLack, string>> = {
	nothing: "Nothing has run yet.",
	changed: "The program was changed since it last ran. Run it again to share its output.",
	tooLong: "The last run printed more than is recorded.",
};

/** The last run as a recording of this very program, or why it is none. */
function lastRun(draft: SnippetDraft, recorder: RunRecorder, run: RunState): Recording | { readonly problem: string } {
	if (run.kind === "idle") return { problem: "Nothing has run yet." };
	if (run.kind !== "ended") return { problem: run.kind === "refused" ? "The last run was refused." : "The program is still running." };
	if (run.at === null) return { problem: "The last run ended before it began." };
	const { version, tier } = run.at;
	if (version !== draft.version) return { problem: `It last ran in version ${version}. Run it again to share its output.` };
	const recording = recorder.recording(draft, { version, tier, outcome: run.outcome });
	return typeof recording === "string" ? { problem: lacks[recording] } : recording;
}

const tabs = [
	{ id: "link", name: "Link" },
	{ id: "embed", name: "Embed" },
] as const;
type TabId = (typeof tabs)[number]["id"];

/** A link to the program as it is now, what an author pastes to embed it, and the program as a zip. */
export function ShareDialog({ program, recorder, run, onClose }: ShareDialogProps) {
	// As it was when the dialog opened: what a running program does meanwhile changes nothing under the reader's hands.
	const [drafted] = useState(() => draftProgram(program));
	const [recording] = useState(() => ("draft" in drafted ? lastRun(drafted.draft, recorder, run) : drafted));
	const [tab, setTab] = useState<TabId>("link");
	const list = useRef<HTMLDivElement>(null);
	const onKeyDown = (event: KeyboardEvent): void => {
		if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
		event.preventDefault();
		const next = tab === "link" ? "embed" : "link";
		setTab(next);
		list.current?.querySelector<HTMLElement>(`[data-tab=${next}]`)?.focus();
	};
	return (
		<Sheet title="Share this program" onClose={onClose}>
			{"problem" in drafted ? (
				<p className={styles.problem} role="alert">
					{drafted.problem}
				</p>
			) : (
				<>
					<div ref={list} role="tablist" aria-label="Ways to share" className={styles.tabs} onKeyDown={onKeyDown}>
						{tabs.map(({ id, name }) => (
							<button
								key={id}
								type="button"
								role="tab"
								id={`share-tab-${id}`}
								data-tab={id}
								aria-selected={tab === id}
								aria-controls="share-panel"
								tabIndex={tab === id ? 0 : -1}
								className={styles.tab}
								onClick={() => setTab(id)}
							>
								{name}
							</button>
						))}
					</div>
					<div role="tabpanel" id="share-panel" aria-labelledby={`share-tab-${tab}`} className={styles.panel}>
						{tab === "link" ? (
							<LinkPanel draft={drafted.draft} recording={recording} onDownload={(draft) => download(zipProgram(draft), zipName(draft))} />
						) : (
							<EmbedPanel draft={drafted.draft} usualFileName={program.language.fileName} tier={program.tier} />
						)}
					</div>
				</>
			)}
		</Sheet>
	);
}
