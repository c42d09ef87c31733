import { setTimeout as pause } from "node:timers/promises";
import { type Bench, type Findings, pythonOf } from "../bench.ts";
import { cpuMsOf } from "../host/processes.ts";
import { benchProgram, listeningProgram } from "../programs.ts";
import { RelayChain } from "../relays/relay-chain.ts";
import type { Row, Section } from "../results.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { Typist } from "../sides/typist.ts";
import { type Summary, summarise } from "../statistics.ts";

/** What a thousand keys cost gateway and runner in processor time, each pressed after the echo of the one before; beside two relays without a protocol. */

const keys = 1_000;
/** In turn where no key waits: the gateway takes 500 messages a second from one connection, and holds back who sends more. */
const typists = 8;
/** With it one typist stays below that. Long enough for everything on the way to fall asleep. */
const restMs = 4;
/** A server that has served for a while: until about here its compiler still works on these functions, and a thousand keys cost up to three times as much. */
const warmUpKeys = 10_000;
const rounds = { whole: 5, quick: 2 } as const;

interface Sides {
	readonly gateway: number;
	readonly runner: number;
	readonly seated: readonly Typist[];
	readonly relays: RelayChain;
}

interface Cost {
	readonly gateway: Summary;
	readonly runner: Summary;
	readonly together: Summary;
	readonly idle: Summary;
	readonly relays: Summary;
}

const sumCpuMs = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);

/** @param press returns when the key is seen */
async function pressInTurn(count: number, pauseMs: number, press: (turn: number) => Promise<unknown>): Promise<void> {
	for (let turn = 0; turn < count; turn++) {
		if (pauseMs > 0) await pause(pauseMs);
		await press(turn);
	}
}

async function measureCost({ gateway, runner, seated, relays }: Sides, pauseMs: number, takes: number): Promise<Cost> {
	const samples = {
		gateway: [] as number[][],
		runner: [] as number[][],
		together: [] as number[][],
		idle: [] as number[][],
		relays: [] as number[][],
	};
	for (let take = 0; take < takes; take++) {
		const before = [cpuMsOf(gateway), cpuMsOf(runner)] as const;
		const startedAt = performance.now();
		await pressInTurn(keys, pauseMs, async (turn) => seated[turn % seated.length]?.press());
		const [ofGateway, ofRunner] = [cpuMsOf(gateway) - before[0], cpuMsOf(runner) - before[1]];
		const tookMs = performance.now() - startedAt;
		samples.gateway.push([ofGateway]);
		samples.runner.push([ofRunner]);
		samples.together.push([ofGateway + ofRunner]);
		const idleFrom = sumCpuMs([gateway, runner]);
		await pause(tookMs);
		samples.idle.push([sumCpuMs([gateway, runner]) - idleFrom]);
		const relaysFrom = sumCpuMs(relays.pids);
		await pressInTurn(keys, pauseMs, () => relays.send(Buffer.from("x")));
		samples.relays.push([sumCpuMs(relays.pids) - relaysFrom]);
	}
	return {
		gateway: summarise(samples.gateway),
		runner: summarise(samples.runner),
		together: summarise(samples.together),
		idle: summarise(samples.idle),
		relays: summarise(samples.relays),
	};
}

const notIdle = "less what both take with nobody typing";
/** What both would have taken anyway is no key's. */
const netMs = ({ together, idle }: Cost): number => Math.max(0, together.median - idle.median);

function sectionOf(pace: string, who: string, cost: Cost): Section {
	const row = (name: string, summary: Summary): Row => ({ name, unit: "ms", summary });
	const relays = "two relays without a protocol";
	return {
		title: `Processor time of 1,000 keys and their echoes, ${pace}`,
		note: `${who}, each key pressed after the echo of the one before; all threads of both processes. Nobody typing: the same processes over the same time, the programs still there, which is part of the rows above. Two relays: Node processes that pass bytes on and know nothing else, the same keys in turn with ours; what a machine takes for waking two processes four times is in both.`,
		rows: [
			row("gateway", cost.gateway),
			row("runner", cost.runner),
			{ ...row("gateway and runner", cost.together), rival: relays },
			row("both, nobody typing", cost.idle),
			row(relays, cost.relays),
		],
	};
}

export async function measureTypingCost(bench: Bench): Promise<Findings> {
	const { gateway, runner } = bench.warm.process.pids();
	if (gateway === undefined || runner === undefined) throw new Error("the server's processes cannot be told apart");
	const program = benchProgram(bench.config, pythonOf(bench), "pty", listeningProgram);
	const places: SessionPlace[] = [];
	const relays = await RelayChain.open();
	try {
		const seated: Typist[] = [];
		for (let at = 0; at < typists; at++) {
			const place = await SessionPlace.open(bench.warm.process.url);
			places.push(place);
			seated.push(await Typist.sitDown(place, program));
		}
		const sides = { gateway, runner, seated, relays };
		const takes = bench.isQuick ? rounds.quick : rounds.whole;
		await measureCost(sides, 0, Math.ceil((bench.isQuick ? keys : warmUpKeys) / keys));
		await bench.warm.untilQuiet();
		const atOnce = await measureCost(sides, 0, takes);
		const afterRest = await measureCost({ ...sides, seated: seated.slice(0, 1) }, restMs, takes);
		for (const typist of seated) await typist.leave();
		return {
			sections: [sectionOf("at once", `${typists} readers in turn`, atOnce), sectionOf(`${restMs} ms later`, "One reader", afterRest)],
			targets: [],
			ratios: { "echo-cpu": Math.max(0.001, netMs(afterRest)) / afterRest.relays.median },
			goals: [
				{ id: "echo-cpu-at-once", value: netMs(atOnce), note: notIdle },
				{ id: "echo-cpu", value: netMs(afterRest), note: notIdle },
			],
		};
	} finally {
		await Promise.all([...places.map((place) => place.close()), relays.close()]);
	}
}
