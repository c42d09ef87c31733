import { useEffect, useRef } from "react";
import type { AttackProgram } from "../../protocol/attack-programs.ts";
import type { TierStatus } from "../../protocol/tiers.ts";
import styles from "./attack-dialog.module.css";
import type { SelectedCell } from "./attack-table.tsx";
import { showableText } from "./hostile-text.ts";
import { OutcomeMark, outcomeNames } from "./outcome-mark.tsx";
import { TryLinks } from "./try-links.tsx";

interface AttackDialogProps {
	/** null: closed. */
	readonly cell: SelectedCell | null;
	readonly tiers: readonly TierStatus[];
	readonly programs: readonly AttackProgram[];
	readonly onClose: () => void;
}

/** One attack in one isolation. The browser's own modal dialog: it holds the focus, closes on Escape, and gives the focus back. */
export function AttackDialog({ cell, tiers, programs, onClose }: AttackDialogProps) {
	const dialog = useRef<HTMLDialogElement>(null);
	useEffect(() => {
		const element = dialog.current;
		if (element === null) return;
		if (cell !== null && !element.open) element.showModal();
		if (cell === null && element.open) element.close();
	}, [cell]);
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard's way to close it is Escape, which the browser gives
		<dialog
			ref={dialog}
			className={styles.dialog}
			aria-labelledby="attack-title"
			onClose={onClose}
			onClick={(event) => {
				if (event.target === dialog.current) onClose();
			}}
		>
			{cell !== null && <AttackDetails cell={cell} tiers={tiers} programs={programs} onClose={onClose} />}
		</dialog>
	);
}

function AttackDetails({ cell, tiers, programs, onClose }: AttackDialogProps & { cell: SelectedCell }) {
	const { attack, column } = cell;
	const { subject } = column;
	return (
		<article className={styles.details}>
			<header className={styles.detailsHead}>
				<div>
					<h2 id="attack-title" className={styles.detailsTitle}>
						<span className={styles.number}>{attack.row}</span> <bdi>{showableText(attack.title, 120)}</bdi>
					</h2>
					<p className={styles.verdict} data-outcome={attack.outcome}>
						<OutcomeMark outcome={attack.outcome} />
						<strong>{outcomeNames[attack.outcome]}</strong> {attack.outcome === "inexpressible" ? "" : "in"} {subject.name}
					</p>
				</div>
				<button type="button" className={styles.close} aria-label="Close" onClick={onClose}>
					×
				</button>
			</header>
			<dl className={styles.story}>
				<Passage name="What was tried" text={attack.tried} />
				<Passage name="What happened" text={attack.happened} isRaw />
				<Passage name="Why" text={attack.why} />
				{subject.outerWall !== null && <Passage name="Where this baseline was measured" text={subject.outerWall} />}
			</dl>
			<TryLinks programs={programs.filter(({ row }) => row === attack.row)} subject={subject} tiers={tiers} />
		</article>
	);
}

function Passage({ name, text, isRaw = false }: { name: string; text: string; isRaw?: boolean }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd className={isRaw ? styles.raw : undefined}>
				<bdi>{text === "" ? "Nothing was said about that." : showableText(text)}</bdi>
			</dd>
		</div>
	);
}
