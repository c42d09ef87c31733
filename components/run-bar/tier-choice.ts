import type { CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import type { TierId } from "../../protocol/tiers.ts";

/** Version and isolation belong together: a version runs in some isolations only. What the reader picked last decides, the other follows. */

export interface TierPick {
	readonly version: CatalogueVersion;
	/** What the reader picked; null: the server chooses. */
	readonly tier: TierId | null;
}

const isOffered = (tiers: readonly CatalogueTier[], tier: TierId): boolean =>
	tiers.some((it) => it.tier === tier && it.state === "offered");

/** Every isolation in which some version of the language runs, in the operator's order. */
export function tiersOf(language: CatalogueLanguage, tiers: readonly CatalogueTier[]): readonly CatalogueTier[] {
	return tiers.filter(({ tier }) => language.versions.some((version) => version.tiers.includes(tier)));
}

/** What the server will take when the reader leaves it the choice; null: nothing is offered. It takes a browser only where nothing else runs it. */
export function automaticTier(version: CatalogueVersion, tiers: readonly CatalogueTier[]): CatalogueTier | null {
	const mayBe = (tier: TierId): boolean => version.tiers.includes(tier) && (tier !== "browser" || isBrowserOnly(version));
	return tiers.find(({ tier, state }) => state === "offered" && mayBe(tier)) ?? null;
}

/** A version that no server runs. It is never taken for a reader who did not pick it. */
export const isBrowserOnly = ({ tiers }: CatalogueVersion): boolean => tiers.every((tier) => tier === "browser");

/** How this browser would run the language without its server; null: it cannot. */
export function browserPick(language: CatalogueLanguage, tiers: readonly CatalogueTier[]): TierPick | null {
	const version = language.versions.find(isBrowserOnly);
	return version === undefined || !isOffered(tiers, "browser") ? null : { version, tier: "browser" };
}

/** From what is stored, which may name what is no longer there: the picked version while it exists, else the first that is ready. */
export function settlePick(language: CatalogueLanguage, version: string | undefined, tier: string | undefined): TierPick {
	const { versions } = language;
	const [first] = versions;
	if (first === undefined) throw new Error("a language without a version");
	const chosen = versions.find((it) => it.version === version) ?? versions.find((it) => it.isReady && !isBrowserOnly(it)) ?? first;
	return { version: chosen, tier: chosen.tiers.find((it) => it === tier) ?? null };
}

/** The version stays if it runs in the picked isolation, else the first that does takes its place. */
export function pickTier(language: CatalogueLanguage, current: CatalogueVersion, tier: TierId | null): TierPick {
	if (tier === null || current.tiers.includes(tier)) return { version: current, tier };
	const running = language.versions.filter((it) => it.tiers.includes(tier));
	const version = running.find((it) => it.isReady) ?? running[0] ?? current;
	return { version, tier };
}

/** The isolation stays if the picked version runs in it and it is offered, else the server chooses again. */
export function pickVersion(version: CatalogueVersion, current: TierId | null, tiers: readonly CatalogueTier[]): TierPick {
	const keeps = current !== null && version.tiers.includes(current) && isOffered(tiers, current);
	return { version, tier: keeps ? current : null };
}
