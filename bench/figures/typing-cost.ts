import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { type Bench, type Findings, pythonOf } from "../bench.ts";
import { benchProgram, listeningProgram } from "../programs.ts";
import { RelayChain } from "../relays/relay-chain.ts";
import { SessionPlace } from "../sides/session-place.ts";
import { type Summary, summarise } from "../statistics.ts";

/** What a thousand keys cost gateway and runner in processor time, each typed when the echo of the one before is there; beside two relays without a protocol. */

const keys = 1_000;
/** The gateway takes 500 messages a second from one connection, and holds back who sends more. */
const betweenKeysMs = 4;
/** A server that has served for a while: until about here its compiler still works on these functions, and a thousand keys cost up to three times as much. */
const warmUpKeys = 10_000;
/** A terminal in line mode takes no more than 4,095 bytes a line (termios(3)). */
const keysPerLine = 60;
const key = Buffer.from("x");
const lineEnd = Buffer.from("\n");

const names = { both: "gateway and runner", relays: "two relays without a protocol" } as const;

/** Milliseconds that all threads of a process have run (proc(5), schedstat). */
function cpuMsOf(pid: number): number {
	const threads = readdirSync(`/proc/${pid}/task`);
	return threads.reduce((sum, id) => sum + Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ", 1)[0]) / 1e6, 0);
}

const sumCpuMs = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);

export async function measureTypingCost(bench: Bench): Promise<Findings> {
	const { gateway, runner } = bench.warm.process.pids();
	if (gateway === undefined || runner === undefined) throw new Error("the server's processes cannot be told apart");
	const read = (): readonly [number, number] => [cpuMsOf(gateway), cpuMsOf(runner)];
	const place = await SessionPlace.open(bench.warm.process.url);
	const relays = await RelayChain.open();
	const samples: Record<"gateway" | "runner" | "together" | "idle" | "relays", number[][]> = {
		gateway: [],
		runner: [],
		together: [],
		idle: [],
		relays: [],
	};
	try {
		const program = place.start(benchProgram(bench.config, pythonOf(bench), "pty", listeningProgram));
		await program.firstByteAt;
		let typed = 0;
		const type = async (count: number): Promise<void> => {
			for (let at = 0; at < count; at++) {
				await pause(betweenKeysMs);
				const echoed = program.nextOutputAt();
				program.type(++typed % keysPerLine === 0 ? lineEnd : key);
				await echoed;
			}
		};
		const relay = async (count: number): Promise<void> => {
			for (let at = 0; at < count; at++) {
				await pause(betweenKeysMs);
				await relays.send(key);
			}
		};
		await type(bench.isQuick ? keys : warmUpKeys);
		await relay(bench.isQuick ? keys : warmUpKeys);
		await bench.warm.untilQuiet();
		for (let round = 0; round < (bench.isQuick ? 2 : 5); round++) {
			const before = read();
			const startedAt = performance.now();
			await type(keys);
			const after = read();
			const tookMs = performance.now() - startedAt;
			samples.gateway.push([after[0] - before[0]]);
			samples.runner.push([after[1] - before[1]]);
			samples.together.push([after[0] - before[0] + after[1] - before[1]]);
			await pause(tookMs);
			const later = read();
			samples.idle.push([later[0] - after[0] + later[1] - after[1]]);
			const relaysBefore = sumCpuMs(relays.pids);
			await relay(keys);
			samples.relays.push([sumCpuMs(relays.pids) - relaysBefore]);
		}
		program.stop();
		await program.ended;
	} finally {
		await Promise.all([place.close(), relays.close()]);
	}
	const together = summarise(samples.together);
	const idle = summarise(samples.idle);
	const relayed = summarise(samples.relays);
	const row = (name: string, summary: Summary) => ({ name, unit: "ms" as const, summary });
	return {
		sections: [
			{
				title: "Processor time of 1,000 keys and their echoes",
				note: `One reader types, a key every ${betweenKeysMs} ms after the last echo; all threads of both processes. Nobody typing: the same processes over the same time, the program still there, which is part of the rows above. Two relays: Node processes that pass bytes on and know nothing else, the same keys in turn with ours; what a machine takes for waking two processes four times is in both.`,
				rows: [
					row("gateway", summarise(samples.gateway)),
					row("runner", summarise(samples.runner)),
					{ ...row(names.both, together), rival: names.relays },
					row("both, nobody typing", idle),
					row(names.relays, relayed),
				],
			},
		],
		targets: [],
		ratios: { "echo-cpu": Math.max(0.001, together.median - idle.median) / relayed.median },
		// What both would have taken anyway is no key's.
		goals: [{ id: "echo-cpu", value: Math.max(0, together.median - idle.median), note: "less what both take with nobody typing" }],
	};
}
