/** Program arguments as a reader types them: parted at spaces, with quotes and backslashes as in a shell; nothing is expanded. */

export const maxArguments = 64;
export const maxArgumentLength = 4_096;

export type ParsedArguments = { readonly arguments: string[] } | { readonly problem: string };

export function parseArgumentLine(line: string): ParsedArguments {
	const found: string[] = [];
	let current: string | null = null;
	let quote: "'" | '"' | null = null;
	for (let index = 0; index < line.length; index++) {
		const character = line.charAt(index);
		if (quote === null && /\s/.test(character)) {
			if (current !== null) found.push(current);
			current = null;
		} else if (character === quote) {
			quote = null;
		} else if (quote === null && (character === "'" || character === '"')) {
			quote = character;
			current ??= "";
		} else if (character === "\\" && quote !== "'") {
			if (++index >= line.length) return { problem: "The arguments end with a backslash that stands for nothing." };
			current = (current ?? "") + line.charAt(index);
		} else {
			current = (current ?? "") + character;
		}
	}
	if (quote !== null) return { problem: `The arguments have a ${quote} that is not closed.` };
	if (current !== null) found.push(current);
	if (found.length > maxArguments) return { problem: `These are more arguments than a program takes (at most ${maxArguments}).` };
	if (found.some((argument) => argument.length > maxArgumentLength || argument.includes("\0"))) {
		return { problem: `An argument is too long (at most ${maxArgumentLength} characters) or holds a NUL.` };
	}
	return { arguments: found };
}

/** The line that is read back as these arguments. */
export function formatArgumentLine(words: readonly string[]): string {
	return words.map((word) => (/^[^\s'"\\]+$/.test(word) ? word : `"${word.replace(/["\\]/g, "\\$&")}"`)).join(" ");
}
