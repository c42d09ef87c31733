import styles from "./run-bar.module.css";

/** The hourglass: two bulbs, sand below. */
export function Hourglass() {
	return (
		<svg viewBox="0 0 24 28" width="21" height="25" fill="none" strokeLinecap="round" strokeLinejoin="round" aria-hidden>
			<path className={styles.glass} d="M6 3.5v4c0 3.2 5 4.5 5 6.5s-5 3.3-5 6.5v4h12v-4c0-3.2-5-4.5-5-6.5s5-3.3 5-6.5v-4" />
			<path
				className={styles.sand}
				d="M8 23.5c0-2.7 2.4-3.5 4-5.2 1.6 1.7 4 2.5 4 5.2zM8.8 9.3h6.4c-.8 1.3-2.3 2-3.2 3-.9-1-2.4-1.7-3.2-3z"
			/>
			<path className={styles.plates} d="M4 3h16M4 25h16" />
		</svg>
	);
}

export function Brand() {
	return (
		<h1 className={styles.brand}>
			<Hourglass />
			Sandglass
		</h1>
	);
}
