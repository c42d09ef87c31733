/**
 * Programs that a server compiles and a reader's own browser runs. The page asks for such a one by a run of a version of its own, which
 * compiles as the picked one does and then prints the module instead of running it: gzipped, on standard output, within the output's limit.
 */

const suffix = "-module";

/** No catalogue lists it. */
export function moduleVersionOf(version: string): string {
	return `${version}${suffix}`;
}

export const isModuleVersion = (version: string): boolean => version.endsWith(suffix);

/** Where it is compiled. */
export const moduleTier = "wasm";

/** Before it was compressed. A C++ program with iostreams has 1 MiB. */
export const maxModuleBytes = 16 * 1_048_576;

/** What a reader's browser runs only after a server has compiled it; every language with such a version. */
const compiledLanguages: readonly string[] = ["c", "cpp"];

export const isCompiledByServer = (language: string): boolean => compiledLanguages.includes(language);
