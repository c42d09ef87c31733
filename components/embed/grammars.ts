import type { Language } from "@codemirror/language";

/** How the editor colours a language; each grammar is fetched when a block of it shows. The languages' ids and aliases, as the catalogue has them. */

type LoadGrammar = () => Promise<Language>;

const cFamily: LoadGrammar = async () => (await import("@codemirror/lang-cpp")).cppLanguage;

const grammars: readonly (readonly [names: readonly string[], load: LoadGrammar])[] = [
	[["python", "py", "python3"], async () => (await import("@codemirror/lang-python")).pythonLanguage],
	[["javascript", "js", "mjs", "cjs", "node"], async () => (await import("@codemirror/lang-javascript")).javascriptLanguage],
	[["typescript", "ts", "mts", "cts", "tsc"], async () => (await import("@codemirror/lang-javascript")).typescriptLanguage],
	[["c", "gcc", "h", "cpp", "c++", "cc", "cxx", "g++", "hpp"], cFamily],
	[["java", "jdk", "javac"], async () => (await import("@codemirror/lang-java")).javaLanguage],
	[["rust", "rs", "rustc"], async () => (await import("@codemirror/lang-rust")).rustLanguage],
	[["go", "golang"], async () => (await import("@codemirror/lang-go")).goLanguage],
	[
		["ruby", "rb"],
		async () => {
			const [{ StreamLanguage }, { ruby }] = await Promise.all([
				import("@codemirror/language"),
				import("@codemirror/legacy-modes/mode/ruby"),
			]);
			return StreamLanguage.define(ruby);
		},
	],
	[
		["bash", "sh", "shell"],
		async () => {
			const [{ StreamLanguage }, { shell }] = await Promise.all([
				import("@codemirror/language"),
				import("@codemirror/legacy-modes/mode/shell"),
			]);
			return StreamLanguage.define(shell);
		},
	],
];

/** null: the language stays uncoloured. */
export async function loadGrammar(language: string): Promise<Language | null> {
	const name = language.toLowerCase();
	return (await grammars.find(([names]) => names.includes(name))?.[1]()) ?? null;
}
