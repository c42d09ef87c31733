import type { AttackOutcome } from "../../protocol/posture.ts";
import styles from "./attack-table.module.css";
import { OutcomeMark } from "./outcome-mark.tsx";

const meanings: readonly { readonly outcome: AttackOutcome; readonly meaning: string }[] = [
	{ outcome: "held", meaning: "Held: tried and denied" },
	{ outcome: "broke", meaning: "Broke: tried, and it worked" },
	{ outcome: "inexpressible", meaning: "Cannot be expressed here" },
];

export function Legend() {
	return (
		<div className={styles.legend}>
			<ul className={styles.meanings}>
				{meanings.map(({ outcome, meaning }) => (
					<li key={outcome} data-outcome={outcome}>
						<OutcomeMark outcome={outcome} />
						{meaning}
					</li>
				))}
				<li>
					<span className={styles.untried} aria-hidden />
					Not tried there
				</li>
			</ul>
			<p id="matrix-keys" className={styles.keys}>
				Press a mark for what was tried, what happened, and why. Arrow keys move from mark to mark.
			</p>
		</div>
	);
}
