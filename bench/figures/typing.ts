import { setTimeout as pause } from "node:timers/promises";
import { sandboxLimits } from "../../server/runner/limits.ts";
import { type Bench, benchDriver, type Findings, imageOf, pythonOf } from "../bench.ts";
import { interleave } from "../interleave.ts";
import { type BenchProgram, benchProgram, listeningProgram } from "../programs.ts";
import { agentInSandbox } from "../sides/agent-place.ts";
import { DoorPlace } from "../sides/door-place.ts";
import type { Place } from "../sides/place.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { Typist } from "../sides/typist.ts";
import { type Summary, summarise } from "../statistics.ts";

/** From a key to its echo: one reader alone, at each part in turn, and fifty readers at once. */

const typists = 50;
const typistsTarget = "50 sessions typing at once, p95";

async function measureAlone(bench: Bench, program: BenchProgram): Promise<Summary[]> {
	const { warm, config } = bench;
	const limits = sandboxLimits(config, program.toolchain.limits);
	const driver = await benchDriver(bench);
	const places: Place[] = [];
	try {
		places.push(await agentInSandbox(driver, { ...limits, tier: "container", image: imageOf(bench, program.toolchain), label: "bench" }));
		places.push(new DoorPlace(warm.socketPath, program.toolchain));
		places.push(await SessionPlace.open(warm.process.url));
		const seated = await Promise.all(places.map((place) => Typist.sitDown(place, program)));
		await warm.untilQuiet();
		const effort = bench.isQuick
			? { rounds: 3, takesPerRound: 40, warmUpTakes: 10, pauseMs: 10 }
			: { rounds: 6, takesPerRound: 60, warmUpTakes: 20, pauseMs: 10 };
		const summaries = await interleave(
			seated.map((typist, at) => ({ name: String(at), take: () => typist.press() })),
			effort,
		);
		for (const typist of seated) await typist.leave();
		return summaries;
	} finally {
		for (const place of places) await place.close();
		await driver.close();
	}
}

/** About five keys a second each, at random moments, as people type. */
async function typeForAWhile(typist: Typist, forMs: number): Promise<number[]> {
	const samples: number[] = [];
	const until = performance.now() + forMs;
	await pause(Math.random() * 200);
	while (performance.now() < until) {
		samples.push(await typist.press());
		await pause(100 + Math.random() * 200);
	}
	return samples;
}

async function measureTogether(bench: Bench, program: BenchProgram): Promise<Summary> {
	const places: SessionPlace[] = [];
	try {
		const seated: Typist[] = [];
		for (let at = 0; at < typists; at++) {
			const place = await SessionPlace.open(bench.warm.process.url);
			places.push(place);
			seated.push(await Typist.sitDown(place, program));
		}
		await bench.warm.untilQuiet();
		const rounds: number[][] = [];
		for (let round = 0; round < (bench.isQuick ? 1 : 4); round++) {
			const samples = await Promise.all(seated.map((typist) => typeForAWhile(typist, bench.isQuick ? 3_000 : 8_000)));
			rounds.push(samples.flat());
		}
		for (const typist of seated) await typist.leave();
		return summarise(rounds);
	} finally {
		for (const place of places) await place.close();
		await bench.warm.untilIdle();
	}
}

export async function measureTyping(bench: Bench): Promise<Findings> {
	const program = benchProgram(bench.config, pythonOf(bench), "pty", listeningProgram);
	const [agent, door, socket] = await measureAlone(bench, program);
	bench.say(`typing · ${typists} sessions at once`);
	const together = bench.isCi ? null : await measureTogether(bench, program);
	if (agent === undefined || door === undefined || socket === undefined) throw new Error("a side is missing");
	const names = ["agent through the engine's attach", "+ the runner (its door)", "socket, one session"] as const;
	return {
		sections: [
			{
				title: "Echo of one key, through terminal, agent, engine, runner, gateway and socket",
				note: `A program that reads lines; the terminal echoes each key. Fifty sessions: about five keys a second each, at random moments, the clients on the same machine.`,
				rows: [
					{ name: names[0], unit: "ms", summary: agent },
					{ name: names[1], unit: "ms", summary: door, rival: names[0] },
					{ name: names[2], unit: "ms", summary: socket, rival: names[1] },
					...(together === null ? [] : [{ name: "socket, 50 sessions typing", unit: "ms" as const, summary: together, rival: names[2] }]),
				],
			},
		],
		targets: [
			{ name: "Echo of one key, p95", value: socket.p95, atMost: 5, unit: "ms" },
			...(together === null ? [] : [{ name: typistsTarget, value: together.p95, atMost: 25, unit: "ms" as const }]),
		],
		ratios: { echo: socket.median / agent.median },
	};
}
