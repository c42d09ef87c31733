import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import { bareEnvironment } from "./run-command.ts";

/**
 * A runtime that runs one container in the foreground: our child. Its pipes are the agent's; it ends when the container has ended and when it has removed
 * what it made for it, which is how we know.
 */

/** What the runtime says of a failure. Our agent writes nothing to its standard error; more than this of it ends the sandbox. */
const maxErrorBytes = 4_096;
/** 128 + SIGKILL, as shells and runtimes say it. */
const killedStatus = 137;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** The agent's standard input and output as one stream, each chunk passed on as it is. */
class AgentStream extends Duplex {
	readonly #child: Child;

	constructor(child: Child) {
		super({ allowHalfOpen: false });
		this.#child = child;
		child.stdout.on("data", (chunk: Buffer) => {
			if (!this.push(chunk)) child.stdout.pause();
		});
		child.stdout.on("end", () => this.push(null));
		child.stdout.on("close", () => this.destroy());
		for (const end of [child.stdin, child.stdout]) end.on("error", () => this.destroy());
		// What went wrong shows as the end of the stream, which is all that its owner may rely on.
		this.on("error", () => this.destroy());
	}

	override _read(): void {
		this.#child.stdout.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#child.stdin.write(chunk, (error) => done(error));
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#child.stdin.destroy();
		this.#child.stdout.destroy();
		done(error);
	}
}

export class SandboxProcess {
	readonly stream: Duplex;
	/** The runtime has ended. Never rejects. */
	readonly ended: Promise<void>;
	/** The agent has said its first byte; rejects, with the runtime's words, when it ends before that. */
	readonly spoken: Promise<void>;
	readonly #child: Child;
	#words = "";

	/** @param command the runtime and its arguments, in the foreground. */
	constructor(command: readonly string[]) {
		const [program = "", ...rest] = command;
		// Nothing of our environment, and not a terminal's signals.
		this.#child = spawn(program, rest, {
			stdio: ["pipe", "pipe", "pipe"],
			env: bareEnvironment,
			cwd: "/",
			detached: true,
		});
		this.stream = new AgentStream(this.#child);
		let isStarted = false;
		this.ended = new Promise((resolve) => {
			this.#child.on("exit", () => resolve());
			this.#child.on("error", (error) => {
				this.#words = error.message;
				resolve();
			});
		});
		this.#child.stderr.on("data", (chunk: Buffer) => {
			if (this.#words.length < maxErrorBytes) this.#words += chunk.toString("latin1");
			else this.stream.destroy();
		});
		this.spoken = new Promise((resolve, reject) => {
			this.#child.stdout.once("data", () => {
				isStarted = true;
				resolve();
			});
			void this.ended.then(() => {
				// Its last words may still be on the way.
				if (!isStarted) setImmediate(() => reject(new Error(`the runtime ended: ${this.#words.trim().slice(0, 500) || "without a word"}`)));
			});
		});
		this.spoken.catch(() => undefined);
	}

	/** The container's first process was killed, as a runtime tells it; null: it has not ended. */
	get wasKilled(): boolean | null {
		const { exitCode } = this.#child;
		return exitCode === null ? null : exitCode === killedStatus;
	}

	/** For a runtime that does not end although nothing of its container is left. */
	kill(): void {
		this.#child.kill("SIGKILL");
	}
}
