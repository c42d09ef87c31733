import { useEffect, useId, useRef, useState, useSyncExternalStore } from "react";
import type { EmbedOptions } from "../../protocol/embed.ts";
import { describeError } from "../../protocol/errors.ts";
import { useCatalogue } from "../catalogue/use-catalogue.ts";
import { describeFilesProblem } from "../files/workspace.ts";
import { PageBanners } from "../playground/page-banners.tsx";
import { useShortcuts } from "../playground/use-shortcuts.ts";
import { browserPick } from "../run-bar/tier-choice.ts";
import { isBusy, isLocal } from "../session/session-state.ts";
import { describeStatus, type StatusLine } from "../status/status-line.ts";
import { type TerminalHandle, TerminalPanel } from "../terminal/terminal-panel.tsx";
import type { AuthorPort } from "./author-port.ts";
import { CodePane, type CodePaneHandle } from "./code-pane.tsx";
import styles from "./embed.module.css";
import { EmbedBar } from "./embed-bar.tsx";
import { completeChoice, findLanguage } from "./embed-choice.ts";
import { EmbedTabs, embedTabId } from "./embed-tabs.tsx";
import { lookStyle, useEmbedTheme } from "./embed-theme.ts";
import { RecordingNote } from "./recording-note.tsx";
import { isInteractive } from "./recording-player.ts";
import { planRun } from "./run-plan.ts";
import { type RunCommands, useEmbedCode, usePlaygroundLink } from "./use-embed-code.ts";
import { useEmbedRuns } from "./use-embed-runs.ts";
import type { CommandQueue } from "./use-embed-source.ts";
import { useResizeReports, useTerminalHeight } from "./use-frame-height.ts";
import { useHoldUntilRun } from "./use-hold-until-run.ts";
import { useInView } from "./use-in-view.ts";
import { VersionRuns } from "./version-runs.ts";
import { VersionsPane } from "./versions-pane.tsx";

interface EmbedFrameProps {
	readonly options: EmbedOptions;
	readonly ticket: string;
	readonly port: AuthorPort | null;
	readonly commands: CommandQueue;
	readonly isGrowing: boolean;
}

/** One configured frame: ties code, runs and recording together, and owns nothing else. It is longer than most files for that. */
export function EmbedFrame({ options, ticket, port, commands, isGrowing }: EmbedFrameProps) {
	const root = useRef<HTMLElement>(null);
	const terminalBox = useRef<HTMLDivElement>(null);
	const pane = useRef<CodePaneHandle>(null);
	const terminal = useRef<TerminalHandle>(null);
	const actions = useRef<RunCommands>(null);
	const runId = useId();
	/** Until the terminal, which loads with its first output, is there. */
	const isFocusWanted = useRef(false);
	const isDark = useEmbedTheme(options);
	const [shownFile, setShownFile] = useState(0);
	// embed.js opens a frame when its reader has pressed Run or Edit; a frame that stands in a page by itself may never be used.
	const isRunNear = isGrowing && !options.isAutorun && options.recording === undefined && options.versions === undefined;
	const { runs, state, feed } = useEmbedRuns({ ticket, port, isRunNear });
	const isEditorHeldBack = useHoldUntilRun(isRunNear, state.session.run);
	const code = useEmbedCode({ options, port, commands, pane, actions, isReady: runs !== null });
	const { contents, context, isEdited, isStale } = code;
	const hasRecording = options.recording !== undefined && !isEdited && !isStale;
	// A recording that nobody touched needs nothing of the server.
	const { catalogue, retry } = useCatalogue(!hasRecording || state.stage.kind === "program");
	const languages = catalogue.kind === "ready" ? catalogue.languages : [];
	const tiers = catalogue.kind === "ready" ? catalogue.tiers : [];
	const language = findLanguage(languages, options.language);
	const link = usePlaygroundLink(code, language);
	const [versions] = useState(() => (options.versions === undefined ? null : new VersionRuns(ticket, (event) => port?.send(event))));
	const versionRuns = useSyncExternalStore(versions?.subscribe ?? noSubscription, versions?.getState ?? noRuns, noRuns);
	useEffect(() => () => versions?.close(), [versions]);
	const [refusal, setRefusal] = useState<StatusLine | null>(null);
	/** Pressed before the server has said what it offers. */
	const [isWanted, setIsWanted] = useState<"no" | "plain" | "takeOver">("no");
	const { stage, session } = state;
	const busy = versions === null ? isBusy(session.run) || (stage.kind === "recording" && stage.isPlaying) : versions.isBusy;

	const startNow = (prepared: string, pick = completeChoice(language, options), isHere = false): void => {
		setIsWanted("no");
		if (runs === null) return;
		const plan = planRun(code, language, pick);
		const problem = describeFilesProblem(plan.request.files);
		setRefusal(problem === null ? null : { tone: "reader", sentence: problem });
		if (problem !== null) return;
		code.setStale(false);
		const size = terminal.current?.size() ?? { columns: 80, rows: 24 };
		const sized = { ...plan, request: { ...plan.request, ...size } };
		if (isHere) runs.startHere(sized, prepared);
		else if (versions === null) runs.start(sized, prepared);
		else
			versions.start(
				(options.versions ?? []).map((version) => ({
					version,
					plan: planRun(code, language, completeChoice(language, { ...options, version })),
				})),
				prepared,
			);
	};
	const run = (): void => {
		if (busy || runs === null) return;
		if (options.recording !== undefined && hasRecording && versions === null) runs.showRecording(options.recording, false);
		else if (catalogue.kind === "loading") setIsWanted("plain");
		else startNow(options.stdin);
	};
	/** Who pressed a button here is about to answer the program; on a touch screen the keyboard would cover it. */
	const focusTerminal = (): void => {
		if (matchMedia("(pointer: coarse)").matches) return;
		isFocusWanted.current = terminal.current?.focus() !== true;
	};
	const takeOver = (): void => {
		if (runs === null) return;
		const typed = options.recording !== undefined && isInteractive(options.recording) ? runs.typedInRecording : options.stdin;
		startNow(typed);
		focusTerminal();
	};
	const stop = (): void => {
		setIsWanted("no");
		runs?.stop();
		versions?.stop();
	};
	// biome-ignore lint/correctness/useExhaustiveDependencies: what was pressed starts once the list is there, or will not come
	useEffect(() => {
		if (isWanted !== "no" && catalogue.kind !== "loading") startNow(options.stdin);
	}, [isWanted, catalogue.kind]);
	useEffect(() => {
		actions.current = {
			run: (takesFocus) => {
				run();
				if (takesFocus) focusTerminal();
			},
			stop,
			type: (text) => void runs?.type(new TextEncoder().encode(text)),
			focus: () => (busy ? terminal : pane).current?.focus(),
		};
	});
	useShortcuts(run, stop);

	// What was recorded is there before anybody presses anything.
	const [isShownFirst, setIsShownFirst] = useState(false);
	useEffect(() => {
		if (runs === null || isShownFirst) return;
		setIsShownFirst(true);
		if (options.recording !== undefined && options.versions === undefined) runs.showRecording(options.recording, false);
		port?.send({ type: "ready" });
	}, [runs, isShownFirst, options, port]);
	const isInView = useInView(root, options.isAutorun && options.recording === undefined);
	// biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes into view
	useEffect(() => {
		if (isInView && runs !== null) run();
	}, [isInView, runs]);

	useResizeReports(root, isGrowing ? port : null);
	const terminalPx = useTerminalHeight(terminalBox, terminal, Math.round(options.maxHeightPx * 0.6), stage.kind !== "none");
	const ran = session.run.kind === "running" || session.run.kind === "ended" ? session.run.at : null;
	const here = language === null || versions !== null ? null : browserPick(language, tiers);
	const runHere =
		here === null || options.tier === "browser" || isLocal(session.run) || ran?.tier === "browser"
			? null
			: () => startNow(options.stdin, { version: here.version.version, tier: "browser" }, true);
	const shown = options.files
		.map(({ name }, index) => ({ name: name || (language?.fileName ?? "main"), index }))
		.filter(({ index }) => index === 0 || !options.files[index]?.isHidden);
	const name = language?.name ?? options.language;
	const recorded = stage.kind === "recording" ? stage.recording : null;
	const status: StatusLine = refusal ?? describe();

	function describe(): StatusLine {
		if (isWanted !== "no") return { tone: "busy", sentence: "Starting …" };
		if (versions !== null)
			return versions.isBusy
				? { tone: "busy", sentence: "Running …" }
				: { tone: "idle", sentence: versionRuns.length === 0 ? "Ready." : "Finished." };
		if (stage.kind === "recording") return { tone: "idle", sentence: stage.isPlaying ? "Playing a recording …" : "A recording." };
		if (stage.kind === "program" && stage.isCut)
			return { tone: "program", sentence: "A cell above ended the program before this one's turn." };
		if (session.connection.kind === "closed" && ran === null) return { tone: "us", sentence: describeError(session.connection.code) };
		return describeStatus(session);
	}

	return (
		<main
			ref={root}
			className={isGrowing ? styles.growing : styles.filling}
			style={lookStyle(options.look, isDark)}
			aria-label={options.title || `${name} program`}
			onPointerEnter={() => !hasRecording && versions === null && runs?.connect()}
		>
			{shown.length > 1 && <EmbedTabs files={shown} shownFile={shownFile} onShow={setShownFile} />}
			<div
				id="embed-code"
				className={styles.code}
				{...(shown.length > 1 && { role: "tabpanel", "aria-labelledby": embedTabId(shownFile) })}
				style={isGrowing ? { maxHeight: Math.max(120, options.maxHeightPx - (stage.kind === "none" ? 44 : terminalPx + 44)) } : {}}
			>
				<CodePane
					ref={pane}
					options={{
						language: options.language,
						isReadOnly: options.isReadOnly,
						hasLineNumbers: options.look.fontSizePx === undefined,
						highlightedLines: options.highlightedLines,
						readOnlyLines: options.readOnlyLines,
					}}
					events={{ onChange: code.edit, onRun: run, onStop: stop, onLeave: () => document.getElementById(runId)?.focus() }}
					shownFile={shownFile}
					contents={contents}
					isHeldBack={isEditorHeldBack}
				/>
			</div>
			<EmbedBar
				runId={runId}
				canRun={!busy && runs !== null}
				canStop={busy || isWanted !== "no"}
				onRun={() => {
					run();
					focusTerminal();
				}}
				onStop={stop}
				status={status}
				what={recorded === null && ran !== null ? `${name} ${ran.version}` : ""}
				tier={recorded === null ? ran?.tier : undefined}
				playgroundLink={link}
			/>
			{isStale && (
				<p className={styles.stale} role="status">
					A cell above has changed. Run this one again.{context.length > 0 ? " What stands above it runs first." : ""}
				</p>
			)}
			{stage.kind === "program" && (
				<PageBanners state={session} hasCatalogueFailed={catalogue.kind === "failed"} isKept onRetry={retry} onRunHere={runHere} />
			)}
			{recorded !== null && (
				<RecordingNote
					recording={recorded}
					languageName={name}
					isPlaying={stage.kind === "recording" && stage.isPlaying}
					isInteractive={isInteractive(recorded)}
					onSkip={() => runs?.skipRecording()}
					onTakeOver={takeOver}
				/>
			)}
			{versions !== null && versionRuns.length > 0 && (
				<VersionsPane runs={versionRuns} maxHeightPx={Math.round(options.maxHeightPx * 0.6)} />
			)}
			{versions === null && stage.kind !== "none" && (
				<div ref={terminalBox} className={styles.terminal} style={isGrowing ? { height: terminalPx } : {}}>
					<TerminalPanel
						ref={terminal}
						feed={feed}
						isDark={isDark}
						mayLoad
						isUntouched={false}
						isRunning={isBusy(session.run)}
						events={{
							onInput: (bytes) => {
								if (runs?.type(bytes) === false)
									setRefusal({ tone: "reader", sentence: "That is more input than the terminal holds (1 MiB). None of it was sent." });
							},
							onSize: (columns, rows) => {
								runs?.resize(columns, rows);
								if (!isFocusWanted.current) return;
								isFocusWanted.current = false;
								// The page gave this frame the keyboard; a reader who has taken it elsewhere meanwhile keeps it there.
								setTimeout(() => document.hasFocus() && terminal.current?.focus());
							},
							isProgramReading: () => isBusy(session.run),
						}}
					/>
				</div>
			)}
			{isGrowing && (
				<p className={styles.rest}>{versions === null && stage.kind === "none" ? "What the program prints appears here." : ""}</p>
			)}
		</main>
	);
}

const noSubscription = () => () => undefined;
const none: readonly never[] = [];
const noRuns = () => none;
