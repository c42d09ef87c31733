import type { ComponentProps } from "react";
import { ThemePicker } from "../theme/theme-picker.tsx";
import type { Theme } from "../theme/use-theme.ts";
import { Brand } from "./brand.tsx";
import { LanguagePickers } from "./language-pickers.tsx";
import styles from "./run-bar.module.css";
import { RunButtons } from "./run-buttons.tsx";

interface RunBarProps {
	readonly pickers: ComponentProps<typeof LanguagePickers>;
	readonly buttons: ComponentProps<typeof RunButtons>;
	readonly argumentLine: string;
	/** What is wrong with the arguments; null when nothing is. */
	readonly argumentProblem: string | null;
	readonly onArgumentLine: (line: string) => void;
	readonly theme: Theme;
}

export function RunBar({ pickers, buttons, argumentLine, argumentProblem, onArgumentLine, theme }: RunBarProps) {
	return (
		<header className={styles.bar}>
			<Brand />
			<LanguagePickers {...pickers} />
			<label className={`${styles.field} ${styles.arguments}`}>
				<span className={styles.label}>Program arguments</span>
				<input
					className={styles.input}
					value={argumentLine}
					placeholder="none"
					autoComplete="off"
					autoCapitalize="off"
					spellCheck={false}
					maxLength={16_384}
					aria-invalid={argumentProblem !== null}
					title={argumentProblem ?? "Parted at spaces; quotes keep words together"}
					onChange={(event) => onArgumentLine(event.target.value)}
				/>
			</label>
			<RunButtons {...buttons} />
			<div className={styles.theme}>
				{/* A tab of its own: this one may have a program running. */}
				<a className={styles.lab} href="/lab" target="_blank" rel="noopener" title="What each isolation withstood here (in a new tab)">
					Lab
				</a>
				<ThemePicker theme={theme} />
			</div>
		</header>
	);
}
