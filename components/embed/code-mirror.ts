import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { loadGrammar } from "./grammars.ts";
import { byAuthor, guardLines, highlightLines, type LineRange } from "./guarded-lines.ts";

/** CodeMirror in `host`, one document a file. This module is loaded lazily: the code shows as text until it has come. */

export interface CodeMirrorOptions {
	readonly contents: readonly string[];
	readonly language: string;
	readonly isReadOnly: boolean;
	readonly hasLineNumbers: boolean;
	/** Of the first file. */
	readonly highlightedLines: readonly LineRange[];
	readonly readOnlyLines: readonly LineRange[];
}

export interface CodeMirrorEvents {
	onChange(file: number, content: string): void;
	onRun(): void;
	onStop(): void;
	/** Escape. */
	onLeave(): void;
}

export interface CodeMirror {
	show(file: number): void;
	/** As the author: read-only lines do not hold it back. */
	replace(file: number, content: string): void;
	focus(): void;
	dispose(): void;
}

const colours = HighlightStyle.define([
	{ tag: [tags.comment, tags.meta], color: "var(--code-comment)", fontStyle: "italic" },
	{ tag: [tags.keyword, tags.operatorKeyword, tags.modifier, tags.self, tags.null, tags.bool, tags.atom], color: "var(--code-keyword)" },
	{ tag: [tags.string, tags.special(tags.string), tags.regexp, tags.character, tags.escape], color: "var(--code-string)" },
	{ tag: tags.number, color: "var(--code-number)" },
	{
		tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.standard(tags.name), tags.macroName],
		color: "var(--code-function)",
	},
	{ tag: [tags.typeName, tags.className, tags.namespace, tags.annotation], color: "var(--code-type)" },
]);

/** Four spaces where the language's own style guide has them. */
const indentOf = (language: string): string => (/^(py|java$|jdk|rust|rs)/.test(language.toLowerCase()) ? "    " : "  ");

function pageKeys({ onRun, onStop, onLeave }: CodeMirrorEvents): Extension {
	const press = (action: () => void) => () => {
		action();
		return true;
	};
	return keymap.of([
		{ key: "Mod-Enter", run: press(onRun) },
		{ key: "Mod-.", run: press(onStop) },
		{ key: "Escape", run: press(onLeave) },
		indentWithTab,
		...defaultKeymap,
		...historyKeymap,
	]);
}

export function openCodeMirror(host: HTMLElement, options: CodeMirrorOptions, events: CodeMirrorEvents): CodeMirror {
	const { contents, language, isReadOnly } = options;
	const grammar = new Compartment();
	let coloured: Extension = [];
	let current = 0;
	const common: Extension = [
		isReadOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : [history(), indentOnInput()],
		isReadOnly ? EditorView.contentAttributes.of({ tabindex: "0" }) : [],
		EditorView.contentAttributes.of({ "aria-label": "Code editor", autocapitalize: "off", autocorrect: "off", spellcheck: "false" }),
		indentUnit.of(indentOf(language)),
		EditorState.tabSize.of(4),
		highlightSpecialChars(),
		options.hasLineNumbers ? lineNumbers() : [],
		syntaxHighlighting(colours),
		pageKeys(events),
		EditorView.updateListener.of((update) => {
			if (update.docChanged) events.onChange(current, update.state.doc.toString());
		}),
	];
	const states = contents.map((doc, at) =>
		EditorState.create({
			doc,
			extensions: [
				common,
				grammar.of([]),
				at === 0 ? [highlightLines(options.highlightedLines), isReadOnly ? [] : guardLines(options.readOnlyLines)] : [],
			],
		}),
	);
	const [first] = states;
	const view = new EditorView({ parent: host, ...(first === undefined ? {} : { state: first }) });
	let isGone = false;
	const show = (file: number): void => {
		const next = states[file];
		if (next === undefined || file === current) return;
		states[current] = view.state;
		current = file;
		view.setState(next);
		view.dispatch({ effects: grammar.reconfigure(coloured) });
	};
	const colour = async (): Promise<void> => {
		const loaded = await loadGrammar(language);
		if (loaded === null || isGone) return;
		coloured = loaded;
		view.dispatch({ effects: grammar.reconfigure(coloured) });
	};
	colour().catch((error: unknown) => console.info("The colours of this language could not be fetched.", error));
	return {
		show,
		replace(file, content) {
			const state = file === current ? view.state : states[file];
			if (state === undefined || state.doc.toString() === content) return;
			const change = { changes: { from: 0, to: state.doc.length, insert: content }, annotations: byAuthor.of(true) };
			if (file === current) view.dispatch(change);
			else states[file] = state.update(change).state;
		},
		focus: () => view.focus(),
		dispose() {
			isGone = true;
			view.destroy();
		},
	};
}
