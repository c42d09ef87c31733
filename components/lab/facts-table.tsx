import { useState } from "react";
import type { Fact, PostureReport } from "../../protocol/posture.ts";
import styles from "./facts-table.module.css";
import { showableText } from "./hostile-text.ts";
import { subjectOf } from "./subjects.ts";

/** What the probe saw from inside one isolation. All of it is text that a sandbox wrote. */
export function FactsTable({ reports }: { reports: readonly PostureReport[] }) {
	const withFacts = reports.filter(({ facts }) => Object.keys(facts).length > 0);
	const [picked, setPicked] = useState("");
	const report = withFacts.find(({ subject }) => subject === picked) ?? withFacts[0];
	if (report === undefined) return <p className={styles.nothing}>No facts have been taken yet.</p>;
	const facts = Object.entries(report.facts).sort(([a], [b]) => a.localeCompare(b, "en"));
	return (
		<>
			<label className={styles.pick}>
				<span>Seen from inside</span>
				<select className={styles.select} value={report.subject} onChange={(event) => setPicked(event.target.value)}>
					{withFacts.map((offered) => (
						<option key={offered.subject} value={offered.subject}>
							{subjectOf(offered).name}
						</option>
					))}
				</select>
			</label>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
			<section className={styles.factsFrame} aria-label={`Facts of ${subjectOf(report).name}`} tabIndex={0}>
				<table className={styles.facts}>
					<thead>
						<tr>
							<th scope="col">Fact</th>
							<th scope="col">Value</th>
						</tr>
					</thead>
					<tbody>
						{facts.map(([path, fact]) => (
							<tr key={path}>
								<th scope="row">
									<bdi>{showableText(path, 120)}</bdi>
								</th>
								<td>
									<FactValue fact={fact} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</section>
		</>
	);
}

const foldedEntries = 8;

function FactValue({ fact }: { fact: Fact }) {
	if (!Array.isArray(fact)) return <bdi>{fact === "" ? "(empty)" : showableText(String(fact ?? "none"))}</bdi>;
	if (fact.length === 0) return "none";
	const list = <bdi>{showableText(fact.join(", "), 20_000)}</bdi>;
	if (fact.length <= foldedEntries) return list;
	return (
		<details>
			<summary>{fact.length} entries</summary>
			{list}
		</details>
	);
}
