/** One line on a terminal that says how far it is; nothing where nobody looks. */

export interface Progress {
	/** Replaces the line. */
	show(line: string): void;
	/** Takes the line away, before something else is printed. */
	clear(): void;
}

export function createProgress(stream: NodeJS.WriteStream): Progress {
	if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
	return {
		show: (line) => void stream.write(`\r\u001b[K${line.slice(0, Math.max(20, stream.columns - 1))}`),
		clear: () => void stream.write("\r\u001b[K"),
	};
}
