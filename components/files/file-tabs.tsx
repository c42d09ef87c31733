import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";
import { FileNameForm } from "./file-name-form.tsx";
import styles from "./files.module.css";
import { addFile, type Change, renameFile, selectFile, type Workspace } from "./workspace.ts";

interface FileTabsProps {
	readonly workspace: Workspace;
	/** "util.py" for a language whose first file is "main.py". */
	readonly suggestedName: string;
	readonly onChange: (workspace: Workspace) => void;
	readonly onDelete: (key: number) => void;
}

type Asking = "nothing" | "add" | "rename";

export const tabId = (key: number) => `file-tab-${key}`;

/** The program's files by name. Arrows move, F2 renames, Delete deletes; the buttons beside do the same for the active one. */
export function FileTabs({ workspace, suggestedName, onChange, onDelete }: FileTabsProps) {
	const [asking, setAsking] = useState<Asking>("nothing");
	const list = useRef<HTMLDivElement>(null);
	const { files, activeKey } = workspace;
	const activeIndex = files.findIndex((file) => file.key === activeKey);
	const active = files[activeIndex];

	const focusTab = (key: number | undefined) => {
		if (key === undefined) return;
		onChange(selectFile(workspace, key));
		list.current?.querySelector<HTMLElement>(`#${tabId(key)}`)?.focus();
	};
	const onKeyDown = (event: KeyboardEvent) => {
		const last = files.length - 1;
		const targets: Record<string, number> = {
			ArrowRight: activeIndex === last ? 0 : activeIndex + 1,
			ArrowLeft: activeIndex === 0 ? last : activeIndex - 1,
			Home: 0,
			End: last,
		};
		const target = targets[event.key];
		if (target !== undefined) focusTab(files[target]?.key);
		else if (event.key === "F2") setAsking("rename");
		else if (event.key === "Delete") onDelete(activeKey);
		else return;
		event.preventDefault();
	};
	const take = (change: Change): string | null => {
		if ("problem" in change) return change.problem;
		onChange(change.workspace);
		setAsking("nothing");
		return null;
	};
	const cancel = () => setAsking("nothing");
	// The form took the keyboard with it. In the same commit, not later: by then the reader may write elsewhere, and a tab's Delete deletes a file.
	const wasAsking = useRef(false);
	useLayoutEffect(() => {
		const isClosed = wasAsking.current && asking === "nothing";
		wasAsking.current = asking !== "nothing";
		if (isClosed) list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
	}, [asking]);

	return (
		<div className={styles.bar}>
			<div ref={list} role="tablist" aria-label="Files" className={styles.tabs} onKeyDown={onKeyDown}>
				{files.map((file) => (
					<button
						key={file.key}
						id={tabId(file.key)}
						type="button"
						role="tab"
						className={styles.tab}
						aria-selected={file.key === activeKey}
						aria-controls="file-panel"
						tabIndex={file.key === activeKey ? 0 : -1}
						title={file.name}
						onClick={() => onChange(selectFile(workspace, file.key))}
						onDoubleClick={() => setAsking("rename")}
					>
						<span className={styles.tabName}>{file.name}</span>
					</button>
				))}
			</div>
			<div className={styles.actions}>
				<FileAction label="Add a file" path="M8 3v10M3 8h10" onClick={() => setAsking("add")} />
				<FileAction
					label={`Rename ${active?.name ?? "the file"}`}
					path="M10.5 3.5l2 2L5.5 12.5l-2.7.7.7-2.7z"
					onClick={() => setAsking("rename")}
				/>
				<FileAction
					label={`Delete ${active?.name ?? "the file"}`}
					path="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5"
					isDisabled={files.length === 1}
					onClick={() => onDelete(activeKey)}
				/>
			</div>
			{asking === "add" && (
				<FileNameForm
					label="New file"
					initialName={suggestedName}
					submitLabel="Add"
					onSubmit={(name) => take(addFile(workspace, name))}
					onCancel={cancel}
				/>
			)}
			{asking === "rename" && active !== undefined && (
				<FileNameForm
					key={active.key}
					label={`Rename ${active.name}`}
					initialName={active.name}
					submitLabel="Rename"
					onSubmit={(name) => take(renameFile(workspace, active.key, name))}
					onCancel={cancel}
				/>
			)}
		</div>
	);
}

interface FileActionProps {
	readonly label: string;
	readonly path: string;
	readonly isDisabled?: boolean;
	readonly onClick: () => void;
}

function FileAction({ label, path, isDisabled = false, onClick }: FileActionProps) {
	return (
		<button type="button" className={styles.action} aria-label={label} title={label} disabled={isDisabled} onClick={onClick}>
			<svg
				viewBox="0 0 16 16"
				width="16"
				height="16"
				fill="none"
				stroke="currentColor"
				strokeWidth="1.4"
				strokeLinejoin="round"
				aria-hidden
			>
				<path d={path} />
			</svg>
		</button>
	);
}
