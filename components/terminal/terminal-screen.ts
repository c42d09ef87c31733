import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { guardReports } from "./report-guard.ts";
import type { TerminalDisplay } from "./terminal-feed.ts";
import { handlePageKey } from "./terminal-keys.ts";
import { terminalPalette } from "./terminal-palette.ts";

export const scrollbackLines = 10_000;

export interface TerminalScreenEvents {
	onInput(bytes: Uint8Array): void;
	onSize(columns: number, rows: number): void;
	/** What is shown may have changed; `terminalLines` reads it. */
	onChange(): void;
	/** Nothing is shown any more. */
	onClear(): void;
	isProgramReading(): boolean;
}

export interface TerminalScreen extends TerminalDisplay {
	readonly terminal: Terminal;
	setDark(isDark: boolean): void;
	dispose(): void;
}

/** The program wrote the link, so its whole address is shown before anything opens. */
function openLink(address: string): void {
	if (window.confirm(`The program offers a link to\n\n${address}\n\nOpen it in a new tab?`))
		window.open(address, "_blank", "noopener,noreferrer");
}

/** xterm.js in `host`. This module is loaded lazily: nothing of it is in the first script. */
export function openTerminalScreen(host: HTMLElement, isDark: boolean, events: TerminalScreenEvents): TerminalScreen {
	const terminal = new Terminal({
		allowProposedApi: false,
		cursorBlink: true,
		drawBoldTextInBrightColors: false,
		fontFamily: getComputedStyle(host).fontFamily,
		fontSize: 13,
		lineHeight: 1.3,
		minimumContrastRatio: 4.5,
		scrollback: scrollbackLines,
		theme: terminalPalette(isDark),
		linkHandler: { activate: (_event, address) => openLink(address), allowNonHttpProtocols: false },
	});
	const fit = new FitAddon();
	terminal.loadAddon(fit);
	guardReports(terminal.parser);
	terminal.open(host);
	terminal.attachCustomKeyEventHandler((event) => handlePageKey(terminal, event, events.isProgramReading()));
	const encoder = new TextEncoder();
	terminal.onData((text) => events.onInput(encoder.encode(text)));
	terminal.onResize(({ cols, rows }) => events.onSize(cols, rows));
	terminal.onWriteParsed(() => events.onChange());
	const observer = new ResizeObserver(() => fit.fit());
	observer.observe(host);
	fit.fit();
	return {
		terminal,
		clear: () => {
			terminal.reset();
			events.onClear();
		},
		write: (bytes, taken) => terminal.write(bytes, taken),
		setDark: (isDarkNow) => {
			terminal.options.theme = terminalPalette(isDarkNow);
		},
		dispose: () => {
			observer.disconnect();
			terminal.dispose();
		},
	};
}

/** What the terminal shows and has shown, oldest first, wrapped lines joined, without the empty rows below the last text. */
export function terminalLines(terminal: Terminal): string[] {
	const buffer = terminal.buffer.active;
	const lines: string[] = [];
	for (let row = 0; row < buffer.length; row++) {
		const line = buffer.getLine(row);
		if (line === undefined) break;
		const isContinued = buffer.getLine(row + 1)?.isWrapped ?? false;
		const text = line.translateToString(!isContinued);
		if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text;
		else lines.push(text);
	}
	while (lines.length > 0 && lines.at(-1) === "") lines.pop();
	return lines;
}
