import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { joinCells } from "../../protocol/cell-joining.ts";
import { wholeCode } from "../../protocol/cells.ts";
import type { EmbedOptions } from "../../protocol/embed.ts";
import type { SnippetDraftInput } from "../../protocol/snippets.ts";
import type { ProgramRequest } from "../session/session-client.ts";

/** From what the author said and the reader wrote to what runs. Pure. */

export interface Draft {
	readonly options: EmbedOptions;
	/** As the reader has them now, in the options' order. */
	readonly contents: readonly string[];
	/** Codes of the cells above, in the order in which they run. */
	readonly context: readonly string[];
}

export interface RunPlan {
	readonly request: ProgramRequest;
	/** What the cells above print comes first, up to a mark (protocol/cell-joining.ts). */
	readonly isMarked: boolean;
}

/** `language`: null while the server has not said what it offers. A file that the author did not name gets the language's own name. */
function filesOf(
	{ options, contents, context }: Draft,
	language: CatalogueLanguage | null,
): { files: RunPlan["request"]["files"]; isMarked: boolean } {
	const own = wholeCode({ before: options.hiddenBefore, shown: contents[0] ?? "", after: options.hiddenAfter });
	const { code, isMarked } = joinCells(language?.id ?? options.language, context, own);
	const files = options.files.map(({ name }, at) => ({
		name: name === "" && at === 0 ? (language?.fileName ?? "main") : name,
		content: at === 0 ? code : (contents[at] ?? ""),
	}));
	return { files, isMarked };
}

export function planRun(
	draft: Draft,
	language: CatalogueLanguage | null,
	pick: { version?: string | undefined; tier?: string | undefined },
): RunPlan {
	const { options } = draft;
	const { files, isMarked } = filesOf(draft, language);
	const version = pick.version ?? options.version;
	const tier = pick.tier ?? options.tier;
	return {
		isMarked,
		request: {
			language: language?.id ?? options.language,
			...(version === undefined ? {} : { version }),
			...(tier === undefined ? {} : { tier }),
			files,
			entry: files[0]?.name,
			arguments: options.arguments,
		},
	};
}

/** The whole program, hidden code and all, for the playground. */
export function shareDraft(draft: Draft, language: CatalogueLanguage | null): SnippetDraftInput {
	const { options } = draft;
	const { files } = filesOf({ ...draft, context: [] }, language);
	const above = draft.context.map((code) => code.replace(/\n*$/, "\n")).join("");
	return {
		title: options.title,
		language: language?.id ?? options.language,
		...(options.version === undefined ? {} : { version: options.version }),
		...(options.tier === undefined ? {} : { tier: options.tier }),
		files: files.map((file, at) => (at === 0 ? { ...file, content: above + file.content } : file)),
		arguments: options.arguments,
		stdin: options.stdin,
	};
}
