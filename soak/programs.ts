import { Health, healthPath } from "../protocol/api.ts";
import { Catalogue, cataloguePath } from "../protocol/catalogue.ts";

/** The programs that people run: the catalogue's own examples that ask for a name, in every version and tier that is offered. */

export interface Program {
	readonly language: string;
	readonly version: string;
	readonly tier: string;
	readonly files: { name: string; content: string }[];
}

export interface Programs {
	/** Prints the prompt, reads a line, and answers with it. */
	readonly asking: readonly Program[];
	/** Where Python runs on a whole Linux: what attacks are written in. `files` is for the attack to fill. */
	readonly hostile: readonly Omit<Program, "files">[];
	readonly tiers: readonly string[];
	/** Tiers that were asked for and that this machine cannot have, each with the server's reason. */
	readonly missing: readonly string[];
	/** Tiers whose walls did not hold, or could not be tried. */
	readonly failed: readonly string[];
}

/** What all those examples say before they read. */
export const prompt = "What is your name?";
/** For what the gateway knows by itself. */
const answerTimeoutMs = 10_000;
const wholeLinux = new Set(["container", "gvisor", "microvm"]);

export async function readCatalogue(url: string): Promise<Catalogue> {
	return Catalogue.parse(await (await fetch(new URL(cataloguePath, url), { signal: AbortSignal.timeout(answerTimeoutMs) })).json());
}

export async function readHealth(url: string): Promise<Health> {
	return Health.parse(await (await fetch(new URL(healthPath, url), { signal: AbortSignal.timeout(answerTimeoutMs) })).json());
}

export const offeredTiers = ({ tiers }: Catalogue): string[] =>
	tiers.flatMap(({ tier, state }) => (state === "offered" && tier !== "browser" ? [tier] : []));

/** Of versions whose tiers are all withheld nothing is to be expected. */
export const isAllReady = (catalogue: Catalogue): boolean => {
	const offered = offeredTiers(catalogue);
	return catalogue.languages.every(({ versions }) =>
		versions.every(({ tiers, isReady }) => isReady || !tiers.some((tier) => offered.includes(tier))),
	);
};

export function programsOf(catalogue: Catalogue, { pool }: Health): Programs {
	const tiers = offeredTiers(catalogue);
	const hasImage = (language: string, version: string, tier: string): boolean =>
		pool.some((it) => it.isReady && it.language === language && it.version === version && it.tier === tier);
	const places = catalogue.languages.flatMap((language) =>
		language.versions.flatMap((version) =>
			version.tiers
				.filter((tier) => tiers.includes(tier) && hasImage(language.id, version.version, tier))
				.map((tier) => ({
					place: { language: language.id, version: version.version, tier },
					examples: version.examples ?? language.examples,
				})),
		),
	);
	const asking = places.flatMap(({ place, examples }) => {
		const example = examples.find(({ isInteractive, content }) => isInteractive && content.includes(prompt));
		return example === undefined ? [] : [{ ...place, files: [{ name: example.fileName, content: example.content }] }];
	});
	const hostile = places.map(({ place }) => place).filter(({ language, tier }) => language === "python" && wholeLinux.has(tier));
	const withheld = (state: "missing" | "failed"): string[] =>
		catalogue.tiers.filter((it) => it.state === state).map(({ tier, reason }) => `${tier}: ${reason}`);
	return { asking, hostile, tiers, missing: withheld("missing"), failed: withheld("failed") };
}
