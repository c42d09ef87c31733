"use client";

import "../session/schema-policy.ts";
import { useMemo, useState } from "react";
import { type PostureDocument, posturePath } from "../../protocol/posture.ts";
import { Banner } from "../notice/banner.tsx";
import { Hourglass } from "../run-bar/brand.tsx";
import { ThemePicker } from "../theme/theme-picker.tsx";
import { useTheme } from "../theme/use-theme.ts";
import { AttackDialog } from "./attack-dialog.tsx";
import { arrangeAttacks } from "./attack-matrix.ts";
import { AttackTable, type SelectedCell } from "./attack-table.tsx";
import { CostChart } from "./cost-chart.tsx";
import { FactsTable } from "./facts-table.tsx";
import { showableText } from "./hostile-text.ts";
import styles from "./lab.module.css";
import { Legend } from "./legend.tsx";
import { formatAgo } from "./relative-time.ts";
import { subjectOf } from "./subjects.ts";
import { TierList } from "./tier-list.tsx";
import { useAttackPrograms } from "./use-attack-programs.ts";
import { useNow, usePosture } from "./use-posture.ts";

const nowEveryMs = 20_000;

/** The page at /lab: what each isolation withstood on this machine, and what it costs. */
export function Lab() {
	const theme = useTheme();
	const posture = usePosture();
	return (
		<div className={styles.page}>
			<header className={styles.top}>
				<a className={styles.home} href="/">
					<Hourglass />
					Sandglass
				</a>
				<span className={styles.place}>Lab</span>
				<a className={styles.back} href="/">
					Back to the playground
				</a>
				<ThemePicker theme={theme} />
			</header>
			{posture.kind === "failed" && <Banner sentence="The server cannot be reached. This page tries again by itself." />}
			{posture.kind === "ready" && posture.isStale && (
				<Banner sentence="The server cannot be reached. What you see is what it said last; this page tries again by itself." />
			)}
			<main className={styles.main}>
				<h1 className={styles.title}>What each wall withstood, on this machine</h1>
				<p className={styles.lead}>
					Before an isolation takes anybody's program, and every hour from then on, the server attacks it from inside. Only one whose walls
					held is on offer. Beside them stand ways of running code that are no wall, measured in a sandbox of their own.
				</p>
				{posture.kind === "ready" ? <Findings document={posture.document} /> : <p className={styles.waiting}>Asking the server …</p>}
			</main>
		</div>
	);
}

function Findings({ document }: { document: PostureDocument }) {
	const nowMs = useNow(nowEveryMs);
	const programs = useAttackPrograms();
	const [cell, setCell] = useState<SelectedCell | null>(null);
	const matrix = useMemo(() => arrangeAttacks(document.reports), [document]);
	return (
		<>
			<Freshness document={document} nowMs={nowMs} />
			<section aria-labelledby="tier-heading">
				<h2 id="tier-heading" className={styles.heading}>
					The isolations
				</h2>
				<TierList document={document} nowMs={nowMs} />
			</section>
			<section aria-labelledby="matrix-heading">
				<h2 id="matrix-heading" className={styles.heading}>
					The attacks
				</h2>
				{matrix.groups.length === 0 ? (
					<p className={styles.waiting} role="status">
						The walls are being tried right now. The results appear here by themselves …
					</p>
				) : (
					<>
						<Legend />
						<AttackTable matrix={matrix} onSelect={setCell} />
						<Unmeasured document={document} />
					</>
				)}
			</section>
			<section aria-labelledby="cost-heading">
				<h2 id="cost-heading" className={styles.heading}>
					What it costs
				</h2>
				<CostChart reports={document.reports} />
			</section>
			<section aria-labelledby="facts-heading">
				<h2 id="facts-heading" className={styles.heading}>
					What a program sees
				</h2>
				<FactsTable reports={document.reports} />
			</section>
			<AttackDialog cell={cell} tiers={document.tiers} programs={programs} onClose={() => setCell(null)} />
		</>
	);
}

/** Baselines that have no column, and why; of a tier its card tells. */
function Unmeasured({ document: { reports } }: { document: PostureDocument }) {
	const baselines = reports.filter((report) => report.problem !== null && subjectOf(report).tier === null);
	if (baselines.length === 0) return null;
	return (
		<ul className={styles.unmeasured}>
			{baselines.map((report) => (
				<li key={report.subject}>
					{subjectOf(report).name} was not measured: <bdi>{showableText(report.problem ?? "")}</bdi>
				</li>
			))}
		</ul>
	);
}

const absolute = (ms: number): string => new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" }).format(ms);

function Freshness({ document: { reports }, nowMs }: { document: PostureDocument; nowMs: number }) {
	const newestMs = Math.max(0, ...reports.map(({ startedAtMs }) => startedAtMs));
	return (
		<p className={styles.fresh}>
			{newestMs > 0 && (
				<>
					Last measured{" "}
					<time dateTime={new Date(newestMs).toISOString()}>
						{formatAgo(newestMs, nowMs)} ({absolute(newestMs)})
					</time>
					{" · "}
				</>
			)}
			<a href={posturePath}>All of it as JSON</a>
		</p>
	);
}
