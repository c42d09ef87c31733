import type { RunInput } from "../session-client.ts";
import type { ScriptTier } from "./tiers.ts";

/** The short attacks in the terms of a tier that has one language: JavaScript, or C for a WASI module. */

interface Pair {
	readonly js: string;
	readonly c: string;
}

const headers = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n";
const inC = (body: string): string => `${headers}int main(void) {\n${body}\nreturn 0;\n}\n`;

export const scriptPrograms = {
	heapBomb: {
		js: "const held = [];\nfor (;;) held.push(new Array(100_000).fill(Math.random()));\n",
		c: inC("static char *volatile held; for (;;) { held = malloc(1 << 20); if (held == NULL) abort(); memset(held, 1, 1 << 20); }"), // What nobody could read, the compiler would leave out.
	},
	/** Memory that is not the language's own heap. */
	bufferBomb: {
		js: "const held = [];\nfor (let at = 0; ; at++) held.push(new Uint8Array(1 << 20).fill(at & 255));\n",
		c: inC(
			"char *all = NULL; for (size_t size = 1 << 20; ; size += 1 << 20) { all = realloc(all, size); if (all == NULL) abort(); memset(all, 1, size); }",
		),
	},
	loop: { js: "for (;;);\n", c: inC("for (volatile int at = 0; ; at++) { }") },
	flood: {
		js: 'for (let line = 0; ; line += 64) console.log(Array.from({ length: 64 }, (_, at) => String(line + at).padStart(63, "0")).join("\\n"));\n',
		c: inC('for (unsigned line = 0; ; line++) printf("%063u\\n", line);'),
	},
	/** 12 MiB of the same lines. */
	measuredFlood: {
		js: 'for (let line = 0; line < 196_608; line += 64) console.log(Array.from({ length: 64 }, (_, at) => String(line + at).padStart(63, "0")).join("\\n"));\n',
		c: inC('for (unsigned line = 0; line < 196608; line++) printf("%063u\\n", line);'),
	},
	wait: { js: 'console.log("up");\nsetInterval(() => {}, 1000);\n', c: inC('puts("up"); fflush(stdout); getchar();') },
	/** Characters of every length, and what is no text where the language lets it be written. */
	characters: {
		js: 'console.log("a\\u0000b é € 🏖 \\ud83c\\udfd6 \\u202e");\n',
		c: inC('fwrite("a\\0b \\xc3\\xa9 \\xe2\\x82\\xac \\xf0\\x9f\\x8f\\x96 \\xf0\\x9f\\x8f\\x96 \\xe2\\x80\\xae\\n", 1, 25, stdout);'),
	},
	terminal: {
		js: 'console.log("\\x1b]52;c;b3duZWQ=\\x07\\x1b[c\\x1b[6n\\x1b[21t\\x1b]0;title\\x07 end");\n',
		c: inC('fputs("\\x1b]52;c;b3duZWQ=\\x07\\x1b[c\\x1b[6n\\x1b[21t\\x1b]0;title\\x07 end\\n", stdout);'),
	},
	/** Fills what it may write, by bytes and by files. */
	fill: {
		js: 'console.log("nothing to fill");\n',
		c: inC(
			[
				'static char block[1 << 16]; long written = 0; FILE *file = fopen("ballast", "w");',
				"while (file != NULL && fwrite(block, 1, sizeof block, file) == sizeof block && fflush(file) == 0 && written < 300L << 20) written += sizeof block;",
				'printf("bytes %ld\\n", written); fflush(stdout); unlink("ballast");',
				'long count = 0; char name[32]; for (; count < 1000000; count++) { snprintf(name, sizeof name, "f%ld", count); FILE *empty = fopen(name, "w"); if (empty == NULL) break; fclose(empty); }',
				'printf("files %ld\\n", count);',
			].join("\n"),
		),
	},
} as const satisfies Record<string, Pair>;

export function shortRun(tier: ScriptTier, name: keyof typeof scriptPrograms, mode: "pty" | "pipes" = "pipes"): RunInput {
	const program = scriptPrograms[name];
	return tier === "wasm"
		? { language: "c", tier, files: [{ name: "main.c", content: program.c }], mode }
		: { language: "javascript", tier, files: [{ name: "main.js", content: program.js }], mode };
}
