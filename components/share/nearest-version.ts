import type { CatalogueLanguage, CatalogueVersion } from "../../protocol/catalogue.ts";

/** The numbers in a version's name, and the words before them: "deno-2.9" is ["deno-", [2, 9]]. */
function partsOf(version: string): { readonly family: string; readonly numbers: readonly number[] } {
	const match = /^(\D*)(\d+(?:\.\d+)*)?/.exec(version);
	return { family: match?.[1] ?? "", numbers: (match?.[2] ?? "").split(".").filter(Boolean).map(Number) };
}

/** How far apart, place by place: the first place that differs weighs most; of two equally far the newer is nearer. */
function compareDistance(wanted: readonly number[], left: readonly number[], right: readonly number[]): number {
	for (let place = 0; place < Math.max(wanted.length, left.length, right.length); place++) {
		const [want = 0, one = 0, other = 0] = [wanted[place], left[place], right[place]];
		const difference = Math.abs(one - want) - Math.abs(other - want);
		if (difference !== 0) return difference;
		if (one !== other) return other - one;
	}
	return 0;
}

export interface FoundVersion {
	readonly version: CatalogueVersion;
	/** False: it is the nearest that there is. */
	readonly isExact: boolean;
}

/**
 * The version that a program was shared with, or the nearest that the server offers: one of the same kind of runtime before another,
 * one that runs in the same isolation before another, then by number.
 */
export function findVersion(language: CatalogueLanguage, wanted: string | undefined, tier: string | undefined): FoundVersion | null {
	const exact = language.versions.find(({ version }) => version === wanted);
	if (exact !== undefined) return { version: exact, isExact: true };
	const [first] = language.versions;
	if (first === undefined) return null;
	if (wanted === undefined) return { version: language.versions.find(({ isReady }) => isReady) ?? first, isExact: true };
	const { family, numbers } = partsOf(wanted);
	const rank = (offered: CatalogueVersion): number => {
		const isSameFamily = partsOf(offered.version).family === family;
		const isSameTier = tier === undefined || offered.tiers.some((it) => it === tier);
		return (isSameFamily ? 0 : 4) + (isSameTier ? 0 : 2) + (offered.isReady ? 0 : 1);
	};
	const [nearest = first] = [...language.versions].sort(
		(left, right) => rank(left) - rank(right) || compareDistance(numbers, partsOf(left.version).numbers, partsOf(right.version).numbers),
	);
	return { version: nearest, isExact: false };
}
