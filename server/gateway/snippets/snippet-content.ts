import { z } from "zod";
import { findFilesProblem, isWellFormedText } from "../../../protocol/files.ts";
import { maxRecordingBytes, type SnippetContent, type SnippetDraft } from "../../../protocol/snippets.ts";
import { TierId } from "../../../protocol/tiers.ts";
import type { Language, LanguageCatalogue } from "../../languages/catalogue.ts";
import type { RunnerStatus } from "../../runner/door-protocol.ts";
import type { Problem } from "../api/problem.ts";
import { chooseTier } from "../tier-choice.ts";

/**
 * From what a page sent to what is stored: checked as a run is, under the catalogue's own names, with the exact version that would run now and the digest
 * of its image. A snippet may be stored while nothing can run; it then names no image.
 */
export function completeDraft(draft: SnippetDraft, catalogue: LanguageCatalogue, status: RunnerStatus | null): SnippetContent | Problem {
	const problem = findProblem(draft);
	if (problem !== null) return problem;
	const language = findLanguage(draft.language, catalogue);
	if (language === undefined) return { code: "unknownLanguage", field: "language" };
	const tier = z.optional(TierId).safeParse(draft.tier);
	if (!tier.success) return { code: "unknownTier", field: "tier" };
	const fitting = language.versions.filter(
		(it) => (draft.version === undefined || it.version === draft.version) && (tier.data === undefined || it.tiers.includes(tier.data)),
	);
	const [first] = fitting;
	if (first === undefined) {
		const isKnown = draft.version === undefined || language.versions.some(({ version }) => version === draft.version);
		return isKnown ? { code: "tierWithoutLanguage", field: "tier" } : { code: "unknownVersion", field: "version" };
	}
	const { parent: _, ...content } = draft;
	return { ...content, language: language.id, ...whatRuns(language, first.version, draft, catalogue, status) };
}

function findProblem({ files, entry, arguments: words, stdin, title, recording }: SnippetDraft): Problem | null {
	const ofFiles = findFilesProblem(files);
	if (ofFiles !== null) return { code: ofFiles.code, field: ofFiles.file };
	if (entry !== undefined && !files.some(({ name }) => name === entry)) return { code: "invalidRequest", field: "entry" };
	const badWord = words.findIndex((word) => word.includes("\0") || !isWellFormedText(word));
	if (badWord !== -1) return { code: "invalidRequest", field: `arguments.${badWord}` };
	if (!isWellFormedText(stdin)) return { code: "invalidRequest", field: "stdin" };
	if (!isWellFormedText(title)) return { code: "invalidRequest", field: "title" };
	const recordingBytes = recording === undefined ? 0 : Buffer.byteLength(JSON.stringify(recording));
	if (recordingBytes > maxRecordingBytes) return { code: "snippetTooLarge", field: "the recording has a cap of 1 MiB" };
	return null;
}

/** By id or alias, also where only a browser runs it. */
function findLanguage(name: string, catalogue: LanguageCatalogue): Language | undefined {
	const wanted = name.toLowerCase();
	return catalogue.find(name)?.language ?? catalogue.languages.find(({ id, aliases }) => id === wanted || aliases.includes(wanted));
}

/** Where nothing runs it now, the version that would. */
function whatRuns(
	{ id }: Language,
	fallback: string,
	{ version: wanted, tier }: SnippetDraft,
	catalogue: LanguageCatalogue,
	status: RunnerStatus | null,
): Pick<SnippetContent, "version" | "imageDigest"> {
	if (status === null || tier === "browser") return { version: fallback, imageDigest: null };
	const choice = chooseTier({ language: id, version: wanted, tier }, catalogue, status);
	if ("code" in choice) return { version: fallback, imageDigest: null };
	const { version } = choice.toolchain.version;
	const image = status.languages.find((it) => it.language === id && it.version === version && it.tier === choice.tier);
	return { version, imageDigest: image?.imageDigest ?? null };
}
