import { type Dispatch, type SetStateAction, useCallback } from "react";
import type { CatalogueLanguage, CatalogueVersion } from "../../protocol/catalogue.ts";
import { activeFile, deleteFile, describePasteProblem, editFile, openWorkspace, restoreFile, type Workspace } from "../files/workspace.ts";
import type { Toast } from "../notice/use-toast.ts";
import type { ProgramExtras, Work } from "../storage/work.ts";

export interface WorkspaceActions {
	replace(workspace: Workspace): void;
	edit(content: string): boolean;
	/** True: the paste may go on. */
	acceptPaste(text: string): boolean;
	remove(key: number): void;
	openExample(index: number): void;
}

/** What the browser does not report as a paste (a menu's, a drop) shows as a leap of this many characters. */
const leapCharacters = 65_536;

const isUntouched = (workspace: Workspace, language: CatalogueLanguage): boolean =>
	workspace.files.length === 1 &&
	[...language.examples, ...language.versions.flatMap((it) => it.examples ?? [])].some(
		({ content }) => content === workspace.files[0]?.content,
	);

/** Owns changes to the open language's files; what takes text away offers it back. */
export function useWorkspace(
	workspace: Workspace | null,
	extras: ProgramExtras,
	language: CatalogueLanguage | undefined,
	version: CatalogueVersion | undefined,
	setWork: Dispatch<SetStateAction<Work | null>>,
	show: (toast: Toast) => void,
): WorkspaceActions {
	const languageId = language?.id ?? "";
	const change = useCallback(
		(update: (current: Workspace) => Workspace) =>
			setWork((work) => {
				const current = work?.workspaces[languageId];
				return work && current ? { ...work, workspaces: { ...work.workspaces, [languageId]: update(current) } } : work;
			}),
		[languageId, setWork],
	);
	const changeExtras = (next: ProgramExtras) => setWork((work) => work && { ...work, extras: { ...work.extras, [languageId]: next } });
	const acceptPaste = (text: string): boolean => {
		const problem = workspace === null ? null : describePasteProblem(workspace, text);
		if (problem !== null) show({ sentence: problem, undo: null });
		return problem === null;
	};
	return {
		acceptPaste,
		replace: (next) => change(() => next),
		edit: (content) => {
			const file = workspace === null ? undefined : activeFile(workspace);
			if (file === undefined) return true;
			if (content.length - file.content.length > leapCharacters && !acceptPaste(content.slice(file.content.length))) return false;
			change((current) => editFile(current, file.key, content));
			return true;
		},
		remove: (key) => {
			const index = workspace?.files.findIndex((file) => file.key === key) ?? -1;
			const file = workspace?.files[index];
			if (file === undefined || workspace?.files.length === 1) return;
			change((current) => deleteFile(current, key));
			show({ sentence: `Deleted ${file.name}.`, undo: () => change((current) => restoreFile(current, file, index)) });
		},
		openExample: (index) => {
			const example = (version?.examples ?? language?.examples)?.[index];
			if (example === undefined || language === undefined || workspace === null) return;
			changeExtras({});
			change((current) => openWorkspace({ name: example.fileName, content: example.content }, current.nextKey));
			if (isUntouched(workspace, language)) return;
			const undo = () => {
				change(() => workspace);
				changeExtras(extras);
			};
			show({ sentence: `“${example.title}” took the place of your files.`, undo });
		},
	};
}
