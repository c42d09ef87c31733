import type { AttackProgram } from "../../protocol/attack-programs.ts";
import { type TierStatus, tierTable } from "../../protocol/tiers.ts";
import styles from "./attack-dialog.module.css";
import type { Subject } from "./subjects.ts";

interface TryLinksProps {
	/** Those of the attack's row. */
	readonly programs: readonly AttackProgram[];
	readonly subject: Subject;
	readonly tiers: readonly TierStatus[];
}

const languageNames: Readonly<Record<string, string>> = { python: "Python", javascript: "JavaScript", c: "C" };

/** The way from a result to the same attempt by one's own hand; where there is none, why. */
export function TryLinks({ programs, subject, tiers }: TryLinksProps) {
	const { tier } = subject;
	const tryable = tier === null ? [] : programs.filter((program) => program.tiers.includes(tier));
	const isOffered = tiers.some((status) => status.tier === tier && status.state === "offered");
	if (tier === null || tryable.length === 0 || !isOffered) {
		return <p className={styles.noTry}>{whyNot(tier, tryable.length, programs.length)}</p>;
	}
	return (
		<section className={styles.tries} aria-label="Try it yourself">
			<h3 className={styles.triesHead}>Try it yourself in {tierTable[tier].name}</h3>
			<ul className={styles.tryList}>
				{tryable.map(({ id, title, language }) => (
					<li key={id}>
						<a href={`/?try=${id}&tier=${tier}`}>
							{title}
							<span className={styles.tryLanguage}>{languageNames[language] ?? language}</span>
						</a>
					</li>
				))}
			</ul>
			<p className={styles.noTry}>It opens in the editor and does not run before you say so.</p>
		</section>
	);
}

function whyNot(tier: Subject["tier"], tryable: number, programs: number): string {
	if (tier === null) return "Baselines are for this page only: no program of yours, or anybody's, can be run in one.";
	const { name } = tierTable[tier];
	if (programs === 0) return "This one is no program that a reader could run: it is aimed at the server from outside, or needs the probe.";
	if (tryable === 0) return `There is no program of it in a language that runs in ${name}.`;
	return `${name} is not on offer now, so this cannot be tried there.`;
}
