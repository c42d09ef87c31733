import { type FormEvent, useEffect, useRef, useState } from "react";
import styles from "./files.module.css";

interface FileNameFormProps {
	readonly label: string;
	readonly initialName: string;
	readonly submitLabel: string;
	/** Returns why the name cannot be used, or null when it was taken. */
	readonly onSubmit: (name: string) => string | null;
	readonly onCancel: () => void;
}

/** Asks for a file's name, and says in place what is wrong with it. */
export function FileNameForm({ label, initialName, submitLabel, onSubmit, onCancel }: FileNameFormProps) {
	const [name, setName] = useState(initialName);
	const [problem, setProblem] = useState<string | null>(null);
	const input = useRef<HTMLInputElement>(null);
	useEffect(() => {
		const dot = initialName.lastIndexOf(".");
		input.current?.focus();
		input.current?.setSelectionRange(0, dot > 0 ? dot : initialName.length);
	}, [initialName]);
	const submit = (event: FormEvent) => {
		event.preventDefault();
		setProblem(onSubmit(name));
	};
	return (
		<form
			className={styles.form}
			onSubmit={submit}
			onKeyDown={(event) => {
				if (event.key === "Escape") onCancel();
			}}
		>
			<label className={styles.formLabel} htmlFor="file-name">
				{label}
			</label>
			<input
				id="file-name"
				ref={input}
				className={styles.formInput}
				value={name}
				autoComplete="off"
				autoCapitalize="off"
				spellCheck={false}
				aria-invalid={problem !== null}
				aria-describedby={problem === null ? undefined : "file-name-problem"}
				onChange={(event) => {
					setName(event.target.value);
					setProblem(null);
				}}
			/>
			<button type="submit" className={styles.formSubmit}>
				{submitLabel}
			</button>
			<button type="button" className={styles.formCancel} onClick={onCancel}>
				Cancel
			</button>
			{problem !== null && (
				<p id="file-name-problem" className={styles.formProblem} role="alert">
					{problem}
				</p>
			)}
		</form>
	);
}
