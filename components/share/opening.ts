import type { CatalogueLanguage, CatalogueTier } from "../../protocol/catalogue.ts";
import type { Work } from "../storage/work.ts";
import { decodeFragment } from "./fragment.ts";
import { type PickedFile, type Read, readFiles } from "./open-files.ts";
import { openProgram, type SettledProgram, settleProgram } from "./program-draft.ts";

/** What may be opened, from where: read, settled on what the server offers, and said. Pure but for reading the files. */

export interface OpeningGround {
	readonly work: Work;
	readonly languages: readonly CatalogueLanguage[];
	readonly tiers: readonly CatalogueTier[];
}

export type Opened =
	| { readonly kind: "none" }
	| { readonly kind: "refused"; readonly sentence: string }
	| { readonly kind: "opened"; readonly program: SettledProgram; readonly hasKept: boolean; readonly sentence: string };

function settle(read: Read, from: string, { work, languages, tiers }: OpeningGround): Opened {
	if ("problem" in read) return { kind: "refused", sentence: `${read.problem} Nothing was changed.` };
	const program = settleProgram(read.draft, languages, tiers);
	if ("problem" in program) return { kind: "refused", sentence: `${program.problem} Nothing was changed.` };
	const { hasKept } = openProgram(work, program);
	const sentences = [
		`Opened from ${from}. Press Run to run it.`,
		...program.differences,
		...(hasKept ? ["Your earlier program is kept."] : []),
	];
	return { kind: "opened", program, hasKept, sentence: sentences.join(" ") };
}

/** The program in the address's fragment; none when it holds no program. */
export function readFragment(hash: string, ground: OpeningGround): Opened {
	const reading = decodeFragment(hash);
	if (reading.kind === "none") return reading;
	return settle(reading.kind === "draft" ? reading : { problem: reading.sentence }, "the link", ground);
}

export async function readPicked(files: readonly PickedFile[], ground: OpeningGround): Promise<Opened> {
	const read = await readFiles(files, ground.languages, ground.work.languageId);
	return settle(read, files.length === 1 ? "a file" : "files", ground);
}
