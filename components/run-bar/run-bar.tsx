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
	/** null: there is nothing to share or to replace yet. */
	readonly onOpen: (() => void) | null;
	readonly onShare: (() => void) | null;
}

export function RunBar(props: RunBarProps) {
	const { pickers, buttons, argumentLine, argumentProblem, onArgumentLine, theme, onOpen, onShare } = props;
	return (
		<header className={styles.bar}>
			<Brand />
			<LanguagePickers {...pickers} />
			<label className={`${styles.field} ${styles.arguments}`}>
				<span className={styles.label}>Arguments</span>
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
				<BarButton label="Open" title="Open files, a zip or a text" path="M2 13V4h4l1.5 2H14v7z" onClick={onOpen} />
				<BarButton
					label="Share"
					title="Share: a link, an embed, a zip"
					path="M4.5 6.3a1.8 1.8 0 1 0 0 3.4 1.8 1.8 0 1 0 0-3.4M6.2 7.2l4-2.4M6.2 8.8l4 2.4M11.8 2.6a1.6 1.6 0 1 0 .01 0M11.8 10.2a1.6 1.6 0 1 0 .01 0"
					onClick={onShare}
				/>
				{/* A tab of its own: this one may have a program running. */}
				<a className={styles.lab} href="/lab" target="_blank" rel="noopener" title="What each isolation withstood here (in a new tab)">
					Lab
				</a>
				<ThemePicker theme={theme} />
			</div>
		</header>
	);
}

interface BarButtonProps {
	readonly label: string;
	readonly title: string;
	readonly path: string;
	readonly onClick: (() => void) | null;
}

function BarButton({ label, title, path, onClick }: BarButtonProps) {
	return (
		<button
			type="button"
			className={styles.barButton}
			aria-label={label}
			title={title}
			disabled={onClick === null}
			onClick={onClick ?? undefined}
		>
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
			<span className={styles.barButtonName}>{label}</span>
		</button>
	);
}
