import { isWellFormedText, maxFilesBytes, printableName } from "../../protocol/files.ts";
import { formatBytes } from "../../protocol/outcome.ts";

export interface NamedText {
	readonly name: string;
	readonly content: string;
}

/** Bytes as text, or why they are not taken for it. */
export function readText(name: string, bytes: Uint8Array): NamedText | { readonly problem: string } {
	const shown = printableName(name);
	if (bytes.length > maxFilesBytes) {
		return { problem: `${shown} is ${formatBytes(bytes.length)}; the server takes at most ${formatBytes(maxFilesBytes)} in all.` };
	}
	try {
		const content = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
		if (!content.includes("\0") && isWellFormedText(content)) return { name, content };
	} catch {
		// What is no UTF-8 is told as that, below.
	}
	return { problem: `${shown} is not a text file (UTF-8). Only text can be opened.` };
}
