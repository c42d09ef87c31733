import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";
import styles from "./run-bar.module.css";
import { TierPicker } from "./tier-picker.tsx";

interface LanguagePickersProps {
	readonly languages: readonly CatalogueLanguage[];
	/** undefined: the list has not come yet. */
	readonly language: CatalogueLanguage | undefined;
	readonly version: CatalogueVersion | undefined;
	readonly tiers: readonly CatalogueTier[];
	/** null: the server chooses. */
	readonly tier: TierId | null;
	readonly onLanguage: (language: CatalogueLanguage) => void;
	readonly onVersion: (version: CatalogueVersion) => void;
	readonly onTier: (tier: TierId | null) => void;
	readonly onExample: (index: number) => void;
}

const isReady = ({ versions }: CatalogueLanguage): boolean => versions.some((version) => version.isReady);

/** Language, version, isolation and examples: native selects, which every device and reader knows how to show. */
export function LanguagePickers(props: LanguagePickersProps) {
	const { languages, language, version, tiers, tier, onLanguage, onVersion, onTier, onExample } = props;
	const examples = version?.examples ?? language?.examples;
	return (
		<div className={styles.pickers}>
			<label className={styles.field}>
				<span className={styles.label}>Language</span>
				<select
					className={styles.select}
					value={language?.id ?? ""}
					disabled={language === undefined}
					onChange={(event) => {
						const chosen = languages.find(({ id }) => id === event.target.value);
						if (chosen !== undefined) onLanguage(chosen);
					}}
				>
					{language === undefined && <option value="">None yet</option>}
					{languages.map((offered) => (
						<option key={offered.id} value={offered.id} disabled={!isReady(offered) && offered.id !== language?.id}>
							{isReady(offered) ? offered.name : `${offered.name} (being set up)`}
						</option>
					))}
				</select>
			</label>
			<label className={`${styles.field} ${styles.version}`}>
				<span className={styles.label}>Version</span>
				<select
					className={styles.select}
					value={version?.version ?? ""}
					disabled={language === undefined}
					onChange={(event) => {
						const chosen = language?.versions.find((offered) => offered.version === event.target.value);
						if (chosen !== undefined) onVersion(chosen);
					}}
				>
					{language?.versions.map((offered) => (
						<option key={offered.version} value={offered.version} disabled={!offered.isReady && offered.version !== version?.version}>
							{offered.isReady ? offered.title : `${offered.title} (being set up)`}
						</option>
					))}
				</select>
			</label>
			<TierPicker tiers={tiers} language={language} version={version} tier={tier} onTier={onTier} />
			<label className={`${styles.field} ${styles.examples}`}>
				<span className={styles.label}>Examples</span>
				<select
					className={styles.select}
					value=""
					disabled={language === undefined}
					onChange={(event) => onExample(Number(event.target.value))}
				>
					<option value="" disabled hidden>
						Pick …
					</option>
					{examples?.map((example, index) => (
						<option key={example.title} value={index}>
							{example.isInteractive ? `${example.title} (asks for input)` : example.title}
						</option>
					))}
				</select>
			</label>
		</div>
	);
}
