/** What a terminal would show of what was printed, as plain text: colours and cursor moves left out, lines that were written over written over. */

const escapes = new RegExp(
	[
		"\\u001b\\[[0-?]*[ -/]*[@-~]",
		"\\u001b\\][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\)?",
		"\\u001b[PX^_][^\\u001b]*(?:\\u001b\\\\)?",
		"\\u001b[ -/]*[0-~]",
		"[\\u0000-\\u0007\\u000b\\u000c\\u000e-\\u001a\\u001c-\\u001f\\u007f]",
	].join("|"),
	"g",
);

function settleLine(line: string): string {
	if (!/[\b\r]/.test(line)) return line;
	const cells: string[] = [];
	let column = 0;
	for (const character of line)
		if (character === "\r") column = 0;
		else if (character === "\b") column = Math.max(0, column - 1);
		else cells[column++] = character;
	return cells.join("");
}

export const plainText = (printed: string): string =>
	printed.replace(escapes, "").replace(/\r+\n/g, "\n").split("\n").map(settleLine).join("\n");
