import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf, pythonOf } from "../bench.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { benchProgram, nativeProgram } from "../programs.ts";
import { DockerRunSide } from "../sides/docker-run.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";

/** The same without a warm sandbox, beside the way that needs none: `docker run`. */

export async function measureColdStart(bench: Bench, dockerHost: string): Promise<Findings> {
	const { warm, cold, config, docker } = bench;
	const toolchain = pythonOf(bench);
	const image = imageOf(bench, toolchain);
	const limits = sandboxLimits(config, toolchain.limits);
	const program = benchProgram(config, toolchain, "pty");
	const [interpreter = "", ...options] = program.plan.run.argv.slice(0, -1);
	const dockerRun = new DockerRunSide(dockerHost, { ...limits, tier: "container", image, label: "bench" }, bench.seccompProfile, [
		interpreter,
		...options,
		"-c",
		program.content,
	]);
	const native = await NativeSide.open({ docker, image, environment: program.plan.environment, workspaceBytes: limits.workspaceBytes });
	try {
		const newSession = async (server: typeof warm): Promise<number> => {
			const session = await SessionPlace.open(server.process.url);
			try {
				return await timeStart(session, program);
			} finally {
				await session.close();
				await server.untilIdle();
			}
		};
		const sides: Side[] = [
			{ name: "native, pipe", take: () => native.measure(nativeProgram(program), "pipes") },
			{ name: "socket, first run, warm sandbox", take: () => newSession(warm) },
			{ name: "socket, first run, no warm sandbox", take: () => newSession(cold) },
			{ name: "`docker run`, same flags", take: () => dockerRun.measure() },
		];
		const effort = bench.isQuick
			? { rounds: 2, takesPerRound: 2, warmUpTakes: 1, pauseMs: 50 }
			: { rounds: 5, takesPerRound: 6, warmUpTakes: 2, pauseMs: 50 };
		const summaries = await interleave(sides, effort);
		return {
			sections: [
				{
					title: `Without a warm sandbox: ${toolchain.language.name} ${toolchain.version.version}, Run pressed → first byte`,
					note: "A server whose pool is empty makes a sandbox for each first run. `docker run` is measured from the spawn of the command, with our limits and hardening; its program comes as an argument, not as a file.",
					rows: sides.flatMap(({ name }, at) => {
						const summary = summaries[at];
						const rival = name.startsWith("socket") ? { rival: "`docker run`, same flags" } : {};
						return summary === undefined ? [] : [{ name, unit: "ms" as const, summary, ...rival }];
					}),
				},
			],
			targets: [],
		};
	} finally {
		await native.close();
		dockerRun.close();
	}
}
