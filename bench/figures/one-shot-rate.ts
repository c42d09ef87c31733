import { ApiRunResult, runPath } from "../../protocol/api.ts";
import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, type Findings, imageOf, pythonOf } from "../bench.ts";
import type { BenchServer } from "../bench-server.ts";
import { barChart } from "../charts/section-bars.ts";
import { withDockerDriver } from "../drivers.ts";
import { interleave, type Side } from "../interleave.ts";
import { argumentsOnly, benchProgram } from "../programs.ts";
import type { Row } from "../results.ts";
import { DockerRunSide } from "../sides/docker-run.ts";
import { DockerodeRunSide } from "../sides/dockerode-run.ts";

/** Whole one-shot runs a second, each in a sandbox of its own that is made and removed for it, eight clients at once. */

const clients = 8;

const names = {
	ours: `POST ${runPath}`,
	dockerDriver: "the same, by the `docker` driver",
	dockerode: "dockerode without a pool, same flags",
	dockerRun: "`docker run`, same flags",
} as const;

/** Each client asks again as soon as it was answered. The clock stops when all is as it was before: what was taken ready is made again, what was used is gone. */
async function ratePerSecond(forMs: number, run: () => Promise<unknown>, untilAsBefore: () => Promise<void>): Promise<number> {
	await untilAsBefore();
	const startedAt = performance.now();
	let runs = 0;
	const client = async (): Promise<void> => {
		while (performance.now() - startedAt < forMs) {
			await run();
			runs++;
		}
	};
	await Promise.all(Array.from({ length: clients }, client));
	await untilAsBefore();
	return (runs * 1_000) / (performance.now() - startedAt);
}

export function measureOneShotRate(bench: Bench): Promise<Findings> {
	return withDockerDriver(bench, bench.warmPerLanguage, (dockerDriver) => measureBeside(bench, dockerDriver));
}

async function measureBeside(bench: Bench, dockerDriver: BenchServer | null): Promise<Findings> {
	const { config, isQuick } = bench;
	const toolchain = pythonOf(bench);
	const program = benchProgram(config, toolchain, "pipes");
	const limits = sandboxLimits(config, toolchain.limits);
	const spec = { ...limits, tier: "container" as const, image: imageOf(bench, toolchain), label: "bench" };
	const argv = argumentsOnly(program);
	const dockerRun = new DockerRunSide(bench.dockerHost, spec, bench.seccompProfile, argv);
	const dockerode = await DockerodeRunSide.open(bench.docker, spec, bench.seccompProfile, argv);
	const files = [{ name: program.fileName, content: program.content }];
	const body = JSON.stringify({ language: "python", version: toolchain.version.version, tier: "container", files });

	async function ask(server: BenchServer): Promise<void> {
		const response = await fetch(server.process.url + runPath, { method: "POST", headers: { "Content-Type": "application/json" }, body });
		const answer: unknown = await response.json();
		if (!response.ok) throw new Error(`a run was answered by ${response.status}: ${JSON.stringify(answer).slice(0, 300)}`);
		if (ApiRunResult.parse(answer).program?.stdout !== "hello\n") throw new Error("the program did not say hello");
	}
	const forMs = isQuick ? 4_000 : 8_000;
	const ofServer = (server: BenchServer) => () => ratePerSecond(forMs, () => ask(server), server.untilIdle);
	const ofRival = (run: () => Promise<unknown>) => () => ratePerSecond(forMs, run, async () => undefined);
	const sides: Side[] = [
		{ name: names.ours, take: ofServer(bench.warm) },
		...(dockerDriver === null ? [] : [{ name: names.dockerDriver, take: ofServer(dockerDriver) }]),
		{ name: names.dockerode, take: ofRival(() => dockerode.measure()) },
		{ name: names.dockerRun, take: ofRival(() => dockerRun.measure()) },
	];
	try {
		const summaries = await interleave(sides, { rounds: isQuick ? 2 : 5, takesPerRound: 1, warmUpTakes: 1, pauseMs: 200 });
		const rows = sides.flatMap(({ name }, at): Row[] => {
			const summary = summaries[at];
			return summary === undefined
				? []
				: [{ name, unit: "per s", summary, ...(name === names.dockerRun ? {} : { rival: names.dockerRun }) }];
		});
		const medianOf = (name: string): number => rows.find((row) => row.name === name)?.summary.median ?? Number.NaN;
		const ratio = medianOf(names.ours) / medianOf(names.dockerRun);
		const section = {
			title: `One-shot runs a second, Python ${toolchain.version.version}, a fresh sandbox each, ${clients} clients`,
			note: `\`print("hello")\` for ${forMs / 1_000} seconds a take, the clients on the same machine. Ours: the whole answer over HTTP, with the quotas raised by settings; the clock runs on until every used sandbox is gone and the pool is full again, so that nothing is taken from a stock. Rivals: from the command, or the first call, until the container is removed. One take of each side comes before those that count.`,
			rows,
		};
		return {
			sections: [section],
			targets: [],
			goals: [{ id: "one-shot-rate", value: ratio }],
			ratios: { "rate-docker-run": ratio },
			charts: [barChart("rate", section, ({ name }) => name === names.ours)],
		};
	} finally {
		dockerRun.close();
		await dockerode.close();
	}
}
