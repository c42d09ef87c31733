import { formatBytes } from "../../protocol/outcome.ts";
import type { PostureReport } from "../../protocol/posture.ts";
import styles from "./cost-chart.module.css";
import { subjectOf } from "./subjects.ts";

interface Measure {
	readonly name: string;
	readonly explanation: string;
	readonly read: (report: PostureReport) => number | null;
	readonly format: (value: number) => string;
}

const formatMs = (ms: number): string => (ms < 10 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`);

const measures: readonly Measure[] = [
	{
		name: "Start",
		explanation: "from nothing to ready; done ahead, not in front of you",
		read: ({ figures }) => figures.startMs,
		format: formatMs,
	},
	{
		name: "Warm run",
		explanation: "from a waiting sandbox to the first byte of output",
		read: ({ figures }) => figures.warmMs,
		format: formatMs,
	},
	{ name: "Memory", explanation: "of an idle sandbox that waits", read: ({ figures }) => figures.idleMemoryBytes, format: formatBytes },
];

/** Three bars for each isolation, each measure on a scale of its own. A table to those who hear it. */
export function CostChart({ reports }: { reports: readonly PostureReport[] }) {
	const measured = reports.filter((report) => subjectOf(report).tier !== null && measures.some(({ read }) => read(report) !== null));
	if (measured.length === 0) return <p className={styles.nothing}>No isolation has been timed yet.</p>;
	const highest = measures.map(({ read }) => Math.max(...measured.map((report) => read(report) ?? 0)));
	return (
		<table className={styles.costs} aria-labelledby="cost-heading">
			<thead>
				<tr>
					<th scope="col">
						<span className="visually-hidden">Isolation</span>
					</th>
					{measures.map(({ name, explanation }) => (
						<th key={name} scope="col">
							{name} <span className={styles.explanation}>{explanation}</span>
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{measured.map((report) => (
					<tr key={report.subject}>
						<th scope="row">{subjectOf(report).name}</th>
						{measures.map((measure, at) => (
							<td key={measure.name} data-label={measure.name}>
								<Bar value={measure.read(report)} highest={highest[at] ?? 0} format={measure.format} />
							</td>
						))}
					</tr>
				))}
			</tbody>
		</table>
	);
}

/** `highest` fills the width. A value that is not there has no bar, and none of zero length either. */
function Bar({ value, highest, format }: { value: number | null; highest: number; format: (value: number) => string }) {
	if (value === null) return <span className={styles.unmeasured}>not measured</span>;
	const share = highest <= 0 ? 0 : (value / highest) * 100;
	return (
		<span className={styles.bar}>
			<svg className={styles.barTrack} viewBox="0 0 100 8" height="8" preserveAspectRatio="none" aria-hidden>
				<rect className={styles.barGround} width="100" height="8" />
				<rect className={styles.barFill} width={Math.max(0.8, share)} height="8" />
			</svg>
			<span className={styles.barValue}>{format(value)}</span>
		</span>
	);
}
