/** The isolations as the attacks see them. */

/** A whole Linux: the attacks are Python programs that make system calls. */
export const programTiers = ["container", "gvisor", "microvm"] as const;
export type ProgramTier = (typeof programTiers)[number];

/** One language and nothing beneath it: the attacks are written in its own terms. */
export const scriptTiers = ["deno", "isolate", "wasm"] as const;
export type ScriptTier = (typeof scriptTiers)[number];

export type SandboxTier = ProgramTier | ScriptTier;

/** Kata is not among them: it is tried wherever an engine lists one, by the posture that it must pass before it is offered. */
export const attackedTiers = [...programTiers, ...scriptTiers, "browser"] as const;
export type AttackedTier = (typeof attackedTiers)[number];

/** All, or those named in SANDGLASS_TEST_TIERS, while somebody works on one of them. */
export function chosenTiers<Tier extends SandboxTier>(tiers: readonly Tier[]): Tier[] {
	const named = process.env.SANDGLASS_TEST_TIERS?.split(",");
	return tiers.filter((tier) => named?.includes(tier) !== false);
}
