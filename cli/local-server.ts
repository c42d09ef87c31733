import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ServerTrouble } from "./server-client.ts";

/** `--local`: a server of this check's own, started as `npm start` does on a free port, and stopped as Ctrl-C would. */

export interface LocalServer {
	readonly url: string;
	close(): Promise<void>;
}

/** Nobody else is there to be protected from this client. */
const withoutQuotas = {
	SANDGLASS_VISITOR_SESSIONS: "10000",
	SANDGLASS_VISITOR_RUNS_PER_MINUTE: "100000",
	SANDGLASS_VISITOR_SECONDS_PER_HOUR: "10000000",
	SANDGLASS_ADDRESS_SESSIONS: "100000",
	SANDGLASS_ADDRESS_RUNS_PER_MINUTE: "1000000",
	SANDGLASS_ADDRESS_SECONDS_PER_HOUR: "100000000",
	SANDGLASS_ANONYMOUS_API: "open",
} as const;

const stopTimeoutMs = 60_000;
const maxKeptCharacters = 8_000;

export interface LocalServerOptions {
	/** Where Sandglass is installed. */
	readonly packageDir: string;
	/** The process's own, with what the operator set. */
	readonly environment: NodeJS.ProcessEnv;
	readonly signal: AbortSignal;
	readonly onProgress: (line: string) => void;
}

/** @throws ServerTrouble with what the server said. */
export async function startLocalServer({ packageDir, environment, signal, onProgress }: LocalServerOptions): Promise<LocalServer> {
	signal.throwIfAborted();
	const child = spawn(process.execPath, [join(packageDir, "setup/bootstrap.mjs"), "start"], {
		cwd: packageDir,
		env: { LOG_LEVEL: "error", ...environment, ...withoutQuotas, HOST: "127.0.0.1", PORT: "0" },
		stdio: ["ignore", "pipe", "pipe"],
		// Ctrl-C is this process's to handle; the server is stopped in its turn.
		detached: true,
	});
	const hasEnded = once(child, "exit");
	const close = async (): Promise<void> => {
		if (child.exitCode !== null || child.signalCode !== null) return;
		child.kill("SIGTERM");
		const force = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
		await hasEnded;
		clearTimeout(force);
	};
	try {
		return { url: await untilServing(child, signal, onProgress), close };
	} catch (error) {
		await close();
		throw error;
	}
}

function untilServing(child: ChildProcess, signal: AbortSignal, onProgress: (line: string) => void): Promise<string> {
	return new Promise((resolve, reject) => {
		let printed = "";
		const onData = (chunk: Buffer): void => {
			printed = (printed + chunk.toString()).slice(-maxKeptCharacters);
			const url = /Sandglass is at (http\S+)/.exec(printed)?.[1];
			const line = printed.trimEnd().split("\n").at(-1);
			if (url !== undefined) finish(() => resolve(url));
			else if (line !== undefined) onProgress(line);
		};
		const onExit = (code: number | null, by: string | null): void =>
			finish(() => reject(new ServerTrouble(`The server of --local ended (${by ?? code}) before it served. It said:\n${printed.trim()}`)));
		const onError = (cause: Error): void =>
			finish(() => reject(new ServerTrouble("The server of --local could not be started.", { cause })));
		const onAbort = (): void => finish(() => reject(signal.reason));
		function finish(settle: () => void): void {
			// What it says later is read and dropped, so that it never waits for its reader.
			for (const stream of [child.stdout, child.stderr]) stream?.off("data", onData).resume();
			child.off("exit", onExit).off("error", onError);
			signal.removeEventListener("abort", onAbort);
			settle();
		}
		for (const stream of [child.stdout, child.stderr]) stream?.on("data", onData);
		child.on("exit", onExit).on("error", onError);
		signal.addEventListener("abort", onAbort);
	});
}
