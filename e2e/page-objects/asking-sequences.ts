/** Escape sequences to which a terminal would answer by typing, or that would change what is the reader's (ATTACKS.md 35). */

const queries = [
	"[c",
	"[>c",
	"[=c",
	"[5n",
	"[6n",
	"[?6n",
	"[?15n",
	"[21t",
	"[18t",
	"[14t",
	"[>q",
	"[?u",
	"[x",
	"[?2026$p",
	"[4$p",
	"[1$w",
	"[2$w",
];
const strings = [
	'P$q"p\\x1b\\\\',
	"P$qm\\x1b\\\\",
	"P+q544e\\x1b\\\\",
	"]52;c;c3RvbGVu\\x07",
	"]52;c;?\\x07",
	"]10;?\\x07",
	"]11;?\\x1b\\\\",
	"]4;1;?\\x07",
	"]2;evil\\x07",
];
const modes = ["[?1000h", "[?1002h", "[?1003h", "[?1006h", "[?1004h", "[?2031h", "[?2048h"];

/** All of them, as a Python literal writes them: the escape character is `\\x1b`. */
export const askingSequences = [...queries, ...strings, ...modes].map((sequence) => `\\x1b${sequence}`).join("");
