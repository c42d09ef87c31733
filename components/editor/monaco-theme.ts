import type { Monaco } from "@monaco-editor/react";

export const monacoThemes = { light: "sandglass-light", dark: "sandglass-dark" } as const;

/** Monaco's own token colours on the page's grounds. */
export function defineMonacoThemes(monaco: Monaco): void {
	monaco.editor.defineTheme(monacoThemes.light, {
		base: "vs",
		inherit: true,
		rules: [{ token: "comment", foreground: "6b6354", fontStyle: "italic" }],
		colors: {
			"editor.background": "#fffdf9",
			"editor.foreground": "#29241c",
			"editorLineNumber.foreground": "#8c8270",
			"editorLineNumber.activeForeground": "#29241c",
			"editor.lineHighlightBackground": "#f8f3e9",
			"editor.lineHighlightBorder": "#00000000",
			"editor.selectionBackground": "#f0d9b3",
			"editorCursor.foreground": "#a8500a",
			focusBorder: "#00000000",
		},
	});
	monaco.editor.defineTheme(monacoThemes.dark, {
		base: "vs-dark",
		inherit: true,
		rules: [{ token: "comment", foreground: "9c9383", fontStyle: "italic" }],
		colors: {
			"editor.background": "#1b1917",
			"editor.foreground": "#ebe5da",
			"editorLineNumber.foreground": "#7d7466",
			"editorLineNumber.activeForeground": "#ebe5da",
			"editor.lineHighlightBackground": "#23201d",
			"editor.lineHighlightBorder": "#00000000",
			"editor.selectionBackground": "#5a4526",
			"editorCursor.foreground": "#f2b452",
			focusBorder: "#00000000",
		},
	});
}
