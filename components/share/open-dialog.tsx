import { useEffect, useId, useRef, useState } from "react";
import { AddressForm } from "./address-form.tsx";
import styles from "./share.module.css";
import { Sheet } from "./sheet.tsx";

export interface OpenDialogProps {
	readonly opening: {
		/** null: they were opened; else why they were not. */
		openFiles(files: readonly File[]): Promise<string | null>;
		bringBack(): Promise<void>;
	};
	/** Sites from which this page may fetch a text; the operator's choice. */
	readonly hosts: readonly string[];
	/** A program is kept that another took the place of. */
	readonly hasEarlier: boolean;
	readonly onClose: () => void;
}

/** Opens files, a zip, a text, or what stands at an address. The server fetches for nobody: whoever named the address would choose what it asks. */
export function OpenDialog({ opening, hosts, hasEarlier, onClose }: OpenDialogProps) {
	const [address] = useState(() => new URLSearchParams(location.search).get("open")?.slice(0, 2_000) ?? "");
	useEffect(() => {
		// A reload asks no more.
		if (address !== "") history.replaceState(history.state, "", location.pathname);
	}, [address]);
	const [problem, setProblem] = useState<string | null>(null);
	const [name, setName] = useState("");
	const [text, setText] = useState("");
	const picker = useRef<HTMLInputElement>(null);
	const hintId = useId();
	const open = async (files: readonly File[]): Promise<void> => {
		const refusal = await opening.openFiles(files);
		if (refusal === null) onClose();
		else setProblem(refusal);
	};
	return (
		<Sheet title="Open a program" onClose={onClose}>
			{hasEarlier && (
				<p className={styles.kept}>
					Your earlier program is kept.
					<button
						type="button"
						className={styles.secondary}
						onClick={() => void opening.bringBack().then(onClose, () => setProblem("It could not be brought back just now."))}
					>
						Bring it back
					</button>
				</p>
			)}
			<section className={styles.panel} aria-label="Files">
				<input
					ref={picker}
					type="file"
					multiple
					hidden
					aria-hidden
					tabIndex={-1}
					onChange={({ target }) => {
						const files = Array.from(target.files ?? []);
						// The same file can be picked again.
						target.value = "";
						if (files.length > 0) void open(files);
					}}
				/>
				<div className={styles.actions}>
					<button type="button" className={styles.primary} aria-describedby={hintId} onClick={() => picker.current?.click()}>
						Choose files or a zip
					</button>
					<p id={hintId} className={styles.hint}>
						Or drop them anywhere on the page. Text only; nothing is sent before you press Run.
					</p>
				</div>
			</section>
			<AddressForm hosts={hosts} initial={address} onFile={(file) => open([file])} onProblem={setProblem} />
			<form
				className={`${styles.panel} ${styles.apart}`}
				onSubmit={(event) => {
					event.preventDefault();
					void open([new File([text], name)]);
				}}
			>
				<label className={styles.field}>
					<span className={styles.label}>File name</span>
					<input
						className={styles.input}
						value={name}
						required
						placeholder="main.py"
						autoComplete="off"
						autoCapitalize="off"
						spellCheck={false}
						onChange={(event) => setName(event.target.value)}
					/>
				</label>
				<label className={styles.field}>
					<span className={styles.label}>Text</span>
					<textarea
						className={styles.code}
						rows={6}
						value={text}
						required
						spellCheck={false}
						onChange={(event) => setText(event.target.value)}
					/>
				</label>
				<div className={styles.actions}>
					<button type="submit" className={styles.secondary}>
						Open the text
					</button>
				</div>
			</form>
			{problem !== null && (
				<p className={styles.problem} role="alert">
					{problem}
				</p>
			)}
		</Sheet>
	);
}
