import type { IDisposable, IParser } from "@xterm/xterm";

/**
 * Keeps a program from making the terminal type (ATTACKS.md 35). xterm.js answers queries, reports the mouse and the focus by writing
 * to the same `onData` as the reader's keys; what it would echo back could be made to look like a command. So every sequence
 * that asks for an answer, or turns such reports on, is swallowed before xterm.js sees it. Titles and the clipboard (OSC 0, 2, 52) too.
 */

type Identifier = Parameters<IParser["registerCsiHandler"]>[0];

/** DA1, DA2, DA3, DSR, DEC DSR, DECRQM, DEC DECRQM, XTVERSION, window reports, kitty's keyboard queries, DECREQTPARM. */
const csiQueries: readonly Identifier[] = [
	{ final: "c" },
	{ prefix: ">", final: "c" },
	{ prefix: "=", final: "c" },
	{ final: "n" },
	{ prefix: "?", final: "n" },
	{ intermediates: "$", final: "p" },
	{ prefix: "?", intermediates: "$", final: "p" },
	{ prefix: ">", final: "q" },
	{ final: "t" },
	{ prefix: "?", final: "u" },
	{ final: "x" },
];

/** Titles, icon names, the clipboard, and every colour sequence that can also ask (4, 5, 10–19, 21). */
const oscCommands = [0, 1, 2, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 52];

/** Mouse tracking and its encodings, focus reports, colour-scheme reports, in-band size reports. */
const reportModes = new Set([9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2031, 2048]);

export function guardReports(parser: IParser): IDisposable {
	const swallow = () => true;
	const registrations = [
		...csiQueries.map((identifier) => parser.registerCsiHandler(identifier, swallow)),
		...oscCommands.map((command) => parser.registerOscHandler(command, swallow)),
		// DECRQSS, XTGETTCAP, ENQ-like answers through DECRQPSR.
		parser.registerDcsHandler({ intermediates: "$", final: "q" }, swallow),
		parser.registerDcsHandler({ intermediates: "+", final: "q" }, swallow),
		parser.registerCsiHandler({ intermediates: "$", final: "w" }, swallow),
		parser.registerCsiHandler({ prefix: "?", final: "h" }, (params) => params.flat().some((mode) => reportModes.has(mode))),
	];
	return {
		dispose: () => {
			for (const registration of registrations) registration.dispose();
		},
	};
}
