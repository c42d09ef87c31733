import type { PostureDocument, PostureReport } from "../../protocol/posture.ts";
import { type TierState, type TierStatus, tierTable } from "../../protocol/tiers.ts";
import { showableText } from "./hostile-text.ts";
import { formatAgo } from "./relative-time.ts";
import styles from "./tier-list.module.css";

const stateNames: Readonly<Record<TierState, string>> = {
	offered: "Offered",
	failed: "Failed",
	checking: "Being tried",
	missing: "Missing",
	disabled: "Disabled",
};

/** Every isolation as it stands now: what it is, whether it is offered, and if not, why. */
export function TierList({ document, nowMs }: { document: PostureDocument; nowMs: number }) {
	return (
		<ul className={styles.tiers}>
			{document.tiers.map((status) => (
				<Tier key={status.tier} status={status} report={document.reports.find(({ subject }) => subject === status.tier)} nowMs={nowMs} />
			))}
		</ul>
	);
}

interface TierProps {
	readonly status: TierStatus;
	readonly report: PostureReport | undefined;
	readonly nowMs: number;
}

function Tier({ status, report, nowMs }: TierProps) {
	const { name, sentence } = tierTable[status.tier];
	return (
		<li className={styles.tier} data-state={status.state}>
			<h3 className={styles.tierName}>
				{name}
				<span className={styles.state} data-state={status.state}>
					{stateNames[status.state]}
				</span>
			</h3>
			<p>{sentence}</p>
			{status.reason !== null && (
				<p className={styles.reason}>
					<bdi>{showableText(status.reason, 400)}</bdi>
				</p>
			)}
			{report !== undefined && report.differences.length > 0 && <Differences report={report} />}
			{status.checkedAtMs !== null && <p className={styles.checked}>Measured {formatAgo(status.checkedAtMs, nowMs)}</p>}
		</li>
	);
}

function Differences({ report: { differences } }: { report: PostureReport }) {
	return (
		<details className={styles.differences}>
			<summary>{differences.length === 1 ? "One difference" : `${differences.length} differences`}</summary>
			<dl>
				{differences.map(({ path, expected, found }) => (
					<div key={path}>
						<dt>
							<bdi>{showableText(path, 120)}</bdi>
						</dt>
						<dd>
							<span>expected</span> <bdi>{showableText(expected, 400)}</bdi>
						</dd>
						<dd>
							<span>found</span> <bdi>{showableText(found, 400)}</bdi>
						</dd>
					</div>
				))}
			</dl>
		</details>
	);
}
