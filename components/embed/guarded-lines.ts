import { Annotation, EditorState, type Extension, type Range, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

/** Lines of the author's that are marked, and lines that the reader cannot change. Numbered from 1, both ends included. */

export type LineRange = readonly [first: number, last: number];

/** On a change that is the author's own, which nothing holds back. */
export const byAuthor = Annotation.define<true>();

interface Span {
	readonly from: number;
	readonly to: number;
}

function spansOf(doc: Text, ranges: readonly LineRange[]): Span[] {
	return ranges
		.map(([first, last]) => [Math.min(first, last), Math.min(Math.max(first, last), doc.lines)] as const)
		.filter(([first]) => first <= doc.lines)
		.map(([first, last]) => ({ from: doc.line(first).from, to: doc.line(last).to }))
		.sort((one, other) => one.from - other.from);
}

/** They stay marked where they move to when something is written above them. */
function lineDecorations(ranges: readonly LineRange[], className: string): Extension {
	const decoration = Decoration.line({ class: className });
	const build = (doc: Text): DecorationSet => {
		const lines: Range<Decoration>[] = [];
		for (const { from, to } of spansOf(doc, ranges)) {
			for (let line = doc.lineAt(from); ; line = doc.line(line.number + 1)) {
				lines.push(decoration.range(line.from));
				if (line.to >= to) break;
			}
		}
		return Decoration.set(lines, true);
	};
	return StateField.define<DecorationSet>({
		create: (state) => build(state.doc),
		update: (set, transaction) => (transaction.annotation(byAuthor) ? build(transaction.newDoc) : set.map(transaction.changes)),
		provide: (field) => EditorView.decorations.from(field),
	});
}

/** The lines and the line ends at both of their sides: what stands above cannot be joined with them either. */
function guard(ranges: readonly LineRange[]): Extension {
	const spans = StateField.define<readonly Span[]>({
		create: (state) => spansOf(state.doc, ranges),
		update: (held, transaction) => {
			if (!transaction.docChanged) return held;
			if (transaction.annotation(byAuthor)) return spansOf(transaction.newDoc, ranges);
			return held.map(({ from, to }) => ({ from: transaction.changes.mapPos(from, 1), to: transaction.changes.mapPos(to, -1) }));
		},
	});
	const filter = EditorState.changeFilter.of((transaction) => {
		if (transaction.annotation(byAuthor)) return true;
		const held = transaction.startState.field(spans);
		let isAllowed = true;
		// What touches an edge would join or split a guarded line.
		transaction.changes.iterChanges((from, to) => {
			if (held.some((span) => to >= span.from && from <= span.to)) isAllowed = false;
		});
		return isAllowed;
	});
	return [spans, filter];
}

export function highlightLines(ranges: readonly LineRange[]): Extension {
	return ranges.length === 0 ? [] : lineDecorations(ranges, "sg-highlighted");
}

export function guardLines(ranges: readonly LineRange[]): Extension {
	return ranges.length === 0 ? [] : [guard(ranges), lineDecorations(ranges, "sg-guarded")];
}
