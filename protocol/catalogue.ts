import * as z from "zod/mini";
import { some } from "./schema.ts";
import { TierId, TierState } from "./tiers.ts";

/** `GET /api/v1/languages`: what the page offers. */

const CatalogueExample = z.strictObject({ title: z.string(), fileName: z.string(), content: z.string(), isInteractive: z.boolean() });

export const CatalogueVersion = z.strictObject({
	version: z.string(),
	/** What a picker shows. */
	title: z.string(),
	/** Where it can run at all, the operator's choice first; whether one is offered now, the catalogue's `tiers` say. */
	tiers: z.array(TierId),
	/** An image is there and one of its tiers is offered; for one that a browser runs, always. */
	isReady: z.boolean(),
	/** In place of the language's, where those do not run in this version. */
	examples: z.optional(some(CatalogueExample)),
});
export type CatalogueVersion = z.infer<typeof CatalogueVersion>;

export const CatalogueTier = z.strictObject({
	tier: TierId,
	name: z.string(),
	sentence: z.string(),
	state: TierState,
	reason: z.nullable(z.string()),
});
export type CatalogueTier = z.infer<typeof CatalogueTier>;

export const CatalogueLanguage = z.strictObject({
	id: z.string(),
	name: z.string(),
	monacoId: z.string(),
	aliases: z.array(z.string()),
	fileName: z.string(),
	/** The first is the default. */
	versions: some(CatalogueVersion),
	examples: some(CatalogueExample),
	memoryBytes: z.number(),
	hasCompileStep: z.boolean(),
});
export type CatalogueLanguage = z.infer<typeof CatalogueLanguage>;

export const Catalogue = z.strictObject({
	build: z.string(),
	/** In the operator's order: without a choice of the reader's, the first that is offered and runs the language. Disabled ones are left out. */
	tiers: z.array(CatalogueTier),
	languages: z.array(CatalogueLanguage),
});
export type Catalogue = z.infer<typeof Catalogue>;

export const cataloguePath = "/api/v1/languages";
