import type { AttackProgram } from "../../protocol/attack-programs.ts";
import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { TierId, tierTable } from "../../protocol/tiers.ts";
import { openWorkspace } from "../files/workspace.ts";
import { pickTier, settlePick } from "../run-bar/tier-choice.ts";
import type { Work } from "../storage/work.ts";

/** An attack program in the place of a language's files, and the way back. Pure. */

export interface Trial {
	readonly program: AttackProgram;
	readonly language: CatalogueLanguage;
	/** null: the address named none that there is. */
	readonly tier: TierId | null;
}

/** What the address asks for, of what the server has; null: it has no such program. */
export function findTrial(
	wish: { readonly id: string; readonly tier: string },
	programs: readonly AttackProgram[],
	languages: readonly CatalogueLanguage[],
): Trial | null {
	const program = programs.find(({ id }) => id === wish.id);
	const language = languages.find(({ id }) => id === program?.language);
	if (program === undefined || language === undefined) return null;
	const tier = TierId.safeParse(wish.tier);
	return { program, language, tier: tier.success ? tier.data : null };
}

/** The program as the language's only file, in a version that runs in the tier, with both picked; the language becomes the open one. */
export function openTrial(work: Work, { program, language, tier }: Trial): Work {
	const { id } = language;
	const workspace = openWorkspace({ name: program.fileName, content: program.content }, work.workspaces[id]?.nextKey);
	const current = settlePick(language, work.versions[id], work.tiers[id]);
	const picked = pickTier(language, current.version, tier);
	return {
		...work,
		languageId: id,
		versions: { ...work.versions, [id]: picked.version.version },
		tiers: withEntry(work.tiers, id, picked.tier ?? undefined),
		workspaces: { ...work.workspaces, [id]: workspace },
		extras: withEntry(work.extras ?? {}, id, undefined),
	};
}

/** Undoes `openTrial`: that language's files and what was picked come back; what was written elsewhere meanwhile stays. */
export function leaveTrial(now: Work, before: Work, { language: { id } }: Trial): Work {
	return {
		...now,
		languageId: before.languageId,
		versions: withEntry(now.versions, id, before.versions[id]),
		tiers: withEntry(now.tiers, id, before.tiers[id]),
		workspaces: withEntry(now.workspaces, id, before.workspaces[id]),
		extras: withEntry(now.extras ?? {}, id, before.extras?.[id]),
	};
}

/** undefined: without it. */
function withEntry<T>(record: Readonly<Record<string, T>>, key: string, value: NoInfer<T> | undefined): Record<string, T> {
	const { [key]: _, ...others } = record;
	return value === undefined ? others : { ...others, [key]: value };
}

/** Whether the program takes the place of something that the reader wrote. */
export function isWorkAtStake(work: Work, { language }: Trial, programs: readonly AttackProgram[]): boolean {
	const files = work.workspaces[language.id]?.files ?? [];
	const [first] = files;
	if (first === undefined) return false;
	const given = [...language.examples, ...language.versions.flatMap(({ examples }) => examples ?? []), ...programs];
	return files.length > 1 || !given.some(({ content }) => content === first.content);
}

export function describeTrial({ program, language, tier }: Trial, isAtStake: boolean): string {
	const where = tier === null ? "" : ` in ${tierTable[tier].name}`;
	return isAtStake
		? `“${program.title}” took the place of your ${language.name} files. Press Run to try it${where}.`
		: `“${program.title}” is open. Press Run to try it${where}.`;
}
