import type { PostureDocument, PostureReport } from "../../protocol/posture.ts";
import { type TierId, type TierStatus, tierIds } from "../../protocol/tiers.ts";
import type { Config } from "../config.ts";
import type { LanguageCatalogue } from "../languages/catalogue.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { noBrowserVersion, runsInBrowser } from "./catalogue-answer.ts";

/** What the lab shows: every isolation as it stands now in the operator's order, and the newest report of each, the baselines' last. */
export function describePosture(options: {
	readonly config: Pick<Config, "tiers">;
	readonly build: string;
	/** null: the runner is down. What was measured before stays true. */
	readonly status: RunnerStatus | null;
	readonly reports: readonly PostureReport[];
	readonly catalogue: Pick<LanguageCatalogue, "languages">;
}): PostureDocument {
	const { config, build, status, reports } = options;
	const hasBrowserVersion = runsInBrowser(options.catalogue);
	const order = [...config.tiers, ...tierIds.filter((tier) => !config.tiers.includes(tier))];
	const isAbout = (report: PostureReport, tier: TierId): boolean => report.subject === tier;
	const ofTiers = order.flatMap((tier) => reports.filter((report) => isAbout(report, tier)));
	const ofBaselines = reports.filter((report) => !ofTiers.includes(report)).sort((a, b) => a.subject.localeCompare(b.subject, "en"));
	return {
		build,
		tiers: order.map((tier) => describeTier(tier, config.tiers.includes(tier), status, hasBrowserVersion)),
		reports: [...ofTiers.map(withoutInternals), ...ofBaselines],
	};
}

/** What kept a posture from being taken may name a place of the server's or the engine's words; the operator has it in the log. */
function withoutInternals(report: PostureReport): PostureReport {
	return report.problem === null ? report : { ...report, problem: "Its walls could not be tried; the server's log says why." };
}

function describeTier(tier: TierId, isEnabled: boolean, status: RunnerStatus | null, hasBrowserVersion: boolean): TierStatus {
	if (!isEnabled) return { tier, state: "disabled", reason: "The operator does not offer it.", checkedAtMs: null };
	if (tier === "browser" && !hasBrowserVersion) return { tier, state: "missing", reason: noBrowserVersion, checkedAtMs: null };
	if (tier === "browser") return { tier, state: "offered", reason: null, checkedAtMs: null };
	const reason = "The part of the server that runs programs is down.";
	return status?.tiers.find((it) => it.tier === tier) ?? { tier, state: "missing", reason, checkedAtMs: null };
}
