import { ThemeChoice } from "./theme-choice.ts";
import styles from "./theme-picker.module.css";
import type { Theme } from "./use-theme.ts";

const labels: Record<ThemeChoice, string> = { system: "System", light: "Light", dark: "Dark" };

export function ThemePicker({ theme }: { theme: Theme }) {
	return (
		<select
			className={styles.picker}
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
	);
}
