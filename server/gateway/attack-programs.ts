import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { AttackProgram, AttackPrograms } from "../../protocol/attack-programs.ts";
import { TierId, tierIds } from "../../protocol/tiers.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";

/** The programs of `sandbox-images/posture/programs`, which a reader of the lab opens in the editor. Read once, at start. */

const Index = z.array(
	z.strictObject({
		id: AttackProgram.shape.id,
		row: AttackProgram.shape.row,
		title: AttackProgram.shape.title,
		language: AttackProgram.shape.language,
		file: z.string().regex(/^[a-z0-9-]{1,60}\.[a-z]{1,4}$/),
		/** Where the attempt makes sense, when that is not everywhere that its language runs. */
		tiers: z.array(TierId).min(1).optional(),
	}),
);

/**
 * @param folder sandbox-images
 * @throws Error for an index or a program that cannot be read; z.ZodError for an entry that is wrong.
 */
export async function readAttackPrograms(folder: string, catalogue: Pick<LanguageCatalogue, "languages">): Promise<AttackPrograms> {
	const programsDir = join(folder, "posture", "programs");
	const index = Index.parse(JSON.parse(await readFile(join(programsDir, "index.json"), "utf8")));
	const programs = index.map(async ({ file, tiers, ...entry }) => {
		const language = catalogue.languages.find(({ id }) => id === entry.language);
		if (language === undefined) return null;
		const runsIn = tierIds.filter((tier) => language.versions.some((version) => version.tiers.includes(tier)));
		return {
			...entry,
			fileName: language.fileName,
			content: await readFile(join(programsDir, file), "utf8"),
			tiers: runsIn.filter((tier) => tiers?.includes(tier) ?? true),
		};
	});
	return AttackPrograms.parse({ programs: (await Promise.all(programs)).filter((program) => program !== null) });
}
