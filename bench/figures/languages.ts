import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { benchProgram, nativeProgram } from "../programs.ts";
import type { Row } from "../results.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";

/** Every version of every language, compile step and all, beside what a person would type in the same root file system without a sandbox. */

export async function measureLanguages(bench: Bench): Promise<Findings> {
	const effort = bench.isQuick
		? { rounds: 1, takesPerRound: 3, warmUpTakes: 1, pauseMs: 20 }
		: { rounds: 4, takesPerRound: 5, warmUpTakes: 2, pauseMs: 20 };
	const rows: Row[] = [];
	for (const toolchain of bench.catalogue.toolchains.filter((it) => it.tiers.includes("container"))) {
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
				rows.push({ name: `${title}, native`, unit: "ms", summary: theirs });
				rows.push({ name: `${title}, socket`, unit: "ms", summary: ours, rival: `${title}, native` });
			} finally {
				await session.close();
			}
		} finally {
			await native.close();
		}
	}
	return {
		sections: [
			{
				title: 'Every language: Run pressed → first byte of "hello", warm, beside its native run',
				note: "Both sides in a terminal, both in an emptied workspace, compile and run where there are two steps: ours by language.json, the native side's as a person would type them (bench/native/plain-commands.ts). The sandbox has one core and 256 MiB (or what the language asks for); the native side has the whole machine.",
				rows,
			},
		],
		targets: [],
	};
}
