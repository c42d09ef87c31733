/** Headers as people type them, `name: value` a line; a string says what is wrong. */
export function parseHeaderLines(text: string): Readonly<Record<string, string>> | string {
	const headers: Record<string, string> = {};
	for (const line of text.split("\n").map((it) => it.trim())) {
		if (line === "") continue;
		const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(line) ?? [];
		if (name === undefined || value === undefined) return `“${line.slice(0, 40)}” is no header: write “name: value”.`;
		headers[name.toLowerCase()] = value;
	}
	return headers;
}
