import { ThemeChoice } from "./theme-choice.ts";
import styles from "./theme-picker.module.css";
import type { Theme } from "./use-theme.ts";

const labels: Record<ThemeChoice, string> = { system: "System", light: "Light", dark: "Dark" };

export function ThemePicker({ theme }: { theme: Theme }) {
	return (
		<div className={styles.picker}>
			<svg className={styles.icon} viewBox="0 0 16 16" width="14" height="14" fill="currentColor" aria-hidden="true">
				<path d="M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 13V3a5 5 0 0 1 0 10z" />
			</svg>
			<select
				className={styles.select}
				aria-label="Theme"
				title="Theme"
				value={theme.choice}
				onChange={(event) => theme.choose(ThemeChoice.parse(event.target.value))}
			>
				{ThemeChoice.options.map((choice) => (
					<option key={choice} value={choice}>
						{labels[choice]}
					</option>
				))}
			</select>
		</div>
	);
}
