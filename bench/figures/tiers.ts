import type { ServerTierId } from "../../protocol/tiers.ts";
import { tierTable } from "../../protocol/tiers.ts";
import type { Toolchain } from "../../server/languages/catalogue.ts";
import { sandboxLimits } from "../../server/runner/limits.ts";
import type { Bench, Findings } from "../bench.ts";
import { imageOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { type BenchProgram, benchProgram, nativeProgram } from "../programs.ts";
import type { Row, Section } from "../results.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { timeStart } from "../sides/place.ts";
import { ratioOf, summarise } from "../statistics.ts";

/** Every isolation beside the same program without any: how soon a warm one answers, how soon a new one, and what an idle one holds. */

const MiB = 1_048_576;

/** A language's version in each tier that runs it and passed, the first version that does. */
function seatsOf({ catalogue, offeredTiers }: Bench, language: string): { readonly tier: ServerTierId; readonly toolchain: Toolchain }[] {
	return offeredTiers.flatMap((tier) => {
		const toolchain = catalogue.find(language, undefined, tier);
		return toolchain === undefined ? [] : [{ tier, toolchain }];
	});
}

const languages = ["python", "javascript", "c"] as const;

async function withNative<T>(bench: Bench, program: BenchProgram, use: (native: NativeSide) => Promise<T>): Promise<T> {
	const native = await NativeSide.open({
		docker: bench.docker,
		image: imageOf(bench, program.toolchain),
		environment: program.plan.environment,
		workspaceBytes: sandboxLimits(bench.config, program.toolchain.limits).workspaceBytes,
	});
	try {
		return await use(native);
	} finally {
		await native.close();
	}
}

async function measureWarm(bench: Bench, language: string): Promise<{ readonly rows: Row[]; readonly containerRatio: number | null }> {
	const seats = seatsOf(bench, language);
	const plain = seats.find(({ tier }) => tier === "container") ?? seats[0];
	if (plain === undefined) return { rows: [], containerRatio: null };
	const program = benchProgram(bench.config, plain.toolchain, "pty");
	const places: DoorPlace[] = [];
	try {
		return await withNative(bench, program, async (native) => {
			const sides: Side[] = [
				{ name: `${plain.toolchain.language.name}, native`, take: () => native.measure(nativeProgram(program), "pty") },
			];
			for (const { tier, toolchain } of seats) {
				const place = new DoorPlace(bench.warm.socketPath, toolchain, tier);
				places.push(place);
				await place.claimed;
				const own = benchProgram(bench.config, toolchain, "pty");
				const title = toolchain.version.title ?? toolchain.version.version;
				sides.push({ name: `${toolchain.language.name} ${title}, ${tierTable[tier].name}`, take: () => timeStart(place, own) });
			}
			const effort = bench.isQuick
				? { rounds: 1, takesPerRound: 3, warmUpTakes: 1, pauseMs: 150 }
				: { rounds: 4, takesPerRound: 8, warmUpTakes: 2, pauseMs: 150 };
			const summaries = await interleave(sides, effort);
			const rows = sides.flatMap(({ name }, at): Row[] => {
				const summary = summaries[at];
				if (summary === undefined) return [];
				return [{ name, unit: "ms", summary, ...(at === 0 ? {} : { rival: sides[0]?.name ?? "" }) }];
			});
			const at = 1 + seats.indexOf(plain);
			const [theirs, ours] = [summaries[0], summaries[at]];
			return { rows, containerRatio: theirs === undefined || ours === undefined ? null : ratioOf(ours, theirs).median };
		});
	} finally {
		await Promise.all(places.map((place) => place.close()));
	}
}

/** From the claim of a sandbox that has to be made until the program's first byte. */
async function measureCold(bench: Bench): Promise<Row[]> {
	const sides: Side[] = bench.offeredTiers.flatMap((tier) => {
		const seat = languages.flatMap((language) => seatsOf(bench, language)).find((it) => it.tier === tier);
		if (seat === undefined) return [];
		const program = benchProgram(bench.config, seat.toolchain, "pty");
		const take = async (): Promise<number> => {
			const startedAt = performance.now();
			const place = new DoorPlace(bench.cold.socketPath, seat.toolchain, tier);
			try {
				await place.claimed;
				await timeStart(place, program);
				return performance.now() - startedAt;
			} finally {
				await place.close();
				await bench.cold.untilIdle();
			}
		};
		return [{ name: `${tierTable[tier].name} (${seat.toolchain.language.name})`, take }];
	});
	const effort = bench.isQuick
		? { rounds: 1, takesPerRound: 2, warmUpTakes: 1, pauseMs: 50 }
		: { rounds: 4, takesPerRound: 4, warmUpTakes: 1, pauseMs: 50 };
	const summaries = await interleave(sides, effort);
	return sides.flatMap(({ name }, at) => {
		const summary = summaries[at];
		return summary === undefined ? [] : [{ name, unit: "ms" as const, summary }];
	});
}

/** As each tier's own posture measured it when the server started. */
function idleMemory(bench: Bench): Row[] {
	return bench.warm.postures().flatMap(({ subject, figures }) => {
		if (figures.idleMemoryBytes === null) return [];
		return [{ name: subject, unit: "MiB" as const, summary: summarise([[figures.idleMemoryBytes / MiB]]) }];
	});
}

export async function measureTiers(bench: Bench): Promise<Findings> {
	await bench.warm.untilQuiet();
	const sections: Section[] = [];
	const rows: Row[] = [];
	let ratio: number | null = null;
	for (const language of languages) {
		bench.say(`tiers · warm · ${language}`);
		const measured = await measureWarm(bench, language);
		rows.push(...measured.rows);
		if (language === "python") ratio = measured.containerRatio;
	}
	sections.push({
		title: 'Every isolation: Run → first byte of "hello" at the runner\'s door, warm',
		note: "The same sandbox serves one run after another, each in an emptied workspace, compile step included. Native is the language's own image without any sandbox, on the whole machine.",
		rows,
	});
	bench.say("tiers · cold");
	sections.push({
		title: "Every isolation: from the claim of a sandbox that has to be made, to the end of a first program",
		note: "At a server without warm sandboxes. The language is the first of Python, JavaScript and C that runs there.",
		rows: await measureCold(bench),
	});
	sections.push({
		title: "Every isolation: memory of an idle sandbox",
		note: "What the machine charges to the sandbox's own cgroup; pages that several share are charged to the first.",
		rows: idleMemory(bench),
	});
	return {
		sections,
		targets:
			ratio === null ? [] : [{ name: "Python, container, warm: Run → first byte over native, p50", value: ratio, atMost: 1.5, unit: "×" }],
	};
}
