import type { ErrorCode } from "../../protocol/errors.ts";
import { stillBeingSetUp, TierId } from "../../protocol/tiers.ts";
import type { LanguageCatalogue, Toolchain } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";

/**
 * Which version and which tier a request comes to. A tier that the reader named is the only one that will do; without a name it is the
 * first in the operator's order that is offered and runs the language. Nothing is ever taken that is not offered.
 */

export interface TierChoice {
	readonly toolchain: Toolchain;
	readonly tier: Toolchain["tiers"][number];
}

export interface TierProblem {
	readonly code: ErrorCode;
	readonly field?: string;
}

interface Wish {
	readonly language: string;
	readonly version?: string | undefined;
	readonly tier?: string | undefined;
}

export function chooseTier(wish: Wish, catalogue: LanguageCatalogue, status: RunnerStatus): TierChoice | TierProblem {
	const first = catalogue.find(wish.language);
	if (first === undefined) return { code: "unknownLanguage", field: "language" };
	const toolchains = catalogue.toolchains.filter(
		(it) => it.language === first.language && (wish.version === undefined ? !it.isForBrowsers : it.version.version === wish.version),
	);
	if (toolchains.length === 0) return { code: "unknownVersion", field: "version" };
	const isReady = ({ toolchain, tier }: TierChoice): boolean =>
		status.languages.some(
			(it) => it.isReady && it.tier === tier && it.language === toolchain.language.id && it.version === toolchain.version.version,
		);
	const offered = toolchains.flatMap((toolchain) => offeredTiers(toolchain, status).map((tier) => ({ toolchain, tier })));

	if (wish.tier === undefined) {
		const choice = offered.find(isReady) ?? offered[0];
		if (choice === undefined) return { code: withoutAny(toolchains, status) };
		return isReady(choice) ? choice : { code: "imagesMissing" };
	}
	const named = TierId.safeParse(wish.tier);
	if (!named.success) return { code: "unknownTier", field: onOffer(offered) };
	const runsIt = toolchains.some((it) => it.tiers.some((tier) => tier === named.data));
	if (!runsIt) return { code: "tierWithoutLanguage", field: onOffer(offered) };
	const choice = offered.find(({ tier }) => tier === named.data);
	if (choice === undefined) return { code: "tierUnavailable", field: onOffer(offered) };
	return isReady(choice) ? choice : { code: "imagesMissing" };
}

/** In the operator's order. */
export function offeredTiers(toolchain: Toolchain, status: RunnerStatus): Toolchain["tiers"][number][] {
	return status.tiers.filter((it) => it.state === "offered").flatMap(({ tier }) => toolchain.tiers.filter((it) => it === tier));
}

function onOffer(choices: readonly TierChoice[]): string {
	const names = [...new Set(choices.map(({ tier }) => tier))];
	return names.length === 0 ? "none is on offer" : `on offer: ${names.join(", ")}`;
}

function withoutAny(toolchains: readonly Toolchain[], status: RunnerStatus): ErrorCode {
	const ofLanguage = status.tiers.filter(({ tier }) => toolchains.some((it) => it.tiers.some((own) => own === tier)));
	// What this machine cannot have will not come by waiting.
	const isComing = ofLanguage.some(({ state, reason }) => state === "checking" || (state === "missing" && reason === stillBeingSetUp));
	return isComing ? "tiersChecking" : "noTierPassed";
}
