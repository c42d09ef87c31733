import { type BaselineId, baselineTable } from "../../protocol/baselines.ts";
import type { PostureReport } from "../../protocol/posture.ts";
import { TierId, tierTable } from "../../protocol/tiers.ts";

/** What a report is about: one of the tiers, or a baseline beside them. */
export interface Subject {
	readonly id: string;
	readonly name: string;
	readonly sentence: string;
	/** null: a baseline. */
	readonly tier: TierId | null;
	/** What stands around a baseline and changes the picture; null for a tier. */
	readonly outerWall: string | null;
}

const isBaseline = (id: string): id is BaselineId => Object.hasOwn(baselineTable, id);

/** A baseline of a newer server is shown by its bare name. */
export function subjectOf({ subject: id }: Pick<PostureReport, "subject">): Subject {
	const tier = TierId.safeParse(id);
	if (tier.success) return { id, ...tierTable[tier.data], tier: tier.data, outerWall: null };
	if (isBaseline(id)) return { id, ...baselineTable[id], tier: null };
	return { id, name: id.replace(/^baseline-/, ""), sentence: "A baseline.", tier: null, outerWall: null };
}
