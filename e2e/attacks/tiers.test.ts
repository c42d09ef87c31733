import { attackResources, controlResources } from "./01-resources.ts";
import { attackLimits, attackStreams, controlStreams } from "./07-streams.ts";
import { agentPortrait, attackAgent, canary, controlAgent } from "./14-agent.ts";
import { attackWithDepth, attackWithFrames } from "./15-hostile-frames.ts";
import { attackKernel, controlKernel, kernelPortraitParts } from "./19-kernel.ts";
import { attackLanguages } from "./34-languages.ts";
import { Arena } from "./arena.ts";
import { nodeTest as test } from "./ground.ts";
import { attackLooking, controlLooking, lookingPortraitPart } from "./looking.ts";
import { Portrait } from "./portrait.ts";
import { attackScripts } from "./scripts.ts";
import { chosenTiers, programTiers, scriptTiers } from "./tiers.ts";

/**
 * The attacks by programs, in every tier, on one server: it is started once, and tries its own walls once.
 * SANDGLASS_TEST_TIERS=gvisor,deno runs those alone; --test-name-pattern="ATTACKS.md 9" one row.
 */

const programs = chosenTiers(programTiers);
const scripts = chosenTiers(scriptTiers);
const arena = new Arena({
	tiers: [...new Set(["container" as const, ...programs, ...scripts])],
	env: { SANDGLASS_OUTPUT_BYTES: String(16 * 1_048_576), SANDGLASS_RECONNECT_GRACE_MS: "20000", SANDGLASS_CANARY: canary },
});

for (const tier of programs) {
	const ground = { arena, tier, test };
	const portrait = new Portrait(arena, tier, () => {
		const { parts, files } = agentPortrait();
		return { parts: [...parts, ...kernelPortraitParts, lookingPortraitPart], files };
	});
	attackResources(ground);
	attackStreams(ground);
	attackAgent(ground, portrait);
	attackKernel(ground, portrait);
	attackLooking(ground, portrait);
	attackWithFrames(ground);
	attackLanguages(ground);
}
for (const tier of scripts) {
	const ground = { arena, tier, test };
	attackScripts(ground);
	attackWithFrames(ground);
}
attackLimits(arena, test);
attackWithDepth(arena, test);
controlResources(arena, test);
controlStreams(arena, test);
controlAgent(arena, test);
controlKernel(arena, test);
controlLooking(arena, test);
