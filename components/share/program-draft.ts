import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import { isWellFormedText } from "../../protocol/files.ts";
import type { SnippetDraft } from "../../protocol/snippets.ts";
import { type TierId, tierTable } from "../../protocol/tiers.ts";
import { describeFilesProblem, type Workspace } from "../files/workspace.ts";
import { formatArgumentLine, parseArgumentLine } from "../run-bar/argument-line.ts";
import type { ProgramExtras, Work } from "../storage/work.ts";
import { findVersion } from "./nearest-version.ts";

/** Between what is on the page and what is shared: one becomes the other, both ways. Pure. */

/** What is on the page. */
export interface ProgramOnPage {
	readonly language: CatalogueLanguage;
	readonly version: CatalogueVersion;
	/** null: the server chooses. */
	readonly tier: TierId | null;
	readonly workspace: Workspace;
	readonly argumentLine: string;
	readonly extras: ProgramExtras;
}

/** The program as a draft, without its recording; or why it cannot be shared, as a sentence. */
export function draftProgram(program: ProgramOnPage): { readonly draft: SnippetDraft } | { readonly problem: string } {
	const { language, version, tier, workspace, argumentLine, extras } = program;
	const files = workspace.files.map(({ name, content }) => ({ name, content }));
	const parsed = parseArgumentLine(argumentLine);
	if ("problem" in parsed) return parsed;
	const problem = describeFilesProblem(files);
	if (problem !== null) return { problem };
	const hasEntry = files.some(({ name }) => name === extras.entry);
	const draft: SnippetDraft = {
		title: extras.title ?? "",
		language: language.id,
		version: version.version,
		...(tier === null ? {} : { tier }),
		files,
		...(hasEntry ? { entry: extras.entry } : {}),
		arguments: parsed.arguments,
		stdin: extras.stdin ?? "",
		limits: extras.limits ?? {},
		...(extras.parent === undefined ? {} : { parent: extras.parent }),
	};
	return { draft };
}

/** What a run is made of. */
type ProgramCore = Pick<SnippetDraft, "language" | "version" | "tier" | "files" | "entry" | "arguments" | "stdin" | "limits">;

/** True when both make the same run: neither titles, nor recordings, nor ancestors count. */
export function isSameProgram(one: ProgramCore, other: ProgramCore): boolean {
	const told = ({ language, version, tier, files, entry, arguments: words, stdin, limits }: ProgramCore) =>
		JSON.stringify([
			language,
			version ?? null,
			tier ?? null,
			files.map(({ name, content }) => [name, content]),
			entry ?? null,
			words,
			stdin,
			Object.entries(limits).sort(),
		]);
	return told(one) === told(other);
}

/** A draft, settled on what this server offers. */
export interface SettledProgram extends Omit<ProgramOnPage, "workspace"> {
	readonly files: SnippetDraft["files"];
	/** What is not as it was shared, as sentences. */
	readonly differences: readonly string[];
}

/** Reads a draft that came from anywhere: checks what a schema cannot, and picks the nearest of what is no longer offered. */
export function settleProgram(
	draft: Omit<SnippetDraft, "recording">,
	languages: readonly CatalogueLanguage[],
	tiers: readonly CatalogueTier[],
): SettledProgram | { readonly problem: string } {
	const problem = describeFilesProblem(draft.files);
	if (problem !== null) return { problem };
	if (!isWellFormedText(draft.stdin) || draft.arguments.some((word) => word.includes("\0") || !isWellFormedText(word))) {
		return { problem: "Its arguments or its input hold characters that are not valid text." };
	}
	const language = languages.find(({ id }) => id === draft.language);
	if (language === undefined) return { problem: "It is in a language that this server does not offer." };
	const found = findVersion(language, draft.version, draft.tier);
	if (found === null) return { problem: `This server has no version of ${language.name}.` };
	const { version, isExact } = found;
	const differences: string[] = [];
	if (!isExact) {
		differences.push(`${language.name} ${draft.version} is no longer offered here; ${version.title} is the nearest.`);
	}
	const tier = version.tiers.find((it) => it === draft.tier) ?? null;
	const isTierOffered = tier !== null && tiers.some((it) => it.tier === tier && it.state === "offered");
	if (draft.tier !== undefined && !isTierOffered) {
		const known = Object.entries(tierTable).find(([id]) => id === draft.tier)?.[1].name ?? "Its isolation";
		differences.push(`${known} is not offered for it here; the server chooses the isolation.`);
	}
	const { title, entry, stdin, limits, parent } = draft;
	const extras: ProgramExtras = {
		...(title === "" ? {} : { title }),
		...(entry === undefined ? {} : { entry }),
		...(stdin === "" ? {} : { stdin }),
		...(Object.keys(limits).length === 0 ? {} : { limits }),
		...(parent === undefined ? {} : { parent }),
	};
	return {
		language,
		version,
		tier: isTierOffered ? tier : null,
		files: draft.files,
		argumentLine: formatArgumentLine(draft.arguments),
		extras,
		differences,
	};
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
	const { [key]: _, ...others } = record;
	return others;
}

/** What of the language's would lose its place; undefined: nothing that anybody wrote. */
function atStake(work: Work, { id, examples, versions }: CatalogueLanguage): Work["earlier"] {
	const workspace = work.workspaces[id];
	const [first, second] = workspace?.files ?? [];
	if (workspace === undefined || first === undefined) return undefined;
	const given = [...examples, ...versions.flatMap((version) => version.examples ?? [])];
	if (second === undefined && (first.content.trim() === "" || given.some(({ content }) => content === first.content))) return undefined;
	return {
		languageId: id,
		version: work.versions[id],
		tier: work.tiers[id],
		workspace,
		argumentLine: work.argumentLine,
		extras: work.extras?.[id],
	};
}

/** The program in the place of its language's files, which are kept aside where the reader wrote any. */
export function openProgram(work: Work, program: SettledProgram): { readonly work: Work; readonly hasKept: boolean } {
	const { language, version, tier, files, argumentLine, extras } = program;
	const { id } = language;
	const kept = atStake(work, language);
	const firstKey = work.workspaces[id]?.nextKey ?? 1;
	const workFiles = files.map((file, at) => ({ key: firstKey + at, name: file.name, content: file.content }));
	const active = workFiles.find(({ name }) => name === (extras.entry ?? language.fileName)) ?? workFiles[0];
	return {
		work: {
			...work,
			languageId: id,
			versions: { ...work.versions, [id]: version.version },
			tiers: tier === null ? without(work.tiers, id) : { ...work.tiers, [id]: tier },
			workspaces: {
				...work.workspaces,
				[id]: { files: workFiles, activeKey: active?.key ?? firstKey, nextKey: firstKey + files.length },
			},
			argumentLine,
			extras: { ...work.extras, [id]: extras },
			...(kept === undefined ? {} : { earlier: kept }),
		},
		hasKept: kept !== undefined,
	};
}

/** Brings the earlier program back, and keeps in its turn the one whose place it takes. */
export function bringBack(work: Work, languages: readonly CatalogueLanguage[]): Work {
	const { earlier, ...rest } = work;
	const language = languages.find(({ id }) => id === earlier?.languageId);
	if (earlier === undefined || language === undefined) return work;
	const { id } = language;
	const kept = atStake(work, language);
	const { version, tier, workspace, argumentLine, extras } = earlier;
	return {
		...rest,
		languageId: id,
		versions: version === undefined ? without(work.versions, id) : { ...work.versions, [id]: version },
		tiers: tier === undefined ? without(work.tiers, id) : { ...work.tiers, [id]: tier },
		workspaces: { ...work.workspaces, [id]: { ...workspace, nextKey: Math.max(workspace.nextKey, work.workspaces[id]?.nextKey ?? 1) } },
		argumentLine,
		extras: extras === undefined ? without(work.extras ?? {}, id) : { ...work.extras, [id]: extras },
		...(kept === undefined ? {} : { earlier: kept }),
	};
}
