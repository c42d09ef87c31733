import { type Bench, type Findings, pythonOf } from "../bench.ts";
import { memoryOf } from "../host/processes.ts";
import type { Row } from "../results.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { summarise } from "../statistics.ts";

/** What gateway and runner hold, and how many sandboxes can be made in a second. */

const MiB = 1_048_576;

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
	await bench.warm.untilIdle();
	const { gateway, runner } = bench.warm.process.pids();
	const rows = Object.entries({ gateway, runner }).flatMap(([name, pid]): Row[] =>
		pid === undefined
			? []
			: [{ name: `the ${name}'s process, resident`, unit: "MiB", summary: summarise([[memoryOf(pid).residentBytes / MiB]]) }],
	);
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
				title: "Sandboxes a second",
				note: "Rates go from the first claim until every sandbox has said that it is ready.",
				rows,
			},
		],
		targets: [],
	};
}
