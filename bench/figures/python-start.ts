import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, benchDriver, type Findings, imageOf, pythonOf } from "../bench.ts";
import { barChart } from "../charts/section-bars.ts";
import { interleave, type Side } from "../interleave.ts";
import { NativeSide } from "../native/native-side.ts";
import { openRootFileSystem } from "../native/root-file-system.ts";
import { type BenchProgram, benchProgram, nativeProgram } from "../programs.ts";
import type { Row, Section } from "../results.ts";
import { agentAlone, agentInSandbox } from "../sides/agent-place.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { type Place, timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { ratioOf, type Summary } from "../statistics.ts";

/** From Run to the first byte, warm, and how much of it lies between which two parts. */

const names = {
	nativePipes: "native, pipe",
	nativeTerminal: "native, terminal",
	again: "socket, again in a session",
	first: "socket, first run of a session",
	gvisor: "socket, gVisor, again in a session",
	againPipes: "socket, again, pipes instead of a terminal",
	agentAlone: "agent alone: fork, exec, terminal",
	agentAttached: "+ the engine's attach",
	door: "+ the runner (its door)",
	doorFirst: "the runner, claim and run at once",
} as const;

async function withFreshPlace(open: () => Promise<Place> | Place, quiet: () => Promise<void>, program: BenchProgram): Promise<number> {
	const place = await open();
	try {
		return await timeStart(place, program);
	} finally {
		await place.close();
		await quiet();
	}
}

export async function measurePythonStart(bench: Bench): Promise<Findings> {
	const { warm, config, docker } = bench;
	const toolchain = pythonOf(bench);
	const image = imageOf(bench, toolchain);
	const terminal = benchProgram(config, toolchain, "pty");
	const pipes = benchProgram(config, toolchain, "pipes");
	const limits = sandboxLimits(config, toolchain.limits);
	const native = await NativeSide.open({ docker, image, environment: terminal.plan.environment, workspaceBytes: limits.workspaceBytes });
	const open: { close(): Promise<void> }[] = [native];
	const keep = <P extends Place>(place: P): P => {
		open.push(place);
		return place;
	};
	try {
		const alone = keep(await agentAlone(await openRootFileSystem(docker, image), limits.workspaceBytes));
		const driver = await benchDriver(bench);
		open.push(driver);
		const attached = keep(await agentInSandbox(driver, { ...limits, tier: "container", image, label: "bench" }));
		const door = keep(new DoorPlace(warm.socketPath, toolchain));
		// One for each mode, as readers have: what waits for a session's next run is of the mode of its last.
		const session = keep(await SessionPlace.open(warm.process.url));
		const pipesSession = keep(await SessionPlace.open(warm.process.url));
		const gvisor = bench.offeredTiers.includes("gvisor") ? keep(await SessionPlace.open(warm.process.url, "gvisor")) : null;
		await warm.untilQuiet();
		const sides: Side[] = [
			{ name: names.nativePipes, take: () => native.measure(nativeProgram(terminal), "pipes") },
			{ name: names.nativeTerminal, take: () => native.measure(nativeProgram(terminal), "pty") },
			{ name: names.again, take: () => timeStart(session, terminal) },
			{
				name: names.first,
				take: () => withFreshPlace(() => SessionPlace.open(warm.process.url), warm.untilQuiet, terminal),
			},
			...(gvisor === null ? [] : [{ name: names.gvisor, take: () => timeStart(gvisor, terminal) }]),
			{ name: names.againPipes, take: () => timeStart(pipesSession, pipes) },
			{ name: names.agentAlone, take: () => timeStart(alone, terminal) },
			{ name: names.agentAttached, take: () => timeStart(attached, terminal) },
			{ name: names.door, take: () => timeStart(door, terminal) },
			{ name: names.doorFirst, take: () => withFreshPlace(() => new DoorPlace(warm.socketPath, toolchain), warm.untilQuiet, terminal) },
		];
		const effort = bench.isQuick
			? { rounds: 3, takesPerRound: 8, warmUpTakes: 3, pauseMs: 100 }
			: { rounds: 6, takesPerRound: 25, warmUpTakes: 5, pauseMs: 100 };
		const summaries = await interleave(sides, effort);
		if (gvisor === null) bench.say("gVisor is not offered here: its figure is left out");
		return tell(new Map(sides.map(({ name }, at) => [name, summaries[at]])), `Python ${toolchain.version.version}`);
	} finally {
		for (const place of open.reverse()) await place.close();
	}
}

function tell(summaries: ReadonlyMap<string, Summary | undefined>, language: string): Findings {
	const summaryOf = (name: string): Summary => {
		const summary = summaries.get(name);
		if (summary === undefined) throw new Error(`${name} was not measured`);
		return summary;
	};
	const row = (name: string, rival?: string): Row => ({
		name,
		unit: "ms",
		summary: summaryOf(name),
		...(rival === undefined ? {} : { rival }),
	});
	const rival = names.nativePipes;
	const overNative = (name: string): number => ratioOf(summaryOf(name), summaryOf(rival)).median;
	const hasGvisor = summaries.has(names.gvisor);
	const targetsOf = (name: string, title: string) => {
		const ratio = ratioOf(summaryOf(name), summaryOf(rival));
		return [
			{ name: `${title}, p50 against native`, value: ratio.median, atMost: 1.5, unit: "×" as const },
			{ name: `${title}, p95 against native`, value: ratio.p95, atMost: 3, unit: "×" as const },
		];
	};
	const start: Section = {
		title: `Run pressed → first byte at a WebSocket client, ${language}, warm`,
		note: '`print("hello")`. Native: the same interpreter, out of the same layers of the same image, spawned by a small process with nothing in between; the quicker of its two ways (a pipe) is the rival.',
		rows: [
			row(names.nativePipes),
			row(names.nativeTerminal),
			row(names.again, rival),
			row(names.first, rival),
			row(names.againPipes, rival),
			...(hasGvisor ? [row(names.gvisor, rival)] : []),
		],
	};
	return {
		sections: [
			start,
			{
				title: "Where that time goes",
				note: "The same program in a terminal, started at each part in turn; what one line takes more than the one above is the price of what it adds. The last step, to the socket, is the gateway.",
				rows: [
					row(names.nativeTerminal),
					row(names.agentAlone, names.nativeTerminal),
					row(names.agentAttached, names.agentAlone),
					row(names.door, names.agentAttached),
					row(names.again, names.door),
					row(names.doorFirst),
					row(names.first, names.doorFirst),
				],
			},
		],
		targets: [
			...targetsOf(names.again, "Python, warm, again in a session"),
			...targetsOf(names.first, "Python, warm, first run of a session"),
		],
		goals: [
			{
				id: "python-warm",
				value: Math.max(overNative(names.first), overNative(names.again)),
				note: "the slower of a first and a further run",
			},
			...(hasGvisor ? [{ id: "gvisor-warm" as const, value: overNative(names.gvisor) }] : []),
		],
		ratios: {
			"python-first": overNative(names.first),
			"python-again": overNative(names.again),
			...(hasGvisor ? { "gvisor-again": overNative(names.gvisor) } : {}),
		},
		charts: [barChart("start", start, ({ name }) => name.startsWith("socket"))],
	};
}
