import type { AttackResult, Fact } from "../../../protocol/posture.ts";
import type { LimitSettings } from "../limits.ts";
import type { Assessment } from "../tier-board.ts";
import type { AssessedSandbox } from "./assessed-sandbox.ts";

export interface InnerFindings {
	readonly facts: Record<string, Fact>;
	readonly attacks: AttackResult[];
	readonly problems: string[];
}

export async function takeInnerPosture(_: AssessedSandbox, __: Assessment, ___: LimitSettings, ____: InnerFindings): Promise<void> {}
