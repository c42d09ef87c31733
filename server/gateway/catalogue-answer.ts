import type { Catalogue, CatalogueLanguage, CatalogueTier, CatalogueVersion } from "../../protocol/catalogue.ts";
import { moduleTier } from "../../protocol/modules.ts";
import { type TierId, tierTable } from "../../protocol/tiers.ts";
import type { Config } from "../config.ts";
import type { Language, LanguageCatalogue, LoadedExample, LoadedVersion } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";

/** What the page offers: the languages with their versions, and the isolations as they stand now. */

export function describeCatalogue(options: {
	readonly config: Config;
	readonly catalogue: LanguageCatalogue;
	readonly build: string;
	readonly status: RunnerStatus | null;
}): Catalogue {
	const { config, catalogue, build, status } = options;
	const tiers = config.tiers.map((tier) => describeTier(tier, status, runsInBrowser(catalogue)));
	const offered = tiers.filter((it) => it.state === "offered").map((it) => it.tier);
	const describeVersion = (language: Language, version: LoadedVersion): CatalogueVersion => ({
		version: version.version,
		title: version.title ?? version.version,
		tiers: config.tiers.filter((tier) => version.tiers.includes(tier) && (tier !== "browser" || isCompiledFor(version, config))),
		isReady: version.tiers.some((tier) => offered.includes(tier) && isAtHand(language, version, tier, status)),
		...(version.examples === language.examples ? {} : { examples: version.examples.map(describeExample) }),
	});
	const describeLanguage = (language: Language): CatalogueLanguage => ({
		id: language.id,
		name: language.name,
		monacoId: language.monacoId,
		aliases: [...language.aliases],
		fileName: language.fileName,
		versions: language.versions.map((version) => describeVersion(language, version)).filter((it) => it.tiers.length > 0),
		examples: language.examples.map(describeExample),
		memoryBytes: Math.min(language.limits.memoryBytes ?? config.memoryBytes, config.maxMemoryBytes),
		hasCompileStep: catalogue.toolchains.some((it) => it.language === language && it.compile !== undefined),
	});
	return { build, tiers, languages: catalogue.languages.map(describeLanguage).filter((it) => it.versions.length > 0) };
}

/** A browser runs it from its source, or one of the isolations that are allowed here compiles it first. */
const isCompiledFor = ({ printModule }: LoadedVersion, { tiers }: Config): boolean =>
	printModule === undefined || tiers.includes(moduleTier);

/** Some version of some language is made for a reader's own browser. */
export const runsInBrowser = ({ languages }: Pick<LanguageCatalogue, "languages">): boolean =>
	languages.some(({ versions }) => versions.some(({ tiers }) => tiers.includes("browser")));

export const noBrowserVersion = "No language of this server has a version for it.";

function describeTier(tier: TierId, status: RunnerStatus | null, hasBrowserVersion: boolean): CatalogueTier {
	const { name, sentence } = tierTable[tier];
	if (tier === "browser" && !hasBrowserVersion) return { tier, name, sentence, state: "missing", reason: noBrowserVersion };
	if (tier === "browser") return { tier, name, sentence, state: "offered", reason: null };
	const found = status?.tiers.find((it) => it.tier === tier);
	if (found === undefined) return { tier, name, sentence, state: "missing", reason: "The part of the server that runs programs is down." };
	return { tier, name, sentence, state: found.state, reason: found.reason };
}

/** What a server compiles for a browser is at hand where the server could run it itself. */
function isAtHand(language: Language, version: LoadedVersion, tier: TierId, status: RunnerStatus | null): boolean {
	if (tier === "browser") return version.printModule === undefined;
	return (
		status?.languages.some((it) => it.isReady && it.tier === tier && it.language === language.id && it.version === version.version) ?? false
	);
}

const describeExample = ({ file, title, content, isInteractive }: LoadedExample) => ({ title, fileName: file, content, isInteractive });
