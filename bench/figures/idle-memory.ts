import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, benchDriver, type Findings, imageOf, pythonOf } from "../bench.ts";
import type { BenchServer } from "../bench-server.ts";
import { barChart } from "../charts/section-bars.ts";
import { withDockerDriver } from "../drivers.ts";
import { memoryOf, usedBytesOfMachine } from "../host/processes.ts";
import { enginePids, type SandboxMemory, surveySandboxes } from "../host/sandbox-survey.ts";
import type { Row, Section } from "../results.ts";
import { agentInSandbox } from "../sides/agent-place.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { quantile, summarise } from "../statistics.ts";

/** What the machine holds for a sandbox that waits, besides its program: read from outside, for our driver and beside a container that was made by hand. */

const MiB = 1_048_576;
const heldAtOnce = 24;

/** Bytes, each for one sandbox. */
interface Shares {
	readonly own: number;
	readonly program: number;
	readonly monitor: number;
	readonly runner: number;
	readonly engine: number;
	readonly machine: number;
}

const medianOf = (values: readonly number[]): number =>
	quantile(
		[...values].sort((a, b) => a - b),
		0.5,
	);
const outsideProgram = ({ own, monitor, runner, engine }: Shares): number => own + monitor + runner + engine;

/**
 * Holds many at once and gives them back.
 * @param runner the process that minds them all besides the engine; undefined: none
 */
async function hold(
	runner: number | undefined,
	open: () => Promise<{ close(): Promise<void> }>,
	marks: () => Promise<string[]>,
): Promise<Shares> {
	const runnerBytes = (): number => (runner === undefined ? 0 : memoryOf(runner).proportionalBytes);
	const engineBytes = (): number => enginePids().reduce((sum, pid) => sum + memoryOf(pid).proportionalBytes, 0);
	const before = { runner: runnerBytes(), engine: engineBytes(), machine: usedBytesOfMachine() };
	const places: { close(): Promise<void> }[] = [];
	try {
		for (let at = 0; at < heldAtOnce; at++) places.push(await open());
		const sandboxes = surveySandboxes(await marks());
		if (sandboxes.length < heldAtOnce) throw new Error(`only ${sandboxes.length} of ${heldAtOnce} sandboxes are seen from here`);
		const median = (part: keyof SandboxMemory): number => medianOf(sandboxes.map((it) => it[part]));
		const grown = (now: number, then: number): number => Math.max(0, now - then) / heldAtOnce;
		return {
			own: median("ownBytes"),
			program: median("programBytes"),
			monitor: median("monitorBytes"),
			runner: grown(runnerBytes(), before.runner),
			engine: grown(engineBytes(), before.engine),
			machine: grown(usedBytesOfMachine(), before.machine),
		};
	} finally {
		await Promise.all(places.map((place) => place.close()));
	}
}

async function holdOnServer(bench: Bench, server: BenchServer): Promise<Shares> {
	await server.untilIdle();
	const open = async (): Promise<DoorPlace> => {
		const place = new DoorPlace(server.socketPath, pythonOf(bench));
		await place.claimed;
		return place;
	};
	return hold(server.process.pids().runner, open, async () => [server.process.instance, ...(await server.process.containers())]);
}

async function holdByHand(bench: Bench): Promise<Shares> {
	const toolchain = pythonOf(bench);
	const driver = await benchDriver(bench, "docker");
	const spec = {
		...sandboxLimits(bench.config, toolchain.limits),
		tier: "container" as const,
		image: imageOf(bench, toolchain),
		label: "bench",
	};
	const label = [`sandglass.instance=${bench.config.instance}-bench`];
	try {
		return await hold(
			undefined,
			() => agentInSandbox(driver, spec),
			async () => (await bench.docker.listContainers({ filters: { label } })).map(({ Id }) => Id),
		);
	} finally {
		await driver.close();
	}
}

function rowsOf(prefix: string, takes: readonly Shares[], rival?: string): Row[] {
	const row = (name: string, read: (shares: Shares) => number, against?: string): Row => ({
		name: `${prefix}, ${name}`,
		unit: "MiB",
		summary: summarise(takes.map((shares) => [read(shares) / MiB])),
		...(against === undefined ? {} : { rival: against }),
	});
	return [
		row("outside its program", outsideProgram, rival),
		row("its own group", ({ own }) => own),
		row("what minds it alone", ({ monitor }) => monitor),
		row("runner's share", ({ runner }) => runner),
		row("engine's share", ({ engine }) => engine),
		row("its waiting program", ({ program }) => program),
		row("the machine's account", ({ machine }) => machine),
	];
}

export function measureIdleMemory(bench: Bench): Promise<Findings> {
	return withDockerDriver(bench, 0, async (dockerDriver) => {
		const [ours, docker, byHand]: [Shares[], Shares[], Shares[]] = [[], [], []];
		for (let round = 0; round < (bench.isQuick ? 1 : 3); round++) {
			bench.say(`memory · round ${round + 1}`);
			ours.push(await holdOnServer(bench, bench.cold));
			if (dockerDriver !== null) docker.push(await holdOnServer(bench, dockerDriver));
			byHand.push(await holdByHand(bench));
		}
		const rival = "by hand, outside its program";
		const rows = [
			...rowsOf("ours", ours, rival),
			...(docker.length === 0 ? [] : rowsOf("`docker` driver", docker, rival)),
			...rowsOf("by hand", byHand),
		];
		const section: Section = {
			title: "Memory of an idle sandbox, read from outside",
			note: `${heldAtOnce} held at once. Its own group: all that the kernel charges to it, page tables and tmpfs included, less what a waiting interpreter holds. What minds it alone: a shim, or a runtime in the foreground, shared pages in shares. Runner and engine: what they grew by. Their sum is what a sandbox costs besides its program; empty pipes hold no page. The machine's account is everything that is neither free nor cache, as a check. By hand: our container with our agent, through dockerode, without a runner.`,
			rows,
		};
		const outsideBytes = medianOf(ours.map(outsideProgram));
		const sums = { ...section, rows: rows.filter(({ name }) => name.endsWith("outside its program")) };
		return {
			sections: [section],
			targets: [],
			goals: [{ id: "idle-memory", value: outsideBytes / 1e6 }],
			ratios: { "idle-memory": outsideBytes / medianOf(byHand.map(outsideProgram)) },
			charts: [barChart("memory", sums, ({ name }) => name.startsWith("ours"))],
		};
	});
}
