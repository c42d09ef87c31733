/**
 * Programs' output is hostile to whoever prints it: terminal escapes, carriage returns, text that turns round, lines that a CI takes for commands.
 * Line ends and tabs stay; every other control or format character becomes a picture or a number.
 */
export function printable(text: string): string {
	return text
		.replace(/\r\n/g, "\n")
		.replace(/[^\P{C}\n\t]/gu, (character) => {
			const code = character.codePointAt(0) ?? 0;
			if (code < 0x20) return String.fromCodePoint(0x2400 + code);
			return code === 0x7f ? "\u2421" : `\\u{${code.toString(16)}}`;
		})
		.replace(/[\u2028\u2029]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** The same on one line, cut to `length`. */
export function printableLine(text: string, length = 200): string {
	const line = printable(text).replace(/\s+/g, " ").trim();
	return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
