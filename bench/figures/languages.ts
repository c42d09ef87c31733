import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf } from "../bench.ts";
import { barChart } from "../charts/section-bars.ts";
import type { GoalId } from "../goals.ts";
import { interleave } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { benchProgram, nativeProgram } from "../programs.ts";
import type { RatioId } from "../ratios.ts";
import type { Row } from "../results.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { ratioOf } from "../statistics.ts";

/** Every version of every language, compile step and all, beside what a person would type in the same root file system without a sandbox. */

/** Those of a compiler, which have goals of their own. */
const compiledGoals: Readonly<Record<string, RatioId & GoalId>> = {
	c: "compile-c",
	go: "compile-go",
	rust: "compile-rust",
	java: "compile-java",
};

export async function measureLanguages(bench: Bench): Promise<Findings> {
	const effort = bench.isQuick
		? { rounds: 2, takesPerRound: bench.isCi ? 5 : 2, warmUpTakes: 1, pauseMs: 150 }
		: { rounds: 4, takesPerRound: 5, warmUpTakes: 2, pauseMs: 150 };
	const rows: Row[] = [];
	const compiled = new Map<RatioId & GoalId, number>();
	const toolchains = bench.catalogue.toolchains.filter((it) => it.tiers.includes("container"));
	for (const toolchain of bench.isCi ? toolchains.filter(({ language }) => language.id in compiledGoals) : toolchains) {
		const title = `${toolchain.language.name} ${toolchain.version.version}`;
		bench.say(`languages · ${title}`);
		const program = benchProgram(bench.config, toolchain, "pty");
		const native = await NativeSide.open({
			docker: bench.docker,
			image: imageOf(bench, toolchain),
			environment: program.plan.environment,
			workspaceBytes: sandboxLimits(bench.config, toolchain.limits).workspaceBytes,
		});
		try {
			const session = await SessionPlace.open(bench.warm.process.url);
			try {
				const [theirs, ours] = await interleave(
					[
						{ name: "native", take: () => native.measure(nativeProgram(program), "pty") },
						{ name: "socket", take: () => timeStart(session, program) },
					],
					effort,
				);
				if (theirs === undefined || ours === undefined) throw new Error("a side is missing");
				const goal = compiledGoals[toolchain.language.id];
				if (goal !== undefined) compiled.set(goal, ratioOf(ours, theirs).median);
				rows.push({ name: `${title}, native`, unit: "ms", summary: theirs });
				rows.push({ name: `${title}, socket`, unit: "ms", summary: ours, rival: `${title}, native` });
			} finally {
				await session.close();
			}
		} finally {
			await native.close();
		}
	}
	const section = {
		title: 'Every language: Run pressed → first byte of "hello", warm, beside its native run',
		note: "Both sides in a terminal, both in an emptied workspace, compile and run where there are two steps: ours by language.json, the native side's as a person would type them (bench/native/plain-commands.ts). The sandbox has one core and 256 MiB (or what the language asks for); the native side has the whole machine.",
		rows,
	};
	return {
		sections: [section],
		targets: [],
		goals: [...compiled].map(([id, value]) => ({ id, value })),
		ratios: Object.fromEntries(compiled),
		charts: [barChart("languages", section, ({ rival }) => rival !== undefined)],
	};
}
