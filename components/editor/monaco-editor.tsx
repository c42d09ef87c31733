import { Editor, loader, type Monaco, type OnMount } from "@monaco-editor/react";
import { useEffect, useRef } from "react";
import { defineMonacoThemes, monacoThemes } from "./monaco-theme.ts";

// From our own origin, where setup/monaco.ts put it; the wrapper's default is a CDN.
loader.config({ paths: { vs: new URL(process.env.MONACO_PATH ?? "", location.href).href } });

interface MonacoEditorProps {
	readonly content: string;
	/** Names the model: its undo history and cursor last as long as the key. */
	readonly modelKey: string;
	readonly monacoId: string;
	readonly isDark: boolean;
	/** False: the change is not taken, and the editor goes back. */
	readonly onChange: (content: string) => boolean;
	readonly onReady: (focus: () => void) => void;
	readonly onLeave: () => void;
	readonly onRun: () => void;
	readonly onStop: () => void;
}

/** Escape closes what is open inside Monaco first; only then does it leave. */
const nothingOpen = [
	"editorTextFocus",
	"!suggestWidgetVisible",
	"!findWidgetVisible",
	"!parameterHintsVisible",
	"!renameInputVisible",
	"!inSnippetMode",
	"!editorHasMultipleSelections",
	"!messageVisible",
	"!markersNavigationVisible",
].join(" && ");

function prepare(monaco: Monaco): void {
	defineMonacoThemes(monaco);
	// Without the runtime's own type files every `process` would be an error; the compiler in the sandbox has the last word.
	const { typescriptDefaults, javascriptDefaults } = monaco.typescript;
	for (const defaults of [typescriptDefaults, javascriptDefaults]) {
		defaults.setDiagnosticsOptions({ noSemanticValidation: true, noSyntaxValidation: false, noSuggestionDiagnostics: true });
	}
}

export default function MonacoEditor(props: MonacoEditorProps) {
	const { content, modelKey, monacoId, isDark, onChange, onReady, onLeave, onRun, onStop } = props;
	const mounted = useRef<Parameters<OnMount>[0] | null>(null);
	const isCorrecting = useRef(false);
	// A model outlives its tab; what was written meanwhile in the text area wins over what it remembers.
	// biome-ignore lint/correctness/useExhaustiveDependencies: only another model can be behind
	useEffect(() => {
		const model = mounted.current?.getModel() ?? null;
		if (model === null || model.getValue() === content) return;
		isCorrecting.current = true;
		model.setValue(content);
		isCorrecting.current = false;
	}, [modelKey]);
	const onEdit = (next: string | undefined) => {
		if (isCorrecting.current || next === undefined || onChange(next)) return;
		queueMicrotask(() => mounted.current?.trigger("sandglass", "undo", null));
	};
	const onMount: OnMount = (editor, monaco) => {
		mounted.current = editor;
		if (editor.getValue() !== content) editor.setValue(content);
		editor.addCommand(monaco.KeyCode.Escape, onLeave, nothingOpen);
		editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, onRun);
		editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Period, onStop);
		onReady(() => editor.focus());
	};
	return (
		<Editor
			beforeMount={prepare}
			onMount={onMount}
			onChange={onEdit}
			path={modelKey}
			value={content}
			language={monacoId}
			theme={isDark ? monacoThemes.dark : monacoThemes.light}
			loading={null}
			options={{
				ariaLabel: "Code editor",
				automaticLayout: true,
				dropIntoEditor: { enabled: false },
				editContext: false,
				fixedOverflowWidgets: true,
				fontFamily: "var(--font-code)",
				fontSize: 14,
				lineHeight: 21,
				insertSpaces: true,
				minimap: { enabled: false },
				overviewRulerLanes: 0,
				padding: { top: 12, bottom: 12 },
				pasteAs: { enabled: false },
				renderLineHighlightOnlyWhenFocus: true,
				scrollBeyondLastLine: false,
				tabFocusMode: false,
			}}
		/>
	);
}
