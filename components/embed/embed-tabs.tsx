import type { KeyboardEvent } from "react";
import styles from "./embed.module.css";

interface EmbedTabsProps {
	/** Files that show; `index` is their place among all. */
	readonly files: readonly { readonly name: string; readonly index: number }[];
	readonly shownFile: number;
	readonly onShow: (index: number) => void;
}

export const embedTabId = (index: number) => `embed-tab-${index}`;

/** Arrows move along, as in every list of tabs. */
export function EmbedTabs({ files, shownFile, onShow }: EmbedTabsProps) {
	const at = files.findIndex(({ index }) => index === shownFile);
	const onKeyDown = (event: KeyboardEvent) => {
		const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
		const next = files[(at + step + files.length) % files.length];
		if (step === 0 || next === undefined) return;
		event.preventDefault();
		onShow(next.index);
		document.getElementById(embedTabId(next.index))?.focus();
	};
	return (
		<div role="tablist" aria-label="Files" className={styles.tabs} onKeyDown={onKeyDown}>
			{files.map(({ name, index }) => (
				<button
					key={index}
					id={embedTabId(index)}
					type="button"
					role="tab"
					className={styles.tab}
					aria-selected={index === shownFile}
					aria-controls="embed-code"
					tabIndex={index === shownFile ? 0 : -1}
					title={name}
					onClick={() => onShow(index)}
				>
					{name}
				</button>
			))}
		</div>
	);
}
