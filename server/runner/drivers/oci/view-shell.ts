import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { bareEnvironment } from "./run-command.ts";

/**
 * A small shell in a mount namespace of its own, which ends when our end of its pipe does. It mounts what the view needs, and it starts the runtimes: to copy
 * a shell's few pages for a new process takes the kernel a tenth of what copying a server's takes, and what it starts is in the view already.
 */

type Shell = ChildProcessByStdio<Writable, Readable, null>;

const commandLimitMs = 10_000;
const maxAnswerLength = 4_096;

/** Where a command's standard streams lead: files, opened by the command itself in this order. */
export interface StartPaths {
	readonly error: string;
	readonly input: string;
	readonly output: string;
}

/** Paths and words are ours; a quote in one is none of them. */
export function quoted(word: string): string {
	if (!/^[A-Za-z0-9/._=-]+$/.test(word)) throw new Error(`not a word of ours: ${word}`);
	return word;
}

/** One command at a time, each answered. */
export class ViewShell {
	readonly #shell: Shell;
	readonly #gone: Promise<void>;
	#queue: Promise<unknown> = Promise.resolve();
	#answered: ((line: string) => void) | undefined;
	hasEnded = false;

	constructor(onEnd: () => void) {
		this.#shell = spawn("unshare", ["--mount", "--propagation=slave", "sh"], {
			stdio: ["pipe", "pipe", "ignore"],
			env: bareEnvironment,
			cwd: "/",
			detached: true,
		});
		let heard = "";
		this.#shell.stdout.on("data", (chunk: Buffer) => {
			heard = `${heard}${chunk.toString()}`.slice(-maxAnswerLength);
			const end = heard.lastIndexOf("\0");
			if (end < 0) return;
			const answer = heard.slice(0, end);
			heard = "";
			this.#answered?.(answer);
		});
		this.#shell.stdin.on("error", () => undefined);
		this.#gone = new Promise((resolve) => {
			const end = (): void => {
				this.hasEnded = true;
				this.#answered?.("the view of the machine has ended");
				onEnd();
				resolve();
			};
			this.#shell.on("exit", end);
			this.#shell.on("error", end);
		});
		// Neither it nor its pipes keep a process alive that has nothing else to do.
		this.#shell.unref();
	}

	get pid(): number {
		return this.#shell.pid ?? 0;
	}

	/** Rejects with the command's words when it fails. */
	async run(command: string): Promise<void> {
		const answer = await this.#ask(`words=$( { ${command}; } 2>&1 </dev/null ) && printf '0\\0' || printf '%s\\0' "$words"`);
		if (answer !== "0") throw new Error(`${command.slice(0, 60)}: ${answer}`);
	}

	/** Starts a command and leaves it to itself. Resolves to its process's number. */
	async start(command: readonly string[], { error, input, output }: StartPaths): Promise<number> {
		const words = command.map(quoted).join(" ");
		const answer = await this.#ask(`${words} 2>${quoted(error)} <${quoted(input)} >${quoted(output)} & printf '%s\\0' $!`);
		const pid = Number(answer);
		if (!Number.isInteger(pid) || pid <= 0) throw new Error(answer);
		return pid;
	}

	/** Those of its children that have ended; without that the kernel keeps them for it. */
	async forgetEnded(): Promise<void> {
		if (!this.hasEnded) await this.#ask("jobs >/dev/null; printf '0\\0'");
	}

	#ask(line: string): Promise<string> {
		const turn = this.#queue.then(() => this.#askNow(line));
		this.#queue = turn;
		return turn;
	}

	/** Resolves to what it prints; when it has ended, to a sentence that says so. */
	#askNow(line: string): Promise<string> {
		return new Promise((resolve) => {
			if (this.hasEnded) {
				resolve("the view of the machine has ended");
				return;
			}
			const timer = setTimeout(() => this.#shell.kill("SIGKILL"), commandLimitMs);
			this.#answered = (answer) => {
				this.#answered = undefined;
				clearTimeout(timer);
				resolve(answer);
			};
			this.#shell.stdin.write(`${line}\n`);
		});
	}

	async end(): Promise<void> {
		this.#shell.ref();
		if (!this.hasEnded) this.#shell.stdin.end();
		await this.#gone;
	}
}
