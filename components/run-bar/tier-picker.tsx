import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";
import styles from "./run-bar.module.css";
import { automaticTier, tiersOf } from "./tier-choice.ts";

interface TierPickerProps {
	readonly tiers: readonly CatalogueTier[];
	readonly language: CatalogueLanguage | undefined;
	readonly version: CatalogueVersion | undefined;
	readonly tier: TierId | null;
	readonly onTier: (tier: TierId | null) => void;
}

const notOffered: Readonly<Record<string, string>> = {
	missing: "not here",
	checking: "being tried",
	failed: "failed its check",
	disabled: "not offered",
};

/** Where the program runs: the server's choice, or one that the reader makes. */
export function TierPicker({ tiers, language, version, tier, onTier }: TierPickerProps) {
	const options = language === undefined ? [] : tiersOf(language, tiers);
	const automatic = version === undefined ? null : automaticTier(version, tiers);
	const shown = options.find((it) => it.tier === tier) ?? automatic;
	return (
		<label className={`${styles.field} ${styles.isolation}`}>
			<span className={styles.label}>Isolation</span>
			<select
				className={styles.select}
				value={tier ?? ""}
				disabled={language === undefined}
				title={shown?.sentence}
				onChange={(event) => onTier(options.find((it) => it.tier === event.target.value)?.tier ?? null)}
			>
				<option value="">{automatic === null ? "Automatic" : `Auto: ${automatic.name}`}</option>
				{options.map((it) => (
					<option key={it.tier} value={it.tier} disabled={it.state !== "offered" && it.tier !== tier} title={it.reason ?? it.sentence}>
						{it.state === "offered" ? it.name : `${it.name} (${notOffered[it.state] ?? it.state})`}
					</option>
				))}
			</select>
		</label>
	);
}
