import { useEffect, useState } from "react";
import { isBusy } from "../session/session-state.ts";
import { describeStatus } from "../status/status-line.ts";
import type { ComparedLine } from "./compare-outputs.ts";
import styles from "./embed.module.css";
import type { VersionRun } from "./version-runs.ts";

/** Fetched when outputs are to be compared. */
async function compare(outputs: readonly string[]): Promise<ComparedLine[][]> {
	return (await import("./compare-outputs.ts")).compareOutputs(outputs);
}

/** The outputs side by side; once all have ended, the lines that differ are marked, by a sign too and not by colour alone. */
export function VersionsPane({ runs, maxHeightPx }: { readonly runs: readonly VersionRun[]; readonly maxHeightPx: number }) {
	const [compared, setCompared] = useState<ComparedLine[][] | null>(null);
	const isOver = runs.length > 0 && runs.every(({ session }) => !isBusy(session.run) && session.run.kind !== "idle");
	useEffect(() => {
		setCompared(null);
		if (!isOver) return;
		let isStale = false;
		compare(runs.map(({ text }) => text))
			.then((lines) => !isStale && setCompared(lines))
			.catch((error: unknown) => console.info("The outputs could not be compared.", error));
		return () => {
			isStale = true;
		};
	}, [isOver, runs]);
	const differing = compared?.flat().some(({ isDifferent }) => isDifferent) ?? false;
	return (
		<section className={styles.versions} aria-label="Output in each version" style={{ maxHeight: maxHeightPx }}>
			{compared !== null && (
				<p className={styles.verdict}>{differing ? "The outputs differ in the marked lines." : "All versions print the same."}</p>
			)}
			<div className={styles.columns}>
				{runs.map((run, at) => (
					<figure key={run.version} className={styles.column}>
						<figcaption>
							<b>{run.version}</b> <span>{describeStatus(run.session).sentence}</span>
						</figcaption>
						<pre>
							{compared?.[at] === undefined
								? run.text
								: compared[at].map(({ text, isDifferent }, line) => (
										// biome-ignore lint/suspicious/noArrayIndexKey: a finished output's lines do not move
										<span key={line} className={isDifferent ? styles.different : styles.same}>
											{`${text}\n`}
										</span>
									))}
						</pre>
					</figure>
				))}
			</div>
		</section>
	);
}
