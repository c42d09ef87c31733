"use client";

import "../session/schema-policy.ts";
import { useCallback, useRef, useState } from "react";
import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import { type CatalogueState, useCatalogue } from "../catalogue/use-catalogue.ts";
import { CodeEditor } from "../editor/code-editor.tsx";
import type { ExchangeWish } from "../exchange/exchange.tsx";
import { FileTabs, tabId } from "../files/file-tabs.tsx";
import { activeFile } from "../files/workspace.ts";
import { ToastView } from "../notice/toast-view.tsx";
import { useToast } from "../notice/use-toast.ts";
import { parseArgumentLine } from "../run-bar/argument-line.ts";
import { RunBar } from "../run-bar/run-bar.tsx";
import { browserPick, pickTier, pickVersion, settlePick, type TierPick } from "../run-bar/tier-choice.ts";
import { isBusy, isLocal } from "../session/session-state.ts";
import { useSession } from "../session/use-session.ts";
import { RunRecorder } from "../share/run-recorder.ts";
import { StatusBar } from "../status/status-bar.tsx";
import type { StatusLine } from "../status/status-line.ts";
import { openLanguage } from "../storage/start-work.ts";
import { useWork } from "../storage/use-work.ts";
import type { ProgramExtras } from "../storage/work.ts";
import { TerminalFeed } from "../terminal/terminal-feed.ts";
import { type TerminalHandle, TerminalPanel } from "../terminal/terminal-panel.tsx";
import { useTheme } from "../theme/use-theme.ts";
import { WorkerOutput } from "../worker-request/worker-output.ts";
import { WorkerRequestBox } from "../worker-request/worker-request-box.tsx";
import { PageBanners } from "./page-banners.tsx";
import styles from "./playground.module.css";
import type { SharedProgram } from "./shared-program.ts";
import { SplitPane, separatorId } from "./split-pane.tsx";
import { useExchange } from "./use-exchange.ts";
import { useMedia } from "./use-media.ts";
import { useProgram } from "./use-program.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import { useWorkspace } from "./use-workspace.ts";

const noLanguages: readonly CatalogueLanguage[] = [];
const noTiers: readonly CatalogueTier[] = [];
const noExtras: ProgramExtras = {};
const noHosts: readonly string[] = [];

/** "extra.py" where the language's first file is "main.py". */
function suggestName(fileName: string): string {
	const dot = fileName.lastIndexOf(".");
	return dot < 0 ? "extra" : `extra${fileName.slice(dot)}`;
}

interface PlaygroundProps {
	readonly build: string;
	/** The stored program that the page was opened with; null: the reader's own work. */
	readonly shared: SharedProgram | null;
	/** Sites from which a text may be fetched and opened. */
	readonly openHosts?: readonly string[];
}

/** The whole page: ties the rooms together and owns nothing itself. */
export function Playground({ build, shared, openHosts = noHosts }: PlaygroundProps) {
	const theme = useTheme();
	const isNarrow = useMedia("(max-width: 640px)");
	const isStacked = useMedia("(max-width: 860px)");
	const { catalogue, retry } = useCatalogue();
	const languages = catalogue.kind === "ready" ? catalogue.languages : noLanguages;
	const tiers = catalogue.kind === "ready" ? catalogue.tiers : noTiers;
	const { work, setWork, isKept } = useWork(catalogue.kind === "ready" ? catalogue : null, shared);
	const { toast, show, dismiss } = useToast();
	const [feed] = useState(() => new TerminalFeed());
	const [output] = useState(() => new WorkerOutput(feed));
	const [recorder] = useState(() => new RunRecorder(output));
	const session = useSession(build, recorder);
	const terminal = useRef<TerminalHandle>(null);
	const [isEditorSettled, setIsEditorSettled] = useState(false);

	const language = languages.find(({ id }) => id === work?.languageId);
	const workspace = (language && work?.workspaces[language.id]) ?? null;
	const extras = (language && work?.extras?.[language.id]) ?? noExtras;
	const file = workspace === null ? undefined : activeFile(workspace);
	const pick = language && settlePick(language, work?.versions[language.id], work?.tiers[language.id]);
	const { version, tier } = pick ?? { version: undefined, tier: null };
	const take = (picked: TierPick) =>
		setWork((current) => {
			if (current === null) return current;
			const { [current.languageId]: _, ...otherTiers } = current.tiers;
			return {
				...current,
				versions: { ...current.versions, [current.languageId]: picked.version.version },
				tiers: picked.tier === null ? otherTiers : { ...otherTiers, [current.languageId]: picked.tier },
			};
		});
	const argumentLine = work?.argumentLine ?? "";
	const parsedArguments = parseArgumentLine(argumentLine);

	const actions = useWorkspace(workspace, extras, language, version, setWork, show);
	const parts = language && version && workspace ? { language, version, tier, workspace, argumentLine, extras } : null;
	const program = useProgram(parts, session, terminal, recorder);
	const [exchangeWish, setExchangeWish] = useState<ExchangeWish>("nothing");
	const endExchange = useCallback(() => setExchangeWish("nothing"), []);
	const Exchange = useExchange(isEditorSettled, exchangeWish, setExchangeWish, show);
	const runFromButton = () => {
		program.run();
		// On a touch screen the focus would raise the keyboard over the output.
		if (!matchMedia("(pointer: coarse)").matches) terminal.current?.focus();
	};
	useShortcuts(program.run, program.stop);
	const isRunning = isBusy(session.state.run);
	const here = language === undefined ? null : browserPick(language, tiers);
	const onRunHere =
		here === null || tier === "browser" || isLocal(session.state.run)
			? null
			: () => {
					take(here);
					program.runHere(here.version);
				};

	return (
		<div className={styles.page}>
			<RunBar
				pickers={{
					languages,
					language,
					version,
					tiers,
					tier,
					onLanguage: (chosen) => setWork((current) => current && openLanguage(current, chosen)),
					onVersion: (chosen) => take(pickVersion(chosen, tier, tiers)),
					onTier: (chosen) => language && version && take(pickTier(language, version, chosen)),
					onExample: actions.openExample,
				}}
				buttons={{ canRun: program.canRun, canStop: program.canStop, onRun: runFromButton, onStop: program.stop }}
				argumentLine={argumentLine}
				argumentProblem={"problem" in parsedArguments ? parsedArguments.problem : null}
				onArgumentLine={(line) => setWork((current) => current && { ...current, argumentLine: line })}
				theme={theme}
				onOpen={work === null ? null : () => setExchangeWish("open")}
				onShare={parts === null ? null : () => setExchangeWish("share")}
			/>
			<PageBanners
				state={session.state}
				hasCatalogueFailed={catalogue.kind === "failed"}
				isKept={isKept}
				onRetry={retry}
				onRunHere={onRunHere}
			/>
			{shared !== null && catalogue.kind === "ready" && (
				<shared.Bar
					snippet={shared.snippet}
					offer={catalogue}
					program={parts}
					isIdle={session.state.run.kind === "idle"}
					terminal={feed}
					setWork={setWork}
				/>
			)}
			<main className={styles.main}>
				<SplitPane
					isStacked={isStacked}
					first={
						workspace !== null && file !== undefined && language !== undefined ? (
							<>
								<FileTabs
									key={language.id}
									workspace={workspace}
									suggestedName={suggestName(language.fileName)}
									onChange={actions.replace}
									onDelete={actions.remove}
								/>
								<CodeEditor
									content={file.content}
									modelKey={`${language.id}/${file.key}`}
									monacoId={language.monacoId}
									isDark={theme.isDark}
									isNarrow={isNarrow}
									labelledBy={tabId(file.key)}
									onChange={actions.edit}
									onPaste={actions.acceptPaste}
									onSettled={() => setIsEditorSettled(true)}
									onLeave={() => document.getElementById(separatorId)?.focus()}
									onRun={program.run}
									onStop={program.stop}
								/>
							</>
						) : (
							<p className={styles.waiting}>{waitingLine(catalogue, shared)}</p>
						)
					}
					second={
						<WorkerRequestBox
							output={output}
							isPossible={session.state.run.kind === "running" && session.state.run.at.tier === "isolate"}
							onSend={(line) => session.client?.sendInput(new TextEncoder().encode(line))}
						>
							<TerminalPanel
								ref={terminal}
								feed={feed}
								isDark={theme.isDark}
								mayLoad={isEditorSettled || session.state.run.kind !== "idle"}
								isUntouched={session.state.run.kind === "idle" && shared?.snippet.recording === undefined}
								isRunning={isRunning}
								events={{
									onInput: (bytes) => {
										if (isRunning) recorder.typed(bytes);
										if (session.client?.sendInput(bytes) === false) {
											show({ sentence: "That is more input than the terminal holds (1 MiB). None of it was sent.", undo: null });
										}
									},
									onSize: (columns, rows) => session.client?.resize(columns, rows),
									isProgramReading: () => isRunning,
								}}
							/>
						</WorkerRequestBox>
					}
				/>
			</main>
			<StatusBar state={session.state} override={program.refusal ?? setUpLine(catalogue, language, version)} />
			<ToastView toast={toast} onDismiss={dismiss} />
			{Exchange !== null && (
				<Exchange
					{...{ work, languages, tiers, setWork, show, program: parts, recorder, run: session.state.run, openHosts }}
					wish={exchangeWish}
					onEnd={endExchange}
				/>
			)}
		</div>
	);
}

function waitingLine(catalogue: CatalogueState, shared: SharedProgram | null): string {
	if (catalogue.kind === "failed") return "No languages yet.";
	return catalogue.kind === "ready" && shared !== null ? "This program cannot be opened here." : "Loading …";
}

/** What is missing on the server's side before anything can run; null: nothing. */
function setUpLine(
	catalogue: CatalogueState,
	language: CatalogueLanguage | undefined,
	version: CatalogueVersion | undefined,
): StatusLine | null {
	if (catalogue.kind === "loading") return { tone: "busy", sentence: "Fetching the list of languages …" };
	if (catalogue.kind === "failed") return { tone: "us", sentence: "No program can run until the list of languages is there." };
	if (language === undefined || version === undefined || version.isReady) return null;
	return { tone: "busy", sentence: `${language.name} ${version.title} is still being set up on the server …` };
}
