import { readFileSync } from "node:fs";
import { z } from "zod";
import { type Bench, type Findings, pythonOf } from "../bench.ts";
import type { Row } from "../results.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { summarise } from "../statistics.ts";

/** What a sandbox that waits costs in memory, and how many can be made in a second. */

const MiB = 1_048_576;

const ContainerStats = z.object({ memory_stats: z.object({ usage: z.number().positive() }) });
const ContainerState = z.object({ State: z.object({ Pid: z.int().positive() }) });

interface IdleCost {
	/** Everything charged to the sandbox's own cgroup: the agent, its page tables, kernel memory, the tmpfs. */
	readonly cgroupBytes: number;
	/** Of the engine's process that minds this one container; null where it cannot be seen from here. */
	readonly shim: { readonly residentBytes: number; readonly proportionalBytes: number } | null;
}

function kibOf(text: string, field: string): number {
	return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1] ?? Number.NaN) * 1_024;
}

/** The shim is the parent of the container's first process. proc(5): the fields of `stat` after the name in brackets. */
function shimOf(pid: number): IdleCost["shim"] {
	try {
		const parent = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1];
		if (!readFileSync(`/proc/${parent}/cmdline`, "utf8").includes("shim")) return null;
		const rollup = readFileSync(`/proc/${parent}/smaps_rollup`, "utf8");
		return { residentBytes: kibOf(rollup, "Rss"), proportionalBytes: kibOf(rollup, "Pss") };
	} catch {
		// An engine in another machine, or one whose processes this user may not look at.
		return null;
	}
}

async function idleCosts({ warm, docker }: Bench): Promise<IdleCost[]> {
	await warm.untilIdle();
	const costs: IdleCost[] = [];
	for (const id of await warm.process.containers()) {
		const container = docker.getContainer(id);
		const stats = ContainerStats.parse(await container.stats({ stream: false, "one-shot": true }));
		const { State } = ContainerState.parse(await container.inspect());
		costs.push({ cgroupBytes: stats.memory_stats.usage, shim: shimOf(State.Pid) });
	}
	return costs;
}

function residentBytesOf(pid: number | undefined): number | null {
	if (pid === undefined) return null;
	return kibOf(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Rss");
}

const perSecond = (count: number, sinceMs: number): number => (count * 1_000) / (performance.now() - sinceMs);

interface ClaimRates {
	readonly made: number;
	readonly lives: number;
}

/** Many claims at once on a server without a pool: each sandbox is made for the one who waits. Then all are given back, which removes them. */
async function claimRates(bench: Bench, count: number): Promise<ClaimRates> {
	const { cold } = bench;
	await cold.untilIdle();
	const startedAt = performance.now();
	const places = Array.from({ length: count }, () => new DoorPlace(cold.socketPath, pythonOf(bench)));
	try {
		await Promise.all(places.map((place) => place.claimed));
		const made = perSecond(count, startedAt);
		await Promise.all(places.map((place) => place.close()));
		await cold.untilIdle();
		return { made, lives: perSecond(count, startedAt) };
	} finally {
		await Promise.all(places.map((place) => place.close()));
	}
}

/** Everything that is warm is taken at once; how fast the pool is full again, behind readers who hold what they took. */
async function refillsPerSecond({ warm, warmPerLanguage, catalogue }: Bench): Promise<number> {
	await warm.untilIdle();
	const wanted = catalogue.toolchains
		.filter((it) => it.tiers.includes("container"))
		.flatMap((toolchain) => Array.from({ length: warmPerLanguage }, () => toolchain));
	const startedAt = performance.now();
	const places = wanted.map((toolchain) => new DoorPlace(warm.socketPath, toolchain));
	try {
		await Promise.all(places.map((place) => place.claimed));
		await warm.untilQuiet();
		return perSecond(wanted.length, startedAt);
	} finally {
		await Promise.all(places.map((place) => place.close()));
		await warm.untilIdle();
	}
}

export async function measureSandboxCost(bench: Bench): Promise<Findings> {
	const costs = await idleCosts(bench);
	const inMiB = (bytes: readonly number[]) => summarise([bytes.map((value) => value / MiB)]);
	const rows: Row[] = [{ name: "an idle sandbox: its own cgroup", unit: "MiB", summary: inMiB(costs.map((cost) => cost.cgroupBytes)) }];
	const shims = costs.flatMap(({ shim }) => (shim === null ? [] : [shim]));
	if (shims.length > 0) {
		rows.push({ name: "its engine process (shim), proportional", unit: "MiB", summary: inMiB(shims.map((it) => it.proportionalBytes)) });
		rows.push({ name: "its engine process (shim), resident", unit: "MiB", summary: inMiB(shims.map((it) => it.residentBytes)) });
	}
	const { gateway, runner } = bench.warm.process.pids();
	for (const [name, pid] of [
		["gateway", gateway],
		["runner", runner],
	] as const) {
		const resident = residentBytesOf(pid);
		if (resident !== null) rows.push({ name: `the ${name}'s process, resident`, unit: "MiB", summary: inMiB([resident]) });
	}
	const rounds = bench.isQuick ? 1 : 4;
	const claims: ClaimRates[] = [];
	const refills: number[] = [];
	for (let round = 0; round < rounds; round++) {
		bench.say(`sandboxes a second · round ${round + 1} of ${rounds}`);
		claims.push(await claimRates(bench, 16));
		refills.push(await refillsPerSecond(bench));
	}
	const perS = (rates: readonly number[]) => summarise(rates.map((rate) => [rate]));
	rows.push({ name: "made for readers who wait, 16 at once", unit: "per s", summary: perS(claims.map(({ made }) => made)) });
	rows.push({ name: "the same, made, handed over and removed", unit: "per s", summary: perS(claims.map(({ lives }) => lives)) });
	rows.push({ name: "made by the refill of an emptied pool", unit: "per s", summary: perS(refills) });
	return {
		sections: [
			{
				title: "What a sandbox costs",
				note: "Memory of those that wait in the pool, told apart: the sandbox's own, and that of the engine's process which minds it (proportional: what is shared is counted in shares). Rates go from the first claim until every sandbox has said that it is ready.",
				rows,
			},
		],
		targets: [],
	};
}
