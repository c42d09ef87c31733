import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const toldWordsLength = 2_000;

/** For programs of the machine's: nothing of our environment. (Next.js's types want NODE_ENV in every environment.) */
export const bareEnvironment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C", NODE_ENV: "production" } as const;

/** Runs a program of the machine's, with nothing of our environment; resolves to what it printed, rejects with its words. */
export function runCommand(
	command: readonly string[],
	options: { readonly input?: Readable; readonly limitMs?: number } = {},
): Promise<string> {
	const { input, limitMs } = options;
	const [program = "", ...rest] = command;
	return new Promise((resolve, reject) => {
		const child = spawn(program, rest, {
			stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
			env: bareEnvironment,
			cwd: "/",
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
		child.on("error", reject);
		child.on("close", (status) => {
			if (status === 0) resolve(printed);
			else reject(new Error(`${program} failed: ${words.trim() || `status ${status}`}`));
		});
		if (input !== undefined && child.stdin !== null) pipeline(input, child.stdin).catch(() => child.kill());
	});
}
