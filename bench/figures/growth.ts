import type { Findings } from "../bench.ts";
import type { LineChart, Panel } from "../charts/chart.ts";
import type { Row, Target } from "../results.ts";
import { type Summary, summarise } from "../statistics.ts";

/** The same figures at each number of sessions, as rows, as curves and as what they say of growth. */

export interface GrowthStep {
	readonly sessions: number;
	readonly seatedPerSecond: number;
	readonly echo: Summary;
	readonly cpuPerKeyMs: Summary;
	/** Of gateway and runner, for each session in which nothing happens. */
	readonly idleCpuMsPerSecond: Summary;
	readonly claimMs: Summary;
	readonly firstByteMs: Summary;
	/** What the processes grew by since nobody was there, for each session. */
	readonly gatewayBytes: number;
	readonly runnerBytes: number;
	readonly machineBytes: number;
}

/** Below this many sessions, what a process has just allocated for itself hides what a session takes. */
const leastForMemory = 10;
const guardedStep = 100;
const one = (value: number): Summary => summarise([[value]]);

function rowsOf(step: GrowthStep): Row[] {
	const at = `${step.sessions} ${step.sessions === 1 ? "session" : "sessions"}`;
	const row = (name: string, unit: Row["unit"], summary: Summary): Row => ({ name: `${at}: ${name}`, unit, summary });
	return [
		row("key → echo", "ms", step.echo),
		row("CPU of gateway and runner for a key", "ms", step.cpuPerKeyMs),
		row("the same in a second, for each session", "ms", step.idleCpuMsPerSecond),
		row("claim of a warm sandbox, at the runner", "ms", step.claimMs),
		row("a further session, Run → first byte", "ms", step.firstByteMs),
		...(step.sessions < leastForMemory
			? []
			: [
					row("gateway's memory for each", "KiB", one(Math.max(0, step.gatewayBytes) / 1_024)),
					row("runner's memory for each", "KiB", one(Math.max(0, step.runnerBytes) / 1_024)),
					row("the machine's memory for each", "MiB", one(Math.max(0, step.machineBytes) / 1_048_576)),
				]),
		row("seated", "per s", one(step.seatedPerSecond)),
	];
}

function chartOf(steps: readonly GrowthStep[], maxEchoMs: number): LineChart {
	const line = (label: string, read: (step: GrowthStep) => number, least = 1) => ({
		label,
		points: steps.filter(({ sessions }) => sessions >= least).map((step) => [step.sessions, read(step)] as const),
	});
	const panels: Panel[] = [
		{
			title: "From a key to its echo, p95",
			unit: "ms",
			series: [line("echo", ({ echo }) => echo.p95)],
			limit: { value: maxEchoMs, label: `${maxEchoMs} ms` },
		},
		{ title: "CPU of gateway and runner for a key", unit: "ms", series: [line("CPU", ({ cpuPerKeyMs }) => cpuPerKeyMs.median)] },
		{
			title: "Memory for each session",
			unit: "KiB",
			series: [
				line("gateway", ({ gatewayBytes }) => Math.max(0, gatewayBytes) / 1_024, leastForMemory),
				line("runner", ({ runnerBytes }) => Math.max(0, runnerBytes) / 1_024, leastForMemory),
			],
		},
		{
			title: "One more who comes",
			unit: "ms",
			series: [line("first byte", ({ firstByteMs }) => firstByteMs.median), line("claim", ({ claimMs }) => claimMs.median)],
		},
	];
	return {
		kind: "lines",
		name: "growth",
		title: "What a session costs, as their number grows",
		across: "sessions held",
		panels: panels.filter(({ series }) => series.some(({ points }) => points.length > 0)),
	};
}

/** How many times what it was with one session (for memory: with a hundred) a figure is with the most. */
function targetsOf(first: GrowthStep, hundred: GrowthStep | undefined, last: GrowthStep): Target[] {
	if (last === first) return [];
	const grown = (name: string, before: number, now: number): Target => ({
		name: `Growth, ${last.sessions} sessions: ${name}`,
		value: now / before,
		atMost: 1.5,
		unit: "×",
	});
	const targets = [
		grown("CPU for a key, over 1 session", first.cpuPerKeyMs.median, last.cpuPerKeyMs.median),
		grown("claim of a warm sandbox, over 1 session", first.claimMs.median, last.claimMs.median),
	];
	if (hundred !== undefined && last.sessions > hundred.sessions)
		targets.push(
			grown(
				"memory of gateway and runner for each, over 100 sessions",
				hundred.gatewayBytes + hundred.runnerBytes,
				last.gatewayBytes + last.runnerBytes,
			),
		);
	return targets;
}

/** @param stopped why there is no further step */
export function tellGrowth(steps: readonly GrowthStep[], stopped: string, maxEchoMs: number): Findings {
	const [first] = steps;
	const last = steps.at(-1);
	if (first === undefined || last === undefined) throw new Error(`Not one session was measured: ${stopped}.`);
	const held = steps.filter(({ echo }) => echo.p95 <= maxEchoMs).at(-1)?.sessions ?? 0;
	const hundred = steps.find(({ sessions }) => sessions === guardedStep);
	return {
		sections: [
			{
				title: "Live sessions: one in twenty types, the others sit in a program that waits for them",
				note: `Python, one sandbox each, clients in a process of their own on the same machine; about five keys a second from each who types. CPU for a key is what gateway and runner work more than when nobody types, while one reader presses 300 keys, each as soon as the last is seen. Memory is what they grew by since nobody was there. It ended at ${last.sessions}: ${stopped}.`,
				rows: steps.flatMap(rowsOf),
			},
		],
		targets: targetsOf(first, hundred, last),
		goals: [{ id: "live-sessions", value: held, note: stopped }],
		ratios:
			hundred === undefined
				? {}
				: {
						"growth-echo": hundred.echo.p95 / first.echo.p95,
						"growth-cpu": hundred.cpuPerKeyMs.median / first.cpuPerKeyMs.median,
					},
		charts: [chartOf(steps, maxEchoMs)],
	};
}
