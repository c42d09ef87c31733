import type { SandboxSpec } from "../../server/runner/drivers/driver.ts";
import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf, pythonOf } from "../bench.ts";
import type { BenchServer } from "../bench-server.ts";
import { barChart } from "../charts/section-bars.ts";
import { withDockerDriver } from "../drivers.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { argumentsOnly, benchProgram, nativeProgram } from "../programs.ts";
import type { Row } from "../results.ts";
import { DockerRunSide } from "../sides/docker-run.ts";
import { DockerodeRunSide } from "../sides/dockerode-run.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";

/** The same without a warm sandbox, beside the ways that have none: `docker run`, and an engine's API called for each run. */

const names = {
	native: "native, pipe",
	warm: "socket, first run, warm sandbox",
	cold: "socket, first run, no warm sandbox",
	dockerDriver: "the same, by the `docker` driver",
	dockerode: "dockerode without a pool, same flags",
	dockerRun: "`docker run`, same flags",
} as const;

export function measureColdStart(bench: Bench): Promise<Findings> {
	return withDockerDriver(bench, 0, (dockerDriver) => measureBeside(bench, dockerDriver));
}

async function measureBeside(bench: Bench, dockerDriver: BenchServer | null): Promise<Findings> {
	const { warm, cold, config, docker } = bench;
	const toolchain = pythonOf(bench);
	const image = imageOf(bench, toolchain);
	const limits = sandboxLimits(config, toolchain.limits);
	const program = benchProgram(config, toolchain, "pty");
	const spec: SandboxSpec = { ...limits, tier: "container", image, label: "bench" };
	const argv = argumentsOnly(program);
	const dockerRun = new DockerRunSide(bench.dockerHost, spec, bench.seccompProfile, argv);
	const dockerode = await DockerodeRunSide.open(docker, spec, bench.seccompProfile, argv);
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
			{ name: names.native, take: () => native.measure(nativeProgram(program), "pipes") },
			{ name: names.warm, take: () => newSession(warm) },
			{ name: names.cold, take: () => newSession(cold) },
			...(dockerDriver === null ? [] : [{ name: names.dockerDriver, take: () => newSession(dockerDriver) }]),
			{ name: names.dockerode, take: () => dockerode.measure() },
			{ name: names.dockerRun, take: () => dockerRun.measure() },
		];
		const effort = bench.isQuick
			? { rounds: 3, takesPerRound: 3, warmUpTakes: 1, pauseMs: 50 }
			: { rounds: 5, takesPerRound: 6, warmUpTakes: 2, pauseMs: 50 };
		const summaries = await interleave(sides, effort);
		const rows: Row[] = sides.flatMap(({ name }, at) => {
			const summary = summaries[at];
			const rival = name === names.native || name === names.dockerRun ? {} : { rival: names.dockerRun };
			return summary === undefined ? [] : [{ name, unit: "ms" as const, summary, ...rival }];
		});
		const medianOf = (name: string): number => rows.find((row) => row.name === name)?.summary.median ?? Number.NaN;
		const section = {
			title: `Without a warm sandbox: ${toolchain.language.name} ${toolchain.version.version}, Run pressed → first byte`,
			note: "A server whose pool is empty makes a sandbox for each first run. `docker run` is measured from the spawn of the command, dockerode from the first call, both with our limits and hardening; their program comes as an argument, not as a file.",
			rows,
		};
		const overDockerRun = medianOf(names.cold) / medianOf(names.dockerRun);
		return {
			sections: [section],
			targets: [],
			goals: [
				{ id: "cold", value: medianOf(names.cold) },
				{ id: "cold-docker-run", value: overDockerRun },
			],
			ratios: { "cold-docker-run": overDockerRun, "cold-dockerode": medianOf(names.cold) / medianOf(names.dockerode) },
			charts: [barChart("cold", section, ({ name }) => name === names.warm || name === names.cold)],
		};
	} finally {
		await native.close();
		dockerRun.close();
		await dockerode.close();
	}
}
