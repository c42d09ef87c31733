import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import type { EmbedOptions } from "../../protocol/embed.ts";
import { isBrowserOnly } from "../run-bar/tier-choice.ts";

export function findLanguage(languages: readonly CatalogueLanguage[], name: string): CatalogueLanguage | null {
	const wanted = name.toLowerCase();
	return languages.find(({ id }) => id === wanted) ?? languages.find(({ aliases }) => aliases.includes(wanted)) ?? null;
}

/** Completes what the author left open: an isolation has its own versions, and some versions have only this browser. */
export function completeChoice(
	language: CatalogueLanguage | null,
	{ version, tier }: Pick<EmbedOptions, "version" | "tier">,
): { readonly version?: string | undefined; readonly tier?: string | undefined } {
	if (language === null) return { version, tier };
	if (version !== undefined) {
		const named = language.versions.find((it) => it.version === version);
		return { version, tier: tier ?? (named !== undefined && isBrowserOnly(named) ? "browser" : undefined) };
	}
	const running = tier === undefined ? undefined : language.versions.find((it) => it.tiers.some((its) => its === tier));
	return { version: running?.version, tier };
}
