import type { Monaco } from "@monaco-editor/react";

export const monacoThemes = { light: "sandglass-light", dark: "sandglass-dark" } as const;

type TokenColours = Record<"comment" | "keyword" | "string" | "number" | "type" | "predefined" | "plain", string>;

/** Monaco's token names, which differ a little from language to language, on a handful of colours. */
function tokenRules(colours: TokenColours) {
	const { comment, keyword, string, number, type, predefined, plain } = colours;
	return [
		{ token: "", foreground: plain },
		{ token: "comment", foreground: comment, fontStyle: "italic" },
		...["keyword", "tag", "annotation", "metatag", "regexp"].map((token) => ({ token, foreground: keyword })),
		...["string", "attribute.value"].map((token) => ({ token, foreground: string })),
		...["number", "constant"].map((token) => ({ token, foreground: number })),
		...["type", "class", "attribute.name", "namespace"].map((token) => ({ token, foreground: type })),
		...["predefined", "variable.predefined", "support.function"].map((token) => ({ token, foreground: predefined })),
		...["delimiter", "operator", "identifier", "variable"].map((token) => ({ token, foreground: plain })),
	];
}

/** The page's own colours in Monaco. Each meets WCAG AA on its ground. */
export function defineMonacoThemes(monaco: Monaco): void {
	monaco.editor.defineTheme(monacoThemes.light, {
		base: "vs",
		inherit: true,
		rules: tokenRules({
			comment: "6b6354",
			keyword: "a0480a",
			string: "2f6b34",
			number: "1f5fbf",
			type: "176a74",
			predefined: "5b3f9c",
			plain: "29241c",
		}),
		colors: {
			"editor.background": "#fffdf9",
			"editor.foreground": "#29241c",
			"editorLineNumber.foreground": "#756b5a",
			"editorLineNumber.activeForeground": "#29241c",
			"editor.lineHighlightBackground": "#f8f3e9",
			"editor.lineHighlightBorder": "#00000000",
			"editor.selectionBackground": "#f0d9b3",
			"editorCursor.foreground": "#b0540a",
			"editorBracketHighlight.foreground1": "#665c4c",
			"editorBracketHighlight.foreground2": "#8a3a8f",
			"editorBracketHighlight.foreground3": "#1f5fbf",
			focusBorder: "#00000000",
		},
	});
	monaco.editor.defineTheme(monacoThemes.dark, {
		base: "vs-dark",
		inherit: true,
		rules: tokenRules({
			comment: "9c9383",
			keyword: "f2b452",
			string: "9fd09b",
			number: "8ab8ff",
			type: "7fcbd4",
			predefined: "c0aef2",
			plain: "ebe5da",
		}),
		colors: {
			"editor.background": "#1b1917",
			"editor.foreground": "#ebe5da",
			"editorLineNumber.foreground": "#938978",
			"editorLineNumber.activeForeground": "#ebe5da",
			"editor.lineHighlightBackground": "#23201d",
			"editor.lineHighlightBorder": "#00000000",
			"editor.selectionBackground": "#5a4526",
			"editorCursor.foreground": "#f2b452",
			"editorBracketHighlight.foreground1": "#c9bfae",
			"editorBracketHighlight.foreground2": "#d9a3e0",
			"editorBracketHighlight.foreground3": "#8ab8ff",
			focusBorder: "#00000000",
		},
	});
}
