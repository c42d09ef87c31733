import type { Terminal } from "@xterm/xterm";

/**
 * Keys that belong to the page and not to the program. Returns false for a key that xterm.js shall leave to the browser.
 * - Ctrl+Shift+C, and Ctrl+C while something is selected, copy; Ctrl+Shift+V is the browser's own paste.
 * - Shift+Tab always leaves the terminal; Tab does while no program would read it. Nobody is trapped.
 * - Ctrl/Cmd+Enter and Ctrl/Cmd+. are Run and Stop, wherever the focus is.
 */
export function handlePageKey(terminal: Terminal, event: KeyboardEvent, isProgramReading: boolean): boolean {
	if (event.type !== "keydown") return true;
	const isCommand = event.ctrlKey || event.metaKey;
	if (event.key === "Tab") return !(event.shiftKey || !isProgramReading);
	if (isCommand && (event.key === "Enter" || event.key === ".")) return false;
	if (!event.ctrlKey || event.altKey || event.metaKey) return true;
	const key = event.key.toLowerCase();
	if (key === "v" && event.shiftKey) return false;
	if (key !== "c" || !(event.shiftKey || terminal.hasSelection())) return true;
	event.preventDefault();
	if (terminal.hasSelection()) {
		// xterm.js answers the browser's copy event with its selection; this needs no permission.
		document.execCommand("copy");
		terminal.clearSelection();
	}
	return false;
}
