import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const toldWordsLength = 2_000;

/** For programs of the machine's: nothing of our environment. (Next.js's types want NODE_ENV in every environment.) */
export const bareEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", NODE_ENV: "production" } as const;

function killGroup(leader: number | undefined): void {
	try {
		if (leader !== undefined) process.kill(-leader, "SIGKILL");
	} catch {
		// All of it has ended already.
	}
}

/**
 * Runs a program of the machine's, with nothing of our environment; resolves to what it printed, rejects with its words. `signal` kills it, and
 * what it has started; either way nothing of it runs any more when the promise settles.
 */
export function runCommand(
	command: readonly string[],
	options: { readonly input?: Readable; readonly limitMs?: number; readonly signal?: AbortSignal } = {},
): Promise<string> {
	const { input, limitMs, signal } = options;
	const [program = "", ...rest] = command;
	signal?.throwIfAborted();
	return new Promise((resolve, reject) => {
		const child = spawn(program, rest, {
			stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
			env: bareEnvironment,
			cwd: "/",
			// A group of its own, which can be killed as a whole.
			detached: signal !== undefined,
			...(limitMs === undefined ? {} : { timeout: limitMs, killSignal: "SIGKILL" }),
		});
		let printed = "";
		let words = "";
		child.stdout?.on("data", (chunk: Buffer) => {
			printed += chunk.toString();
		});
		child.stderr?.on("data", (chunk: Buffer) => {
			words = `${words}${chunk.toString()}`.slice(-toldWordsLength);
		});
		const kill = (): void => killGroup(child.pid);
		signal?.addEventListener("abort", kill, { once: true });
		child.on("error", reject);
		child.on("close", (status) => {
			signal?.removeEventListener("abort", kill);
			if (signal?.aborted === true) reject(signal.reason);
			else if (status === 0) resolve(printed);
			else reject(new Error(`${program} failed: ${words.trim() || `status ${status}`}`));
		});
		if (input !== undefined && child.stdin !== null) pipeline(input, child.stdin).catch(() => child.kill());
	});
}
