import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Two relays one behind the other and an end that sends back, each a process: the least that any two processes on the way of a key and its echo take. */
export class RelayChain {
	readonly #folder: string;
	readonly #children: readonly ChildProcess[];
	readonly #client: Socket;
	/** Of the two relays. */
	readonly pids: readonly number[];

	private constructor(folder: string, children: readonly ChildProcess[], client: Socket) {
		this.#folder = folder;
		this.#children = children;
		this.#client = client;
		this.pids = children.slice(1).map(({ pid }) => pid ?? 0);
	}

	static async open(): Promise<RelayChain> {
		const folder = mkdtempSync(join(tmpdir(), "sandglass-relays-"));
		const paths = ["end", "second", "first"].map((name) => join(folder, name));
		const children: ChildProcess[] = [];
		for (const [at, path] of paths.entries()) {
			const child = fork(fileURLToPath(new URL("relay.ts", import.meta.url)), [path, paths[at - 1] ?? "-"], {
				execArgv: ["--import", "tsx"],
			});
			children.push(child);
			await once(child, "message");
		}
		const client = connect(paths.at(-1) ?? "");
		await once(client, "connect");
		return new RelayChain(folder, children, client);
	}

	/** Resolves when it has come back. */
	async send(key: Uint8Array): Promise<void> {
		const back = once(this.#client, "data");
		this.#client.write(key);
		await back;
	}

	async close(): Promise<void> {
		this.#client.destroy();
		for (const child of this.#children) {
			const ended = once(child, "exit");
			child.disconnect();
			await ended;
		}
		rmSync(this.#folder, { recursive: true });
	}
}
