import { attackResources } from "./01-resources.ts";
import { attackRestFlood } from "./05-rest-flood.ts";
import { attackStreams } from "./07-streams.ts";
import { agentPortrait, attackAgent } from "./14-agent.ts";
import { attackWithFrames } from "./15-hostile-frames.ts";
import { attackKernel, kernelPortraitParts } from "./19-kernel.ts";
import { attackLanguages } from "./34-languages.ts";
import type { Ground } from "./ground.ts";
import { attackLooking, lookingPortraitPart } from "./looking.ts";
import { Portrait } from "./portrait.ts";
import { attackScripts } from "./scripts.ts";
import { attackLifeOfTier } from "./tier-wishes.ts";
import type { ProgramTier, ScriptTier } from "./tiers.ts";

/** All attacks by programs in one tier. */

export function attackProgramTier(ground: Ground<ProgramTier>): void {
	const portrait = new Portrait(ground.arena, ground.tier, () => {
		const { parts, files } = agentPortrait();
		return { parts: [...parts, ...kernelPortraitParts, lookingPortraitPart], files };
	});
	attackResources(ground);
	attackRestFlood(ground);
	attackStreams(ground);
	attackAgent(ground, portrait);
	attackKernel(ground, portrait);
	attackLooking(ground, portrait);
	attackWithFrames(ground);
	attackLanguages(ground);
	attackLifeOfTier(ground);
}

export function attackScriptTier(ground: Ground<ScriptTier>): void {
	attackScripts(ground);
	attackRestFlood(ground);
	attackWithFrames(ground);
	attackLifeOfTier(ground);
}
