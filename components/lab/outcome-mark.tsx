import type { AttackOutcome } from "../../protocol/posture.ts";
import styles from "./outcome-mark.module.css";

/** What an outcome is called; colour only repeats it. */
export const outcomeNames: Readonly<Record<AttackOutcome, string>> = {
	held: "Held",
	broke: "Broke",
	inexpressible: "Cannot be expressed here",
};

const glyphs: Readonly<Record<AttackOutcome, string>> = {
	held: "M2.5 7.5 5.8 11 11.5 3.5",
	broke: "M3 3l8 8M11 3l-8 8",
	inexpressible: "M3.5 7h7",
};

/** The glyph alone; whoever shows it says the name beside it, in sight or for those who hear the page. */
export function OutcomeMark({ outcome }: { outcome: AttackOutcome }) {
	return (
		<svg className={styles.mark} data-outcome={outcome} viewBox="0 0 14 14" width="14" height="14" aria-hidden>
			<path d={glyphs[outcome]} />
		</svg>
	);
}
