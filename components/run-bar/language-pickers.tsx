import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import styles from "./run-bar.module.css";

interface LanguagePickersProps {
	readonly languages: readonly CatalogueLanguage[];
	/** undefined: the list has not come yet. */
	readonly language: CatalogueLanguage | undefined;
	readonly version: string;
	readonly onLanguage: (language: CatalogueLanguage) => void;
	readonly onVersion: (version: string) => void;
	readonly onExample: (index: number) => void;
}

const isReady = ({ versions }: CatalogueLanguage): boolean => versions.some((version) => version.isReady);

/** Language, version and examples: native selects, which every device and reader knows how to show. */
export function LanguagePickers({ languages, language, version, onLanguage, onVersion, onExample }: LanguagePickersProps) {
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
			<label className={styles.field}>
				<span className={styles.label}>Version</span>
				<select
					className={styles.select}
					value={version}
					disabled={language === undefined}
					onChange={(event) => onVersion(event.target.value)}
				>
					{language?.versions.map((offered) => (
						<option key={offered.version} value={offered.version} disabled={!offered.isReady && offered.version !== version}>
							{offered.isReady ? offered.version : `${offered.version} (being set up)`}
						</option>
					))}
				</select>
			</label>
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
					{language?.examples.map((example, index) => (
						<option key={example.title} value={index}>
							{example.isInteractive ? `${example.title} (asks for input)` : example.title}
						</option>
					))}
				</select>
			</label>
		</div>
	);
}
