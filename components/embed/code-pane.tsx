import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import type { CodeMirror, CodeMirrorEvents, CodeMirrorOptions } from "./code-mirror.ts";
import styles from "./embed.module.css";

export interface CodePaneHandle {
	focus(): void;
	replace(file: number, content: string): void;
}

interface CodePaneProps {
	/** Read once: a frame that is configured anew is another one. */
	readonly options: Omit<CodeMirrorOptions, "contents">;
	readonly events: CodeMirrorEvents;
	readonly shownFile: number;
	/** As they are now; the editor begins with them, and until it has come they show as text. */
	readonly contents: readonly string[];
	/** The editor's script waits until something else is done, or the editor is wanted: the code shows as text so long. */
	readonly isHeldBack: boolean;
	readonly ref: Ref<CodePaneHandle>;
}

/** The code as text at once; the editor in the same place when it has come. */
export function CodePane({ options, events, shownFile, contents, isHeldBack, ref }: CodePaneProps) {
	const host = useRef<HTMLDivElement>(null);
	const editor = useRef<CodeMirror | null>(null);
	const first = useRef(options);
	const latest = useRef({ events, shownFile, contents });
	/** Asked for before the editor had come. */
	const isFocusWanted = useRef(false);
	const [isReady, setIsReady] = useState(false);
	const [isWanted, setIsWanted] = useState(false);
	const mayLoad = isWanted || !isHeldBack;
	useEffect(() => {
		latest.current = { events, shownFile, contents };
		editor.current?.show(shownFile);
	});
	useEffect(() => {
		if (!mayLoad) return;
		// From here on it stays, whatever is held back later.
		setIsWanted(true);
		let isGone = false;
		const load = async (): Promise<void> => {
			const { openCodeMirror } = await import("./code-mirror.ts");
			if (isGone || host.current === null) return;
			editor.current = openCodeMirror(
				host.current,
				{ ...first.current, contents: latest.current.contents },
				{
					onChange: (file, text) => latest.current.events.onChange(file, text),
					onRun: () => latest.current.events.onRun(),
					onStop: () => latest.current.events.onStop(),
					onLeave: () => latest.current.events.onLeave(),
				},
			);
			editor.current.show(latest.current.shownFile);
			if (isFocusWanted.current && document.activeElement === host.current) editor.current.focus();
			setIsReady(true);
		};
		load().catch((error: unknown) => console.info("The editor could not be fetched; the code shows as text.", error));
		return () => {
			isGone = true;
			editor.current?.dispose();
			editor.current = null;
		};
	}, [mayLoad]);
	useImperativeHandle(ref, () => ({
		focus() {
			isFocusWanted.current = editor.current === null;
			setIsWanted(true);
			(editor.current ?? host.current)?.focus();
		},
		replace: (file, text) => editor.current?.replace(file, text),
	}));
	return (
		<>
			{!isReady && (
				<pre className={styles.text}>
					<code>{contents[shownFile] || "\n"}</code>
				</pre>
			)}
			<div ref={host} tabIndex={-1} className={styles.editor} />
		</>
	);
}
