import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type ServerProcess, startSandglass } from "./server-process.ts";
import { SessionClient } from "./session-client.ts";

/** What a hundred megabytes of output cost the server that passes them on: the memory that its two processes hold, looked at all the while. */

const MiB = 1_048_576;
const floodBytes = 100_000_000;
const warmUpBytes = 30_000_000;
const mostGrowthBytes = 16 * MiB;
const lookEveryMs = 20;

const flood = (bytes: number): string =>
	`import os\nline = b"0123456789abcdef" * 64\nleft = ${bytes}\nwhile left > 0:\n    left -= os.write(1, line[:left])\n`;

let server: ServerProcess;
before(async () => {
	server = await startSandglass({
		env: { SANDGLASS_OUTPUT_BYTES: "200000000", SANDGLASS_IDLE_WALL_MS: "240000", SANDGLASS_CPU_MS: "240000" },
	});
});
after(() => server.stop());

/** Resident memory of gateway and runner together. */
function residentBytes(): number {
	const { gateway, runner } = server.pids();
	return [gateway, runner].reduce<number>((sum, pid) => {
		const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
		return sum + Number(kibibytes) * 1_024;
	}, 0);
}

/** Runs it to its end, keeping nothing of what it prints. The reader's socket takes nothing for `pauseMs` after each `everyBytes`. */
async function read(
	client: SessionClient,
	bytes: number,
	{ everyBytes, pauseMs }: { everyBytes: number; pauseMs: number },
): Promise<number> {
	const run = client.run({ language: "python", mode: "pipes", files: [{ name: "main.py", content: flood(bytes) }] });
	let received = 0;
	let pausedAt = 0;
	let most = 0;
	const looking = setInterval(() => {
		most = Math.max(most, residentBytes());
	}, lookEveryMs);
	await run.waitFor(
		() => {
			for (const chunk of run.chunks.splice(0)) received += chunk.length;
			run.stdoutChunks.length = 0;
			if (received - pausedAt >= everyBytes) {
				pausedAt = received;
				client.pause();
				setTimeout(() => client.resume(), pauseMs);
			}
			return received >= bytes;
		},
		"all of the flood",
		240_000,
	);
	clearInterval(looking);
	assert.deepEqual((await run.exit).outcome, { kind: "exited", code: 0 });
	assert.equal(received, bytes);
	return most;
}

for (const { name, pace } of [
	{ name: "quickly", pace: { everyBytes: Number.POSITIVE_INFINITY, pauseMs: 0 } },
	{ name: "slowly", pace: { everyBytes: 2_000_000, pauseMs: 200 } },
]) {
	test(`100 MB of a program's output to a reader who reads ${name} cost the server no more than 16 MB of memory`, async () => {
		const client = await SessionClient.connect({ url: server.url });
		// A server that has passed on output before: its code is compiled, its buffers are there.
		await read(client, warmUpBytes, pace);
		const before = residentBytes();
		const growth = (await read(client, floodBytes, pace)) - before;
		process.stdout.write(`# ${name}: ${(before / MiB).toFixed(1)} MiB before, ${(growth / MiB).toFixed(1)} MiB more at most\n`);
		assert.ok(growth <= mostGrowthBytes, `${growth} bytes more than before`);
		await client.close();
	});
}
