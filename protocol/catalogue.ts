import { z } from "zod";

/** `GET /api/v1/languages`: what the page offers. */

export const CatalogueLanguage = z.strictObject({
	id: z.string(),
	name: z.string(),
	monacoId: z.string(),
	aliases: z.array(z.string()),
	fileName: z.string(),
	/** The first is the default. */
	versions: z.array(z.strictObject({ version: z.string(), isReady: z.boolean() })).min(1),
	examples: z.array(z.strictObject({ title: z.string(), fileName: z.string(), content: z.string(), isInteractive: z.boolean() })).min(1),
	memoryBytes: z.number(),
	hasCompileStep: z.boolean(),
});
export type CatalogueLanguage = z.infer<typeof CatalogueLanguage>;

export const Catalogue = z.strictObject({ build: z.string(), languages: z.array(CatalogueLanguage) });
export type Catalogue = z.infer<typeof Catalogue>;

export const cataloguePath = "/api/v1/languages";
