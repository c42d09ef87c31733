import * as z from "zod/mini";
import { integer, list, matching, text } from "./schema.ts";
import { TierId } from "./tiers.ts";

/** `GET /api/v1/attack-programs`: attacks as source files that a reader opens in the playground and runs in a tier of their choice. */

export const AttackProgramId = matching(/^[0-9]{2}-[a-z0-9-]{1,40}$/);

export const AttackProgram = z.strictObject({
	/** As in `/?try=<id>&tier=<tier>`. */
	id: AttackProgramId,
	/** Row of the table of attacks (e2e/attacks/README.md). */
	row: integer(1, 99),
	title: text(80, 1),
	/** The catalogue's id. */
	language: text(40),
	/** What the editor calls it. */
	fileName: text(64, 1),
	content: text(16_384),
	/** Where it can be tried: the isolations that run its language. */
	tiers: list(TierId, 16),
});
export type AttackProgram = z.infer<typeof AttackProgram>;

export const AttackPrograms = z.strictObject({ programs: list(AttackProgram, 200) });
export type AttackPrograms = z.infer<typeof AttackPrograms>;

export const attackProgramsPath = "/api/v1/attack-programs";
