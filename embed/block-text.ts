/**
 * The code of a block as its author wrote it: line numbers, prompts, printed lines, copy buttons and notes of the tools left out, and a
 * line end where a tool made a row or a `br` of a line.
 */

/** What stands inside of a block's code and is none, by who puts it there. */
const notCode = [
	"button,script,style,template,aside,[aria-hidden=true],[data-sandglass-ui]",
	// Pygments (Sphinx, MkDocs) and Chroma (Hugo): line numbers, prompts, output.
	".linenos,.lineno,.ln,.lnt,.gp,.go",
	// Prism, highlight.js, react-syntax-highlighter, Docusaurus, MkDocs Material.
	".line-numbers-rows,.command-line-prompt,.hljs-ln-numbers,.linenumber,[class*=codeLineNumber],.md-annotation",
].join();

const rows = new Set(["TR", "DIV", "LI", "P"]);

interface Piece {
	readonly node: Text | HTMLElement;
	/** Where it begins in the text, in UTF-16 units. */
	readonly start: number;
}

export interface BlockText {
	/** Without line ends behind the last line. */
	readonly text: string;
	readonly pieces: readonly Piece[];
}

export function readText(root: Element): BlockText {
	const pieces: Piece[] = [];
	let text = "";
	const visit = (node: Node): void => {
		if (node instanceof Text) {
			pieces.push({ node, start: text.length });
			text += node.data;
		} else if (node instanceof HTMLElement) {
			if (node.tagName === "BR") {
				pieces.push({ node, start: text.length });
				text += "\n";
			}
			// Chroma without classes says by the style alone that a number is none of the code.
			else if (node !== root && (node.matches(notCode) || (node.hasAttribute("style") && node.style.userSelect === "none"))) return;
			const start = text.length;
			for (const child of node.childNodes) visit(child);
			if (node !== root && rows.has(node.tagName) && !(text.length > start && text.endsWith("\n"))) text += "\n";
		}
	};
	visit(root);
	return { text: text.replace(/\n+$/, ""), pieces };
}

/** Takes what lies outside of [start, end) off the page. The nodes stay, for they may be a framework's. */
export function showOnly({ pieces }: BlockText, start: number, end: number): void {
	for (const { node, start: at } of pieces)
		if (!(node instanceof Text)) node.hidden = at < start || at >= end;
		else node.data = node.data.slice(Math.max(0, start - at), Math.max(0, end - at));
}
