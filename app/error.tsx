"use client";

/** What shows when a component of the page threw. Styled in place: a style sheet of its own would be fetched ahead on every visit. */
export default function PageError({ reset }: { error: Error; reset: () => void }) {
	return (
		<main style={{ maxWidth: "32rem", margin: "20vh auto 0", padding: "var(--space-5)" }}>
			<h1>This page broke</h1>
			<p>That is our fault. What you wrote is kept in this browser.</p>
			<button type="button" style={{ height: "var(--control)", padding: "0 var(--space-4)" }} onClick={reset}>
				Show it again
			</button>
		</main>
	);
}
