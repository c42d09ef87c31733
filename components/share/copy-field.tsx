import { useId, useRef, useState } from "react";
import styles from "./share.module.css";

interface CopyFieldProps {
	readonly label: string;
	readonly text: string;
	/** Several lines, as for code. */
	readonly isBlock?: boolean;
}

/** Text to take along. Where the browser does not let a page copy (no https), it is selected, and the reader copies it. */
export function CopyField({ label, text, isBlock = false }: CopyFieldProps) {
	const id = useId();
	const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
	const [copied, setCopied] = useState<{ text: string; said: string } | null>(null);
	const copy = async (): Promise<void> => {
		field.current?.select();
		try {
			await navigator.clipboard.writeText(text);
			setCopied({ text, said: "Copied." });
		} catch (error) {
			console.info("The browser does not let this page copy.", error);
			setCopied({ text, said: "It is selected: press Ctrl+C or ⌘C." });
		}
	};
	const shared = {
		id,
		ref: field,
		value: text,
		readOnly: true,
		spellCheck: false,
		onFocus: () => field.current?.select(),
	};
	return (
		<div className={styles.copyField}>
			<label className={styles.label} htmlFor={id}>
				{label}
			</label>
			<div className={styles.copyRow} data-block={isBlock}>
				{isBlock ? (
					<textarea {...shared} className={styles.code} rows={Math.min(12, text.split("\n").length + 1)} wrap="off" />
				) : (
					<input {...shared} className={styles.input} />
				)}
				<button type="button" className={styles.secondary} aria-label={`Copy: ${label}`} onClick={() => void copy()}>
					Copy
				</button>
			</div>
			<p className={styles.said} role="status">
				{copied?.text === text ? copied.said : ""}
			</p>
		</div>
	);
}
