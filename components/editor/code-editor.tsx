import { type ClipboardEvent, Component, lazy, type ReactNode, Suspense, useEffect, useLayoutEffect, useRef, useState } from "react";
import styles from "./editor.module.css";
import { PlainEditor } from "./plain-editor.tsx";

const MonacoEditor = lazy(() => import("./monaco-editor.tsx"));

interface CodeEditorProps {
	readonly content: string;
	readonly modelKey: string;
	readonly monacoId: string;
	readonly isDark: boolean;
	/** A narrow page: the text area stays. */
	readonly isNarrow: boolean;
	readonly labelledBy: string;
	readonly onChange: (content: string) => boolean;
	/** True: the paste may go on. */
	readonly onPaste: (text: string) => boolean;
	/** It is what it is going to be: Monaco has come, or will not. */
	readonly onSettled: () => void;
	readonly onLeave: () => void;
	readonly onRun: () => void;
	readonly onStop: () => void;
}

/** The text area at once; Monaco in its place when it has come, with the focus where it was. */
export function CodeEditor(props: CodeEditorProps) {
	const { content, modelKey, isNarrow, labelledBy, onChange, onPaste } = props;
	const [isMonacoWanted, setIsMonacoWanted] = useState(false);
	const [isMonacoReady, setIsMonacoReady] = useState(false);
	const panel = useRef<HTMLDivElement>(null);
	const takeFocus = useRef<() => void>(undefined);
	// In the moment in which the text area goes: no key falls between the two, and nobody is called back who has gone elsewhere since.
	useLayoutEffect(() => {
		if (isMonacoReady && document.activeElement === document.body) takeFocus.current?.();
		takeFocus.current = undefined;
	}, [isMonacoReady]);
	// Monaco keeps the callbacks of its first render; these lead to the newest.
	const latest = useRef(props);
	useEffect(() => {
		latest.current = props;
	});
	useEffect(() => {
		if (isNarrow) {
			setIsMonacoReady(false);
			latest.current.onSettled();
		}
		setIsMonacoWanted(!isNarrow);
	}, [isNarrow]);
	const refusePaste = (event: ClipboardEvent) => {
		if (onPaste(event.clipboardData.getData("text/plain"))) return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		<div
			ref={panel}
			id="file-panel"
			role="tabpanel"
			aria-labelledby={labelledBy}
			aria-describedby="editor-hint"
			className={styles.panel}
			onPasteCapture={refusePaste}
		>
			{!isMonacoReady && <PlainEditor content={content} onChange={onChange} />}
			{isMonacoWanted && (
				<MonacoBoundary onFailed={() => latest.current.onSettled()}>
					<Suspense fallback={null}>
						<div className={isMonacoReady ? styles.monaco : styles.monacoHidden}>
							<MonacoEditor
								content={content}
								modelKey={modelKey}
								monacoId={props.monacoId}
								isDark={props.isDark}
								onChange={(next) => latest.current.onChange(next)}
								onLeave={() => latest.current.onLeave()}
								onRun={() => latest.current.onRun()}
								onStop={() => latest.current.onStop()}
								onReady={(focus) => {
									if (panel.current?.contains(document.activeElement)) takeFocus.current = focus;
									setIsMonacoReady(true);
									latest.current.onSettled();
								}}
							/>
						</div>
					</Suspense>
				</MonacoBoundary>
			)}
			<p id="editor-hint" className={styles.hint}>
				{isNarrow ? "" : "Esc leaves the editor"}
			</p>
		</div>
	);
}

/** Monaco that cannot be fetched leaves the text area, which is enough to work with. */
class MonacoBoundary extends Component<{ children: ReactNode; onFailed: () => void }, { hasFailed: boolean }> {
	override state = { hasFailed: false };

	static getDerivedStateFromError() {
		return { hasFailed: true };
	}

	override componentDidCatch() {
		this.props.onFailed();
	}

	override render() {
		return this.state.hasFailed ? null : this.props.children;
	}
}
