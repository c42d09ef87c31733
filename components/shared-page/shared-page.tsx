"use client";

import "../session/schema-policy.ts";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Snippet } from "../../protocol/snippets.ts";
import { showableText } from "../lab/hostile-text.ts";
import { Playground } from "../playground/playground.tsx";
import type { SharedProgram } from "../playground/shared-program.ts";
import { openProgram, settleProgram } from "../share/program-draft.ts";
import { type Fetched, fetchSnippet } from "../share/snippet-client.ts";
import type { Offer } from "../storage/use-work.ts";
import type { Work } from "../storage/work.ts";
import { draftOf } from "./draft-of.ts";
import { SharedBar } from "./shared-bar.tsx";
import styles from "./shared-page.module.css";

type State = { readonly kind: "fetching" } | Fetched;

/** The program as it was shared, in a work of its own; null: this server cannot show it. */
function startShared(snippet: Snippet, { languages, tiers }: Offer): Work | null {
	const program = settleProgram(draftOf(snippet), languages, tiers);
	if ("problem" in program) return null;
	const empty: Work = { form: 1, languageId: program.language.id, versions: {}, tiers: {}, workspaces: {}, argumentLine: "" };
	return openProgram(empty, program).work;
}

/**
 * The page at /s/<id>: one request for the stored program, then the playground with it. The title is rendered here and by nothing else: Next
 * hydrates a page's metadata when it has time for it, and would put their title over one that was set meanwhile.
 */
export function SharedPage({ id, build }: { id: string; build: string }) {
	const [state, setState] = useState<State>({ kind: "fetching" });
	const [attempt, setAttempt] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is what starts it again
	useEffect(() => {
		const controller = new AbortController();
		setState({ kind: "fetching" });
		fetchSnippet(id, controller.signal)
			.then(setState)
			.catch((error: unknown) => {
				// Only when the page went meanwhile.
				console.info("The shared program was not waited for.", error);
			});
		return () => controller.abort();
	}, [id, attempt]);
	const snippet = state.kind === "found" ? state.snippet : null;
	const shared = useMemo<SharedProgram | null>(
		() => snippet && { id: snippet.id, snippet, start: (offer) => startShared(snippet, offer), Bar: SharedBar },
		[snippet],
	);
	const title = snippet === null ? "" : showableText(snippet.title, 80);
	const retry = useCallback(() => setAttempt((count) => count + 1), []);
	return (
		<>
			<title>{`${title || "Shared program"} · Sandglass`}</title>
			{shared === null ? <Message state={state} onRetry={retry} /> : <Playground build={build} shared={shared} />}
		</>
	);
}

/** While there is no program to show. */
function Message({ state, onRetry }: { state: State; onRetry: () => void }) {
	return (
		<main className={styles.message}>
			{state.kind === "fetching" && <p role="status">Fetching the shared program …</p>}
			{state.kind === "missing" && (
				<>
					<h1>There is no program at this link</h1>
					<p>It was never stored here, or the operator of this server has deleted it. Check that the link is whole.</p>
				</>
			)}
			{state.kind === "refused" && (
				<>
					<h1>The shared program cannot be shown right now</h1>
					<p>{state.sentence}</p>
					<p>The link is not broken by this. Try it again in a moment.</p>
				</>
			)}
			{state.kind !== "fetching" && (
				<p className={styles.ways}>
					{state.kind === "refused" && (
						<button type="button" className={styles.button} onClick={onRetry}>
							Try again
						</button>
					)}
					<a className={styles.button} href="/">
						Open the playground
					</a>
				</p>
			)}
		</main>
	);
}
