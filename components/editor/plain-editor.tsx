import styles from "./editor.module.css";

interface PlainEditorProps {
	readonly content: string;
	readonly onChange: (content: string) => void;
}

/** A text area: on a phone, where Monaco is no help, and everywhere until Monaco has come. */
export function PlainEditor({ content, onChange }: PlainEditorProps) {
	return (
		<textarea
			className={styles.plain}
			aria-label="Code editor"
			value={content}
			spellCheck={false}
			autoComplete="off"
			autoCapitalize="off"
			autoCorrect="off"
			wrap="off"
			onChange={(event) => onChange(event.target.value)}
		/>
	);
}
