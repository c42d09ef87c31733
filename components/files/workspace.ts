import { describeError } from "../../protocol/errors.ts";
import { byteLength, findFilesProblem, isWellFormedText, maxFiles, maxFilesBytes, type ProgramFile } from "../../protocol/files.ts";
import { formatBytes } from "../../protocol/outcome.ts";

/** The files of one language's program, as tabs. Pure: every change gives a new workspace. */

export interface WorkFile extends ProgramFile {
	/** Names the file through renames; never given twice in a workspace's life. */
	readonly key: number;
}

export interface Workspace {
	readonly files: readonly WorkFile[];
	readonly activeKey: number;
	readonly nextKey: number;
}

/** A change, or the sentence that says why it cannot be. */
export type Change = { readonly workspace: Workspace } | { readonly problem: string };

export function openWorkspace(file: ProgramFile, firstKey = 1): Workspace {
	return { files: [{ ...file, key: firstKey }], activeKey: firstKey, nextKey: firstKey + 1 };
}

export function activeFile({ files, activeKey }: Workspace): WorkFile | undefined {
	return files.find((file) => file.key === activeKey) ?? files[0];
}

/** Why these files cannot be run, as a sentence; null when they can. */
export function describeFilesProblem(files: readonly ProgramFile[]): string | null {
	const problem = findFilesProblem(files);
	if (problem === null) return null;
	if (problem.code === "filesTooLarge") {
		const total = files.reduce((sum, file) => sum + byteLength(file.content), 0);
		return `The files are ${formatBytes(total)}; the server takes at most ${formatBytes(maxFilesBytes)} in all.`;
	}
	return describeError(problem.code, problem.file);
}

/** Names are judged by themselves, so that a file that is too large can still be renamed. */
function nameProblem(files: readonly ProgramFile[]): string | null {
	return describeFilesProblem(files.map(({ name }) => ({ name, content: "" })));
}

export function addFile(workspace: Workspace, name: string): Change {
	if (workspace.files.length >= maxFiles) return { problem: describeError("tooManyFiles") };
	const file = { key: workspace.nextKey, name, content: "" };
	const files = [...workspace.files, file];
	const problem = nameProblem(files);
	return problem === null ? { workspace: { files, activeKey: file.key, nextKey: file.key + 1 } } : { problem };
}

export function renameFile(workspace: Workspace, key: number, name: string): Change {
	const files = workspace.files.map((file) => (file.key === key ? { ...file, name } : file));
	const problem = nameProblem(files);
	return problem === null ? { workspace: { ...workspace, files } } : { problem };
}

/** The last file stays: a program has at least one. */
export function deleteFile(workspace: Workspace, key: number): Workspace {
	const index = workspace.files.findIndex((file) => file.key === key);
	if (index < 0 || workspace.files.length === 1) return workspace;
	const files = workspace.files.filter((file) => file.key !== key);
	const neighbour = files[Math.min(index, files.length - 1)];
	const activeKey = workspace.activeKey === key && neighbour !== undefined ? neighbour.key : workspace.activeKey;
	return { ...workspace, files, activeKey };
}

/** Undoes a deletion: the file comes back to its place, under another name when its own was taken meanwhile. */
export function restoreFile(workspace: Workspace, file: WorkFile, index: number): Workspace {
	if (workspace.files.some(({ key }) => key === file.key)) return workspace;
	for (let copy = 0; copy <= maxFiles; copy++) {
		const name = copy === 0 ? file.name : `restored-${copy}-${file.name}`;
		const files = workspace.files.toSpliced(index, 0, { ...file, name });
		if (nameProblem(files) === null) return { ...workspace, files, activeKey: file.key };
	}
	return workspace;
}

export function editFile(workspace: Workspace, key: number, content: string): Workspace {
	return { ...workspace, files: workspace.files.map((file) => (file.key === key ? { ...file, content } : file)) };
}

export function selectFile(workspace: Workspace, key: number): Workspace {
	return workspace.files.some((file) => file.key === key) ? { ...workspace, activeKey: key } : workspace;
}

/** Why a paste is not taken, as a sentence; null when it is. What is there already stays as it was either way. */
export function describePasteProblem(workspace: Workspace, pasted: string): string | null {
	const pastedBytes = byteLength(pasted);
	const total = workspace.files.reduce((sum, file) => sum + byteLength(file.content), pastedBytes);
	if (total > maxFilesBytes) {
		return `That paste is ${formatBytes(pastedBytes)}; a program may have ${formatBytes(maxFilesBytes)} in all. Nothing was changed.`;
	}
	return isWellFormedText(pasted) ? null : "That paste holds characters that are not valid text. Nothing was changed.";
}
