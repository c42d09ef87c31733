import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { openWorkspace, type Workspace } from "../files/workspace.ts";
import { browserStores, loadWork, saveWork, type Work } from "./work.ts";

const saveDelayMs = 300;

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
	const work: Work = kept ?? { form: 1, languageId: firstLanguageId, versions: {}, workspaces: {}, argumentLine: "" };
	const language = languages.find(({ id }) => id === work.languageId) ?? languages[0];
	return language === undefined ? null : openLanguage(work, language);
}

export interface WorkState {
	/** null until the catalogue is there. */
	readonly work: Work | null;
	readonly setWork: Dispatch<SetStateAction<Work | null>>;
	/** False: this browser could not keep the last change. */
	readonly isKept: boolean;
}

/** Owns what the reader writes, and keeps it in the browser: shortly after each change, and at once when the page goes. */
export function useWork(languages: readonly CatalogueLanguage[] | null): WorkState {
	const [work, setWork] = useState<Work | null>(null);
	const [isKept, setIsKept] = useState(true);
	const unsaved = useRef<Work | null>(null);
	useEffect(() => {
		if (languages === null) return;
		const stores = browserStores();
		setWork((current) => current ?? startWork(stores === null ? null : loadWork(stores), languages));
	}, [languages]);
	useEffect(() => {
		if (work === null) return;
		unsaved.current = work;
		const save = (): void => {
			if (unsaved.current === null) return;
			const stores = browserStores();
			setIsKept(stores !== null && saveWork(stores, unsaved.current));
			unsaved.current = null;
		};
		const timer = setTimeout(save, saveDelayMs);
		addEventListener("pagehide", save);
		return () => {
			clearTimeout(timer);
			removeEventListener("pagehide", save);
		};
	}, [work]);
	return { work, setWork, isKept };
}
