import { setTimeout as pause } from "node:timers/promises";
import { SessionClient } from "../../e2e/session-client.ts";
import type { SessionRun } from "../../e2e/session-run.ts";
import { keysPerLine, listeningProgram } from "../programs.ts";
import { type CrowdAnswer, CrowdRequest } from "./messages.ts";

/** Many readers in a process of their own, so that their work is not taken for the server's, nor waits for the bench's. It ends with its channel. */

interface Seat {
	readonly client: SessionClient;
	readonly run: SessionRun;
	keys: number;
}

const [, , url = "", version = "", fileName = ""] = process.argv;
const comingAtOnce = 6;
/** A reader who has waited so long for a sandbox would have left. */
const patienceMs = 30_000;
const seats: Seat[] = [];

async function sitDown(): Promise<Seat> {
	const client = await SessionClient.connect({ url });
	try {
		const run = client.run({
			language: "python",
			version,
			tier: "container",
			mode: "pty",
			files: [{ name: fileName, content: listeningProgram }],
		});
		await run.waitForOutput("ready", { timeoutMs: patienceMs });
		return { client, run, keys: 0 };
	} catch (error) {
		await client.close();
		throw error;
	}
}

async function seat(wanted: number): Promise<CrowdAnswer> {
	let coming = 0;
	let refusal: string | null = null;
	const usher = async (): Promise<void> => {
		while (refusal === null && seats.length + coming < wanted) {
			coming++;
			try {
				seats.push(await sitDown());
			} catch (error) {
				refusal ??= error instanceof Error ? error.message.slice(0, 300) : "unknown";
			} finally {
				coming--;
			}
		}
	};
	await Promise.all(Array.from({ length: comingAtOnce }, usher));
	return { type: "seated", sessions: seats.length, refusal };
}

/** Milliseconds until the key is seen. */
async function press(it: Seat): Promise<number> {
	it.keys++;
	const seen = it.run.chunks.length;
	const pressedAt = performance.now();
	it.run.type(it.keys % keysPerLine === 0 ? "\n" : "x");
	await it.run.waitFor(() => it.run.chunks.length > seen, "the echo");
	return performance.now() - pressedAt;
}

/** About five keys a second each, at random moments; the typists sit evenly among the others. */
async function type(typists: number, forMs: number): Promise<CrowdAnswer> {
	const chosen = Array.from({ length: Math.min(typists, seats.length) }, (_, at) => seats[Math.floor((at * seats.length) / typists)]);
	const until = performance.now() + forMs;
	const echoes = await Promise.all(
		chosen.map(async (it) => {
			const samples: number[] = [];
			await pause(Math.random() * 200);
			while (it !== undefined && performance.now() < until) {
				samples.push(await press(it));
				await pause(100 + Math.random() * 200);
			}
			return samples;
		}),
	);
	return { type: "typed", echoesMs: echoes.flat() };
}

async function burst(keys: number): Promise<CrowdAnswer> {
	const [first] = seats;
	if (first === undefined) throw new Error("nobody sits");
	const echoesMs: number[] = [];
	for (let key = 0; key < keys; key++) echoesMs.push(await press(first));
	return { type: "typed", echoesMs };
}

async function answer(raw: unknown): Promise<CrowdAnswer> {
	const request = CrowdRequest.parse(raw);
	if (request.type === "seat") return seat(request.sessions);
	return request.type === "burst" ? burst(request.keys) : type(request.typists, request.forMs);
}

process.on("message", (raw) => {
	answer(raw)
		.catch((error: unknown): CrowdAnswer => ({ type: "failed", message: error instanceof Error ? error.message : "unknown" }))
		.then((told) => process.send?.(told))
		.catch(() => process.exit(1));
});
// Its sessions end with their connections, at once: nobody comes back.
process.on("disconnect", () => process.exit(0));
