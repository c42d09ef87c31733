import { controlResources } from "./01-resources.ts";
import { attackRestReaders } from "./05-rest-flood.ts";
import { attackLimits, controlStreams } from "./07-streams.ts";
import { canary, controlAgent } from "./14-agent.ts";
import { attackWithDepth } from "./15-hostile-frames.ts";
import { controlKernel } from "./19-kernel.ts";
import { Arena } from "./arena.ts";
import { attackProgramTier, attackScriptTier } from "./by-programs.ts";
import { nodeTest as test } from "./ground.ts";
import { controlLooking } from "./looking.ts";
import { attackTierChoice } from "./tier-wishes.ts";
import { chosenTiers, programTiers, scriptTiers } from "./tiers.ts";

/**
 * The attacks by programs, in every tier, on one server: it is started once, and tries its own walls once.
 * SANDGLASS_TEST_TIERS=gvisor,deno runs those alone; --test-name-pattern="ATTACKS.md 9" one row.
 */

const programs = chosenTiers(programTiers);
const scripts = chosenTiers(scriptTiers);
const arena = new Arena({
	tiers: [...new Set(["container" as const, ...programs, ...scripts])],
	env: {
		SANDGLASS_OUTPUT_BYTES: String(16 * 1_048_576),
		SANDGLASS_RECONNECT_GRACE_MS: "20000",
		SANDGLASS_CANARY: canary,
		SANDGLASS_ANONYMOUS_API: "open",
	},
});

for (const tier of programs) attackProgramTier({ arena, tier, test });
for (const tier of scripts) attackScriptTier({ arena, tier, test });
attackRestReaders(arena, test);
attackLimits(arena, test);
attackWithDepth(arena, test);
attackTierChoice(arena, test);
controlResources(arena, test);
controlStreams(arena, test);
controlAgent(arena, test);
controlKernel(arena, test);
controlLooking(arena, test);
