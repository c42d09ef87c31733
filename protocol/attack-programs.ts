import { z } from "zod";
import { TierId } from "./tiers.ts";

/** `GET /api/v1/attack-programs`: attacks as source files that a reader opens in the playground and runs in a tier of their choice. */

export const AttackProgramId = z.string().regex(/^[0-9]{2}-[a-z0-9-]{1,40}$/);

export const AttackProgram = z.strictObject({
	/** As in `/?try=<id>&tier=<tier>`. */
	id: AttackProgramId,
	/** Row of the table of attacks (e2e/attacks/README.md). */
	row: z.int().min(1).max(99),
	title: z.string().min(1).max(80),
	/** The catalogue's id. */
	language: z.string().max(40),
	/** What the editor calls it. */
	fileName: z.string().min(1).max(64),
	content: z.string().max(16_384),
	/** Where it can be tried: the isolations that run its language. */
	tiers: z.array(TierId).max(16),
});
export type AttackProgram = z.infer<typeof AttackProgram>;

export const AttackPrograms = z.strictObject({ programs: z.array(AttackProgram).max(200) });
export type AttackPrograms = z.infer<typeof AttackPrograms>;

export const attackProgramsPath = "/api/v1/attack-programs";
