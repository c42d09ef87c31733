import { setTimeout as pause } from "node:timers/promises";
import { type Bench, type Findings, pythonOf } from "../bench.ts";
import { type BenchServer, startBenchServer } from "../bench-server.ts";
import { Crowd } from "../crowd/crowd.ts";
import { availableBytesOfMachine, cpuMsOf, memoryOf } from "../host/processes.ts";
import { benchProgram, listeningProgram } from "../programs.ts";
import { DoorPlace } from "../sides/door-place.ts";
import { timeStart } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { type Summary, summarise } from "../statistics.ts";
import { type GrowthStep, tellGrowth } from "./growth.ts";

/**
 * How many readers a machine holds, each in a running program that waits for him, while one in twenty types; and whether what a session
 * costs grows with their number. The readers are WebSocket clients in a process of their own.
 */

const wantedSteps = [1, 10, 100, 250, 500, 750, 1_000, 1_250, 1_500] as const;
const quickSteps = [1, 10, 100] as const;
const typingShare = 0.05;
const maxEchoMs = 50;
const forbearanceBytes = 2_147_483_648;
const budgetMs = 270_000;
const takesOfClaim = 8;
const keysOfBurst = 300;

interface Minders {
	readonly gateway: number;
	readonly runner: number;
}

function mindersOf(server: BenchServer): Minders {
	const { gateway, runner } = server.process.pids();
	if (gateway === undefined || runner === undefined) throw new Error("The server has no gateway or no runner.");
	return { gateway, runner };
}

const cpuMs = ({ gateway, runner }: Minders): number => cpuMsOf(gateway) + cpuMsOf(runner);

/** What the minders work when nobody types, and what they work more for each key. */
async function measureTyping(bench: Bench, crowd: Crowd, minders: Minders, sessions: number) {
	const typists = Math.max(1, Math.round(sessions * typingShare));
	const forMs = bench.isQuick ? 3_000 : 5_000;
	const idleFrom = { cpu: cpuMs(minders), at: performance.now() };
	await pause(2_000);
	const idleCpuMsPerMs = (cpuMs(minders) - idleFrom.cpu) / (performance.now() - idleFrom.at);
	const rounds: (readonly number[])[] = [];
	const cpuPerKeyMs: number[] = [];
	for (let round = 0; round < 3; round++) {
		rounds.push(await crowd.type(typists, forMs));
		// Close together, so that what the processes do by themselves is the small part at every step.
		const from = { cpu: cpuMs(minders), at: performance.now() };
		await crowd.burst(keysOfBurst);
		const spentMs = cpuMs(minders) - from.cpu - idleCpuMsPerMs * (performance.now() - from.at);
		cpuPerKeyMs.push(Math.max(0, spentMs) / keysOfBurst);
	}
	return {
		echo: summarise(rounds),
		cpuPerKeyMs: summarise(cpuPerKeyMs.map((value) => [value])),
		idleCpuMsPerSecond: summarise([[(idleCpuMsPerMs * 1_000) / sessions]]),
	};
}

/** While all the others sit there: one more is handed a warm sandbox, and one more reader runs a program. */
async function measureComing(bench: Bench, server: BenchServer): Promise<{ readonly claimMs: Summary; readonly firstByteMs: Summary }> {
	const toolchain = pythonOf(bench);
	const hello = benchProgram(bench.config, toolchain, "pty");
	const claims: number[] = [];
	const starts: number[] = [];
	for (let take = 0; take < takesOfClaim; take++) {
		await server.untilQuiet();
		const startedAt = performance.now();
		const place = new DoorPlace(server.socketPath, toolchain);
		await place.claimed;
		claims.push(performance.now() - startedAt);
		await place.close();
		await server.untilQuiet();
		const session = await SessionPlace.open(server.process.url);
		starts.push(await timeStart(session, hello));
		await session.close();
	}
	return { claimMs: summarise([claims]), firstByteMs: summarise([starts]) };
}

async function climb(bench: Bench, server: BenchServer, crowd: Crowd): Promise<{ readonly steps: GrowthStep[]; readonly stopped: string }> {
	const minders = mindersOf(server);
	const startedAt = performance.now();
	const before = { gateway: memoryOf(minders.gateway).residentBytes, runner: memoryOf(minders.runner).residentBytes };
	const availableBefore = availableBytesOfMachine();
	const steps: GrowthStep[] = [];
	let seated = 0;
	for (const wanted of bench.isQuick ? quickSteps : wantedSteps) {
		const perSession = seated < 50 ? 0 : (availableBefore - availableBytesOfMachine()) / seated;
		if (availableBytesOfMachine() - perSession * (wanted - seated) < forbearanceBytes)
			return { steps, stopped: `${wanted} would not fit into the memory` };
		if (performance.now() - startedAt > budgetMs) return { steps, stopped: "the bench's time for it was up" };
		const comingFrom = { at: performance.now(), seated };
		const { sessions, refusal } = await crowd.seat(wanted);
		if (sessions < wanted) return { steps, stopped: `session ${sessions + 1} got no sandbox: ${refusal?.split("\n")[0]}` };
		const seatedPerSecond = ((sessions - comingFrom.seated) * 1_000) / (performance.now() - comingFrom.at);
		seated = sessions;
		await server.untilQuiet();
		// The first keys of all meet code that was never run.
		if (steps.length === 0) await crowd.burst(keysOfBurst);
		let typing = await measureTyping(bench, crowd, minders, sessions);
		if (typing.echo.p95 > maxEchoMs) {
			bench.say(`sessions · ${sessions}: p95 echo ${typing.echo.p95.toFixed(1)} ms; once more`);
			typing = await measureTyping(bench, crowd, minders, sessions);
		}
		const step: GrowthStep = {
			sessions,
			seatedPerSecond,
			...typing,
			...(await measureComing(bench, server)),
			gatewayBytes: (memoryOf(minders.gateway).residentBytes - before.gateway) / sessions,
			runnerBytes: (memoryOf(minders.runner).residentBytes - before.runner) / sessions,
			machineBytes: (availableBefore - availableBytesOfMachine()) / sessions,
		};
		bench.say(`sessions · ${sessions}: p95 echo ${step.echo.p95.toFixed(1)} ms, seated ${seatedPerSecond.toFixed(0)} a second`);
		steps.push(step);
		if (step.echo.p95 > maxEchoMs) return { steps, stopped: `p95 echo passed ${maxEchoMs} ms twice` };
	}
	return { steps, stopped: bench.isQuick ? "a quick run goes no further" : "the bench goes no further" };
}

export async function measureLiveSessions(bench: Bench): Promise<Findings> {
	const program = benchProgram(bench.config, pythonOf(bench), "pty", listeningProgram);
	const server = await startBenchServer({
		config: bench.config,
		languages: ["python"],
		poolSize: 1,
		tiers: ["container"],
		env: {
			SANDGLASS_POOL_CEILING: String(bench.catalogue.toolchains.length),
			SANDGLASS_MAX_LEASES: "10000",
			SANDGLASS_RECONNECT_GRACE_MS: "0",
		},
	});
	try {
		await server.untilIdle();
		const crowd = new Crowd(server.process.url, program);
		try {
			const { steps, stopped } = await climb(bench, server, crowd);
			return tellGrowth(steps, stopped, maxEchoMs);
		} finally {
			await crowd.close();
			// As many removals as there were sessions.
			await server.untilIdle(600_000);
		}
	} finally {
		await server.close();
	}
}
