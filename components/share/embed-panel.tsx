import { type ReactNode, useMemo, useState } from "react";
import type { SnippetDraft } from "../../protocol/snippets.ts";
import { type TierId, tierTable } from "../../protocol/tiers.ts";
import { CopyField } from "./copy-field.tsx";
import { type EmbedWish, embedHtml, embedMarkdown, embedOptions, usualMaxHeightPx } from "./embed-code.ts";
import { EmbedPreview } from "./embed-preview.tsx";
import { encodeFragment } from "./fragment.ts";
import styles from "./share.module.css";

interface EmbedPanelProps {
	readonly draft: SnippetDraft;
	readonly usualFileName: string;
	/** null: the server chooses. */
	readonly tier: TierId | null;
}

type Options = Omit<EmbedWish, "draft" | "usualFileName">;
type Form = "html" | "markdown" | "link";

const forms: readonly (readonly [Form, string])[] = [
	["html", "HTML"],
	["markdown", "Markdown"],
	["link", "Link"],
];

/** One line of a list in a sentence: "a, b and c". */
const listed = (parts: readonly string[]): string => new Intl.ListFormat("en").format(parts);

export function EmbedPanel({ draft, usualFileName, tier }: EmbedPanelProps) {
	const [options, setOptions] = useState<Options>({
		theme: "auto",
		isReadOnly: false,
		isAutorun: false,
		maxHeightPx: usualMaxHeightPx,
		hasVersion: true,
		hasTier: tier !== null,
		hiddenFiles: new Set(),
	});
	const [form, setForm] = useState<Form>("html");
	const wish = useMemo<EmbedWish>(() => ({ ...options, draft, usualFileName }), [options, draft, usualFileName]);
	const told = useMemo(() => embedOptions(wish), [wish]);
	const change = (changed: Partial<Options>): void => setOptions((current) => ({ ...current, ...changed }));
	const shown = draft.files.find(({ name }) => name === (draft.entry ?? usualFileName)) ?? draft.files[0];
	return (
		<>
			<fieldset className={styles.options}>
				<legend className="visually-hidden">What the embed is like</legend>
				<label className={styles.field}>
					<span className={styles.label}>Theme of the embed</span>
					<select
						className={styles.input}
						value={options.theme}
						onChange={({ target: { value } }) => change({ theme: value === "light" || value === "dark" ? value : "auto" })}
					>
						<option value="auto">As the reader's device</option>
						<option value="light">Light</option>
						<option value="dark">Dark</option>
					</select>
				</label>
				<label className={styles.field}>
					<span className={styles.label}>Height at most, in pixels</span>
					<input
						className={styles.input}
						type="number"
						min={120}
						max={4_000}
						step={20}
						defaultValue={options.maxHeightPx}
						onChange={({ target: { valueAsNumber } }) =>
							change({ maxHeightPx: valueAsNumber >= 120 && valueAsNumber <= 4_000 ? Math.round(valueAsNumber) : usualMaxHeightPx })
						}
					/>
				</label>
				<Check isOn={options.isReadOnly} onChange={(isReadOnly) => change({ isReadOnly })}>
					Read-only
				</Check>
				<Check isOn={options.isAutorun} onChange={(isAutorun) => change({ isAutorun })}>
					Runs when it comes into view
				</Check>
				<Check isOn={options.hasVersion} onChange={(hasVersion) => change({ hasVersion })}>
					Always in version {draft.version}
				</Check>
				{tier !== null && (
					<Check isOn={options.hasTier} onChange={(hasTier) => change({ hasTier })}>
						Always in {tierTable[tier].name}
					</Check>
				)}
				{draft.files
					.filter((file) => file !== shown)
					.map(({ name }) => (
						<Check
							key={name}
							isOn={options.hiddenFiles.has(name)}
							onChange={(isHidden) => {
								const hiddenFiles = new Set(options.hiddenFiles);
								if (isHidden) hiddenFiles.add(name);
								else hiddenFiles.delete(name);
								change({ hiddenFiles });
							}}
						>
							Hide <bdi>{name}</bdi>
						</Check>
					))}
			</fieldset>
			<EmbedPreview options={told} />
			<fieldset className={styles.forms}>
				<legend className={styles.label}>To paste into a page</legend>
				{forms.map(([id, name]) => (
					<label key={id} className={styles.form}>
						<input type="radio" name="embed-form" checked={form === id} onChange={() => setForm(id)} />
						{name}
					</label>
				))}
			</fieldset>
			<EmbedCode form={form} wish={wish} />
		</>
	);
}

function EmbedCode({ form, wish }: { form: Form; wish: EmbedWish }) {
	const scriptTag = `<script async src="${location.origin}/embed/v1/embed.js"></script>`;
	if (form === "html") return <CopyField isBlock label="HTML" text={embedHtml(wish, scriptTag)} />;
	if (form === "markdown") {
		const { text, left } = embedMarkdown(wish);
		return (
			<>
				<CopyField isBlock label="Markdown fence" text={text} />
				<p className={styles.hint}>
					The page needs the script once: <code>{scriptTag}</code>
					{left.length > 0 && ` A fence cannot say ${listed(left)}; HTML can.`}
				</p>
			</>
		);
	}
	const fragment = encodeFragment(wish.draft);
	if (fragment === null)
		return <p className={styles.hint}>This program is too large for a link that holds it. Create a stored link instead.</p>;
	return <CopyField label="Link to the program in the playground" text={`${location.origin}/${fragment}`} />;
}

function Check({ isOn, onChange, children }: { isOn: boolean; onChange: (isOn: boolean) => void; children: ReactNode }) {
	return (
		<label className={styles.check}>
			<input type="checkbox" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
			<span>{children}</span>
		</label>
	);
}
