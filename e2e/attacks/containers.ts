import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { ServerProcess } from "../server-process.ts";
import { type StraightBundle, straightBundle, straightProcesses, straightSandboxes } from "../straight-sandboxes.ts";
import type { SandboxTier } from "./tiers.ts";

/** The live containers of a server, as this machine sees them from outside. */

const Details = z.object({
	Id: z.string(),
	Config: z.object({ Labels: z.record(z.string(), z.string()) }),
	State: z.object({ Running: z.boolean(), Pid: z.number() }),
});

export interface LiveContainer {
	readonly id: string;
	/** The engine's process for it: its process 1, or the monitor that runs it. */
	readonly pid: number;
	/** Every process of this machine that belongs to it. */
	readonly pids: readonly number[];
	/** Made without the engine; null: the engine knows it. */
	readonly bundle: StraightBundle | null;
}

export async function containersOfTier(server: ServerProcess, tier: SandboxTier): Promise<LiveContainer[]> {
	const found: LiveContainer[] = [];
	const straight = straightSandboxes(server.straight);
	for (const id of straight) {
		const bundle = straightBundle(server.straight, id);
		const pids = straightProcesses(server.straight, id);
		const [pid] = pids;
		if (bundle?.annotations["sandglass.tier"] === tier && pid !== undefined) found.push({ id, pid, pids, bundle });
	}
	for (const id of (await server.containers()).filter((it) => !straight.includes(it))) {
		const raw: unknown = await server.engine
			.getContainer(id)
			.inspect()
			// It was given back since the list was made.
			.catch(() => null);
		const details = Details.safeParse(raw);
		if (!details.success || !details.data.State.Running || details.data.Config.Labels["sandglass.tier"] !== tier) continue;
		found.push({ id, pid: details.data.State.Pid, pids: processesOf(id, details.data.State.Pid), bundle: null });
	}
	return found;
}

/** Those whose control group is named for the container, and its first, which may be kept elsewhere. */
function processesOf(id: string, pid: number): number[] {
	const inGroup = readdirSync("/proc").flatMap((name) => {
		if (!/^[0-9]+$/.test(name)) return [];
		try {
			return readFileSync(`/proc/${name}/cgroup`, "utf8").includes(id) ? [Number(name)] : [];
		} catch {
			return [];
		}
	});
	return [...new Set([pid, ...inGroup])];
}
