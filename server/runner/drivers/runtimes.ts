import type Docker from "dockerode";
import { z } from "zod";
import type { TierId } from "../../../protocol/tiers.ts";
import { DockerDriver } from "./docker.ts";
import { type TierRuntimes, tierShapes } from "./shapes.ts";
import { type TrialVerdict, trialSpec, tryTier } from "./trial.ts";
import { ensureTrialImage, trialImage } from "./trial-image.ts";

/**
 * Which OCI runtime is behind each tier, found by asking the engine: it must list the runtime, and a trial container, made exactly as the
 * tier's sandboxes are, must start under it in time with our system-call filter in force. Whether the tier then holds is for its posture.
 */

export interface RuntimeFindings {
	readonly runtimes: TierRuntimes;
	/** For each tier that has none: a sentence for readers, without names of paths or the engine's words. */
	readonly lacking: Readonly<Partial<Record<"gvisor" | "kata", string>>>;
	/** For the operator's log: what was tried and did not work. */
	readonly notes: readonly string[];
}

export interface RuntimeSearch {
	readonly docker: Docker;
	readonly instance: string;
	readonly seccompProfile: string;
	readonly kataRuntime: string;
	/** Others are not tried. */
	readonly tiers: readonly TierId[];
	/** Default: `trialLimitMs`. */
	readonly limitMs?: number;
}

const crunRuntime = "crun";
const gvisorRuntime = "runsc";
/** A virtual machine behind a runtime may need most of it; a platform of gVisor that hangs must not hold the start. */
const trialLimitMs = 10_000;
const infoTimeoutMs = 10_000;

const EngineInfo = z.object({
	Runtimes: z.record(z.string(), z.unknown()),
	Architecture: z.string(),
	SecurityOptions: z.array(z.string()).default([]),
});

type Verdict = { readonly kind: "unlisted" | "remapped" } | TrialVerdict;

function sentenceFor(verdict: Verdict, what: string): string {
	const engine = "This machine's container engine";
	if (verdict.kind === "unlisted") return `${engine} does not list ${what}.`;
	if (verdict.kind === "remapped") return `${engine} gives containers a user namespace, in which ${what} cannot have its files.`;
	if (verdict.kind === "unfiltered") return `${engine} runs ${what} without the container's system-call filter (gVisor: --oci-seccomp).`;
	return `${engine} lists ${what} and could not start anything with it.`;
}

/** For an engine that cannot be asked: every runtime is taken to be there, and a tier without one fails its posture. */
export function assumedRuntimes(kataRuntime: string): RuntimeFindings {
	return {
		runtimes: { container: { name: undefined }, gvisor: { name: gvisorRuntime }, kata: { name: kataRuntime } },
		lacking: {},
		notes: [],
	};
}

/** Rejects only when the engine does not answer. */
export async function findRuntimes(search: RuntimeSearch): Promise<RuntimeFindings> {
	const { docker, kataRuntime, limitMs = trialLimitMs } = search;
	const calls: { info(options: { abortSignal: AbortSignal }): Promise<unknown> } = docker;
	const info = EngineInfo.parse(await calls.info({ abortSignal: AbortSignal.timeout(infoTimeoutMs) }));
	const isRemapped = info.SecurityOptions.some((option) => option.includes("name=userns"));
	const isListed = (name: string): boolean => name in info.Runtimes;
	const candidates = {
		container: { name: crunRuntime },
		gvisor: { name: gvisorRuntime },
		kata: { name: kataRuntime },
	};
	const driver = new DockerDriver(docker, `${search.instance}-trial`, tierShapes(search.seccompProfile, candidates));
	const notes: string[] = [];
	// Not waited for: what hung in an earlier trial hangs its removal too.
	driver.reap().catch((error: unknown) => notes.push(`an earlier trial could not be removed: ${error}`));
	const canTry = await ensureTrialImage(docker, info.Architecture);
	const judge = async (tier: "container" | "gvisor" | "kata"): Promise<Verdict> => {
		const { name } = candidates[tier];
		if (!isListed(name) || (tier !== "container" && !search.tiers.includes(tier))) return { kind: "unlisted" };
		// Its tmpfs volumes belong to ids of the host (gvisor-container.ts), which nobody in a remapped container has.
		if (tier === "gvisor" && isRemapped) return { kind: "remapped" };
		const verdict: Verdict = canTry ? await tryTier(driver, trialSpec(tier, trialImage), limitMs) : { kind: "works" };
		if ("note" in verdict) notes.push(`${name}: ${verdict.note}`.slice(0, 500));
		return verdict;
	};
	const [crun, gvisor, kata] = await Promise.all([judge("container"), judge("gvisor"), judge("kata")]);
	return {
		runtimes: {
			container: { name: crun.kind === "works" ? crunRuntime : undefined },
			...(gvisor.kind === "works" ? { gvisor: candidates.gvisor } : {}),
			...(kata.kind === "works" ? { kata: candidates.kata } : {}),
		},
		lacking: {
			...(gvisor.kind === "works" ? {} : { gvisor: sentenceFor(gvisor, "gVisor (runsc)") }),
			...(kata.kind === "works" ? {} : { kata: sentenceFor(kata, "a runtime of virtual machines (Kata)") }),
		},
		notes,
	};
}
