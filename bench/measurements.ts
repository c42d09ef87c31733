import type { Bench, Findings } from "./bench.ts";
import { measureCheck } from "./figures/check.ts";
import { measureColdStart } from "./figures/cold-start.ts";
import { measureEmbed } from "./figures/embed.ts";
import { measureIdleMemory } from "./figures/idle-memory.ts";
import { measureLanguages } from "./figures/languages.ts";
import { measureLiveSessions } from "./figures/live-sessions.ts";
import { measureOneShot } from "./figures/one-shot.ts";
import { measureOneShotRate } from "./figures/one-shot-rate.ts";
import { measurePage } from "./figures/page.ts";
import { measurePythonStart } from "./figures/python-start.ts";
import { measureSandboxCost } from "./figures/sandbox-cost.ts";
import { measureTierWorkloads } from "./figures/tier-workloads.ts";
import { measureTiers } from "./figures/tiers.ts";
import { measureTyping } from "./figures/typing.ts";
import { measureTypingCost } from "./figures/typing-cost.ts";
import type { Part } from "./options.ts";

/** What measures each part. A new figure is a file in figures/, a word in options.ts and a line here. */
export const measurements: Readonly<Record<Part, (bench: Bench) => Promise<Findings>>> = {
	python: measurePythonStart,
	cold: measureColdStart,
	languages: measureLanguages,
	typing: measureTyping,
	keys: measureTypingCost,
	memory: measureIdleMemory,
	rate: measureOneShotRate,
	sessions: measureLiveSessions,
	sandboxes: measureSandboxCost,
	tiers: measureTiers,
	workloads: measureTierWorkloads,
	page: measurePage,
	embed: measureEmbed,
	http: measureOneShot,
	check: measureCheck,
};
