"use client";

import styles from "./error.module.css";

/** What shows when a component of the page threw: the reader's text is safe in the browser's storage. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
	return (
		<main className={styles.page}>
			<h1>This page broke</h1>
			<p>That is our fault. What you wrote is kept in this browser.</p>
			<button type="button" onClick={reset}>
				Show it again
			</button>
		</main>
	);
}
