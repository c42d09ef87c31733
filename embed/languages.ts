/** The languages that the server knew when this script was built; nothing is asked before a click. */

export interface EmbedLanguage {
	readonly id: string;
	/** For people. */
	readonly name: string;
	/** What its one file is called. */
	readonly fileName: string;
}

/** A line of the table that the build writes in. */
export type LanguageLine = readonly [id: string, name: string, fileName: string, ...aliases: string[]];

/** Names that highlighters have for a language with prompts or magic around it. */
const dialects: Readonly<Record<string, string>> = {
	python: " pycon python-repl ipython ipython3 ",
	bash: " console shell-session shellsession ",
};

/** Fences that nobody means to run, and one without a language: they may stand where an author opted in for a whole page. */
const notPrograms = "  text txt plaintext none output default ";

export const isProgram = (written: string): boolean => !notPrograms.includes(` ${written} `);

export function findLanguage(languages: readonly LanguageLine[], written: string): EmbedLanguage | undefined {
	for (const [id, name, fileName, ...aliases] of languages)
		if ([id, ...aliases].includes(written) || dialects[id]?.includes(` ${written} `)) return { id, name, fileName };
	return undefined;
}
