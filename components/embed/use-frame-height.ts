import { type RefObject, useEffect, useState } from "react";
import type { TerminalHandle } from "../terminal/terminal-panel.tsx";
import type { AuthorPort } from "./author-port.ts";

/** Tells the author's page how high the frame's content is, whenever that changes. */
export function useResizeReports(root: RefObject<HTMLElement | null>, port: AuthorPort | null): void {
	useEffect(() => {
		if (root.current === null || port === null) return;
		let told = -1;
		const observer = new ResizeObserver(([entry]) => {
			const heightPx = Math.ceil(entry?.borderBoxSize[0]?.blockSize ?? 0);
			if (heightPx === told) return;
			told = heightPx;
			port.send({ type: "resize", heightPx });
		});
		observer.observe(root.current);
		return () => observer.disconnect();
	}, [root, port]);
}

/** Room from the press of Run on, so that short outputs move nothing on the page. */
const leastRows = 7;
/** As xterm.js draws them in this font; a little off makes a scroll bar, no harm. */
const rowPx = 17;
const framePx = 32 + 22;

/** Rows that this text takes in a terminal so wide, with a row for the cursor. */
export function countRows(lines: readonly string[], columns: number): number {
	return 1 + lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.replace(/\n$/, "").length / columns)), 0);
}

/** The terminal's height: as much as was printed, and never less than it was. Reads the log that the terminal writes for screen readers. */
export function useTerminalHeight(
	box: RefObject<HTMLElement | null>,
	terminal: RefObject<TerminalHandle | null>,
	maxPx: number,
	isShown: boolean,
): number {
	const [rows, setRows] = useState(leastRows);
	useEffect(() => {
		if (!isShown) return;
		const log = box.current?.querySelector('[role="log"]');
		if (!log) return;
		const look = (): void => {
			const lines = Array.from(log.children, (line) => line.textContent ?? "");
			const needed = countRows(lines, terminal.current?.size().columns ?? 80);
			setRows((current) => Math.max(current, needed));
		};
		const observer = new MutationObserver(look);
		observer.observe(log, { childList: true, subtree: true, characterData: true });
		return () => observer.disconnect();
	}, [box, terminal, isShown]);
	return Math.min(Math.max(maxPx, leastRows * rowPx), rows * rowPx + framePx);
}
