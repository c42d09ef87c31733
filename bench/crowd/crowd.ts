import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BenchProgram } from "../programs.ts";
import { CrowdAnswer, type CrowdRequest } from "./messages.ts";

/** The bench's hold on the process that plays many readers. Whoever opens it closes it. */
export class Crowd {
	readonly #child: ChildProcess;
	readonly #exited: Promise<unknown>;

	constructor(url: string, { toolchain, fileName }: BenchProgram) {
		const module = fileURLToPath(new URL("process.ts", import.meta.url));
		this.#child = fork(module, [url, toolchain.version.version, fileName], { execArgv: ["--import", "tsx"] });
		this.#exited = once(this.#child, "exit");
	}

	/** Brings them to this number; says how many came, and why no more. */
	async seat(sessions: number): Promise<{ readonly sessions: number; readonly refusal: string | null }> {
		const answer = await this.#ask({ type: "seat", sessions });
		if (answer.type !== "seated") throw new Error("The crowd did not answer what it was asked.");
		return { sessions: answer.sessions, refusal: answer.refusal };
	}

	/** Milliseconds from each key to its echo. */
	async type(typists: number, forMs: number): Promise<readonly number[]> {
		const answer = await this.#ask({ type: "type", typists, forMs });
		if (answer.type !== "typed") throw new Error("The crowd did not answer what it was asked.");
		return answer.echoesMs;
	}

	/** One of them presses so many keys, one after the other. */
	async burst(keys: number): Promise<void> {
		await this.#ask({ type: "burst", keys });
	}

	async close(): Promise<void> {
		if (this.#child.connected) this.#child.disconnect();
		await this.#exited;
	}

	async #ask(request: CrowdRequest): Promise<CrowdAnswer> {
		this.#child.send(request);
		const told = await Promise.race([
			once(this.#child, "message").then(([message]) => CrowdAnswer.parse(message)),
			this.#exited.then((): CrowdAnswer => ({ type: "failed", message: "it ended" })),
		]);
		if (told.type === "failed") throw new Error(`The crowd failed: ${told.message}`);
		return told;
	}
}
