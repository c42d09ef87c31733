import assert from "node:assert/strict";
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { offer, startRig } from "../runner/testing/rig.ts";
import { TestPage } from "./testing/test-page.ts";

/** Gateway, runner and the page that takes the flood in, each in a process of its own as on a real server, and the typing page here. */

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const tsx = ["--import", "tsx"];
const rounds = 4;
const keysOfRound = 120;
const keyEveryMs = 20;
const mostAddedMs = 5;

async function start(context: TestContext, module: string, ...args: string[]): Promise<string> {
	const child = spawn(process.execPath, [...tsx, pathOf(module), ...args], { stdio: ["ignore", "pipe", "inherit"] });
	context.after(async () => {
		child.kill("SIGKILL");
		if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
	});
	const [line] = await once(child.stdout, "data");
	return String(line).trim();
}

/** What the killed runner left. */
async function reap(instance: string): Promise<void> {
	const rig = await startRig({ offered: await offer("python"), instance });
	await rig.close();
	assert.deepEqual(await rig.containers(), []);
}

/** A page whose program echoes by its terminal and prints nothing itself. */
class Typist {
	readonly page: TestPage;
	#echoedBytes = 0;
	#wake = (): void => undefined;

	private constructor(page: TestPage) {
		this.page = page;
		page.onOutput = (bytes) => {
			this.#echoedBytes += bytes.length;
			this.#wake();
		};
	}

	static async open(url: string): Promise<Typist> {
		const typist = new Typist(await TestPage.open(url));
		typist.page.run(1, "import sys\nfor line in sys.stdin: pass");
		await typist.page.next("started");
		await typist.echo("a");
		return typist;
	}

	/** How long the text and the Enter behind it took to come back. */
	async echo(text: string): Promise<number> {
		const wantedBytes = this.#echoedBytes + text.length + 2;
		const sentMs = performance.now();
		const echoed = new Promise<void>((resolve) => {
			this.#wake = () => {
				if (this.#echoedBytes >= wantedBytes) resolve();
			};
		});
		this.page.sendStdin(Buffer.from(`${text}\r`));
		await echoed;
		return performance.now() - sentMs;
	}

	async p95Ms(text: string): Promise<number> {
		const times: number[] = [];
		for (let key = 0; key < keysOfRound; key++) {
			times.push(await this.echo(text));
			await delay(keyEveryMs);
		}
		return times.sort((a, b) => a - b)[Math.floor(keysOfRound * 0.95)] ?? Number.NaN;
	}
}

/** Types beside a flood: p95, and what the flood's reader got in a second. */
async function besideFlood(typist: Typist, flood: ChildProcess, text: string): Promise<{ p95Ms: number; bytesPerSecond: number }> {
	flood.send("go");
	await once(flood, "message");
	const startedMs = performance.now();
	const p95Ms = await typist.p95Ms(text);
	const ranMs = performance.now() - startedMs;
	flood.send("stop");
	const [bytes] = await once(flood, "message");
	return { p95Ms, bytesPerSecond: (Number(bytes) / ranMs) * 1_000 };
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test("a flood in one session adds at most 5 ms to the p95 echo of another", { timeout: 240_000 }, async (context) => {
	const instance = `echo-test-${process.pid}`;
	const socketPath = await start(context, "../runner/testing/runner-process.ts", instance, "serve", "1000000000");
	context.after(() => reap(instance));
	const url = await start(context, "./testing/gateway-child.ts", socketPath, pathOf("../../sandbox-images"));
	const flood = fork(new URL("./testing/flood-reader.ts", import.meta.url), [url], { execArgv: tsx });
	context.after(() => flood.kill());
	await once(flood, "message");
	const typist = await Typist.open(url);
	const added: number[] = [];
	const unpaced: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const quietMs = await typist.p95Ms("a");
		const paced = await besideFlood(typist, flood, "a");
		// The control: what is as long as a paste is not taken for typing, so nothing holds the flood.
		const free = await besideFlood(typist, flood, "a".repeat(299));
		added.push(paced.p95Ms - quietMs);
		unpaced.push(free.p95Ms - quietMs);
		const figures = [quietMs, paced.p95Ms, free.p95Ms].map((ms) => ms.toFixed(1));
		const rates = [paced, free].map(({ bytesPerSecond }) => (bytesPerSecond / 1e6).toFixed(1));
		context.diagnostic(`p95 quiet, beside a flood, beside an unpaced one: ${figures.join(", ")} ms; the floods ${rates.join(", ")} MB/s`);
		assert.ok(paced.bytesPerSecond > 1_000_000, "the flood goes on");
		assert.ok(free.bytesPerSecond > 2 * paced.bytesPerSecond, "and is held while somebody types");
	}
	context.diagnostic(`added, median: ${median(added).toFixed(1)} ms; unpaced ${median(unpaced).toFixed(1)} ms`);
	assert.ok(median(added) <= mostAddedMs, `${added.map((ms) => ms.toFixed(1))}`);
	typist.page.close();
	flood.disconnect();
});
