import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { openWorkspace, type Workspace } from "../files/workspace.ts";
import type { Work } from "./work.ts";

/** What a new visitor is shown, when the server offers it. */
const firstLanguageId = "python";

/** The work with the language as the open one; a language without files of its own gets its first example. */
export function openLanguage(work: Work, language: CatalogueLanguage): Work {
	const [example] = language.examples;
	const known = work.workspaces[language.id];
	const workspace: Workspace = known ?? openWorkspace({ name: language.fileName, content: example?.content ?? "" });
	return { ...work, languageId: language.id, workspaces: { ...work.workspaces, [language.id]: workspace } };
}

/** What was kept, on a language that the server still offers; else the first example. */
export function startWork(kept: Work | null, languages: readonly CatalogueLanguage[]): Work | null {
	const work: Work = kept ?? { form: 1, languageId: firstLanguageId, versions: {}, tiers: {}, workspaces: {}, argumentLine: "" };
	const language = languages.find(({ id }) => id === work.languageId) ?? languages[0];
	return language === undefined ? null : openLanguage(work, language);
}
