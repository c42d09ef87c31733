import assert from "node:assert/strict";
import { runPath } from "../../protocol/api.ts";
import { eventsOf, post, resultOf } from "../../server/gateway/testing/api-calls.ts";
import { waitUntil } from "../server-process.ts";
import { type Arena, findProcesses, greetingRun, patientLimits, programRun, waitUntilDead } from "./arena.ts";
import { residentBytes } from "./engine-disk.ts";
import type { Ground, TestMaker } from "./ground.ts";
import { RawSocket } from "./raw-socket.ts";
import { shortRun } from "./script-programs.ts";
import { programTiers, type SandboxTier, scriptTiers } from "./tiers.ts";

/** Row 5 over the HTTP interface: an answer that is given whole, one that is given as events, and callers who do not read theirs. */

const MiB = 1_048_576;
const marker = "\r\n[output cut after 1 MiB]\r\n";
const asEvents = { Accept: "text/event-stream" };

/** What such a call sends: a program that prints numbered lines of 64 bytes until it is stopped. */
function floodOf(tier: SandboxTier, mark: string, outputBytes: number): Record<string, unknown> {
	const script = scriptTiers.find((it) => it === tier);
	const { mode: _, ...run } = script === undefined ? { ...programRun("output-flood.py"), tier } : shortRun(script, "flood", "pipes");
	// Of its two arguments the program heeds the first; by the second it is known in the machine's list of processes.
	return { ...run, ...(script === undefined ? { arguments: ["1048576", mark] } : {}), limits: { ...patientLimits, outputBytes } };
}

function assertCut(text: string): void {
	assert.equal(text.slice(-marker.length), marker);
	assert.equal(text.length, MiB + marker.length);
	const lines = text.slice(0, MiB).split("\n").slice(0, -1);
	assert.ok(lines.every((line, at) => Number(line) === at) && lines.length > 1_000, "a line is missing or doubled");
}

const limited = { kind: "limited", limit: "output", value: MiB } as const;

export function attackRestFlood({ arena, tier, test }: Ground<SandboxTier>): void {
	test(`ATTACKS.md 5 in ${tier}: a flood over HTTP, answered whole or as events, is cut at the cap and killed, and memory stays flat`, async () => {
		const { url } = arena.server;
		const { gateway, runner } = arena.server.pids();
		const mark = `rest-flood-of-row-5-${tier}`;
		const isVisible = programTiers.some((it) => it === tier) && tier !== "microvm";
		const before = residentBytes(gateway) + residentBytes(runner);
		let highest = before;
		const measure = (): void => {
			highest = Math.max(highest, residentBytes(gateway) + residentBytes(runner));
		};
		await arena.besideNeighbour(async () => {
			for (let count = 0; count < 3; count++) {
				const whole = await resultOf(post(url, floodOf(tier, mark, MiB)));
				assert.deepEqual(whole.outcome, limited);
				assert.equal(whole.message, "Stopped: it printed more than 1 MiB, the limit for one run.");
				assert.equal(whole.tier, tier);
				assertCut(whole.program?.stdout ?? "");
				measure();
				let text = "";
				let ending: unknown;
				for await (const event of eventsOf(await post(url, floodOf(tier, mark, MiB), { headers: asEvents }))) {
					if (event.type === "output" && event.step === "run") text += event.text;
					if (event.type === "result") ending = event.outcome;
					measure();
				}
				assert.deepEqual(ending, limited);
				assertCut(text);
			}
			if (isVisible) await waitUntilDead(mark, 1_000);
			const again = await resultOf(post(url, callOf(greetingRun(tier, "runs again"))));
			assert.equal(again.program?.stdout, "runs again\n");
		});
		assert.ok(highest - before < 96 * MiB, `gateway and runner grew by ${highest - before} bytes`);
	});
}

function callOf({ mode: _, ...run }: ReturnType<typeof greetingRun>): object {
	return { ...run, limits: patientLimits };
}

/** The server's part of it, the same for every tier. */
export function attackRestReaders(arena: Arena, test: TestMaker): void {
	const callers = 6;
	const eachBytes = 16 * MiB;
	/** Below what six of them printed, were it kept: 96 MiB of bytes, and as text twice that. */
	const boundBytes = 64 * MiB;

	test("ATTACKS.md 5, 7: six callers who never read their events hold their programs back, and the gateway keeps next to nothing", async () => {
		const { url } = arena.server;
		const { gateway } = arena.server.pids();
		const before = residentBytes(gateway);
		const mark = "rest-flood-unread";
		const sockets = Array.from({ length: callers }, () => new RawSocket(url));
		let highest = 0;
		await arena.besideNeighbour(async () => {
			const body = JSON.stringify(floodOf("container", mark, eachBytes));
			for (const socket of sockets) {
				const head = ["Host", "Content-Type", "Accept", "Content-Length"];
				const values = [new URL(url).host, "application/json", asEvents.Accept, String(Buffer.byteLength(body))];
				socket.pause();
				await socket.write(`POST ${runPath} HTTP/1.1\r\n${head.map((name, at) => `${name}: ${values[at]}\r\n`).join("")}\r\n${body}`);
			}
			await waitUntil(() => findProcesses(mark).length === callers, "all six run");
			const stillFor = stillness(() => residentBytes(gateway));
			await waitUntil(
				() => {
					highest = Math.max(highest, residentBytes(gateway) - before);
					return stillFor() > 2_000;
				},
				"the gateway's memory stands still",
				30_000,
			);
		});
		for (const socket of sockets) socket.destroy();
		await waitUntilDead(mark, 2_000);
		assert.ok(highest < boundBytes, `the gateway grew by ${highest} bytes`);
	});

	test("ATTACKS.md 5, control: read to their end, the same six bring more than that bound", async () => {
		const sizes = await Promise.all(
			Array.from({ length: callers }, async () => {
				let bytes = 0;
				const response = await post(arena.server.url, floodOf("container", "rest-flood-read", eachBytes), { headers: asEvents });
				for await (const event of eventsOf(response)) if (event.type === "output") bytes += event.text.length;
				return bytes;
			}),
		);
		assert.ok(
			sizes.every((bytes) => bytes >= eachBytes),
			String(sizes),
		);
		assert.ok(sizes.reduce((sum, bytes) => sum + bytes, 0) > boundBytes);
	});
}

/** How long, in ms, a quantity has stayed within 1 MiB of where it was. */
function stillness(read: () => number): () => number {
	let at = read();
	let sinceMs = performance.now();
	return () => {
		const now = read();
		if (Math.abs(now - at) > MiB) [at, sinceMs] = [now, performance.now()];
		return performance.now() - sinceMs;
	};
}
