/**
 * The terminal's text for assistive technology: one element a line in a live log. A line is written only when it changed, so that
 * a screen reader says what is new; a flood is written but not said.
 */

const spokenLinesAtOnce = 60;

/** Makes `log` hold `lines`. Each element's text ends with a newline, so that the log's text content reads as the terminal does. */
export function writeTranscript(log: HTMLElement, lines: readonly string[]): void {
	const additions = lines.length - log.childElementCount;
	log.setAttribute("aria-live", additions > spokenLinesAtOnce ? "off" : "polite");
	while (log.childElementCount > lines.length) log.lastElementChild?.remove();
	for (const [index, line] of lines.entries()) {
		const text = `${line}\n`;
		const element = log.children[index];
		if (element === undefined) {
			const added = document.createElement("div");
			added.textContent = text;
			log.append(added);
		} else if (element.textContent !== text) element.textContent = text;
	}
}

/** How long to wait before the log is written again: short for a conversation, longer while a flood passes. */
export function transcriptDelayMs(lineCount: number): number {
	return lineCount < 500 ? 100 : 500;
}
