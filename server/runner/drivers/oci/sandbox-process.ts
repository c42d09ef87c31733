import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { Duplex } from "node:stream";
import type { OpenPipes } from "./pipe-files.ts";

/**
 * A runtime that runs one container in the foreground, started for us in the view. Its standard streams are the agent's too; it ends when the container has ended
 * and when it has removed what it made for it. That nobody has its error stream open any more is how we know.
 */

/** What the runtime says of a failure. Our agent writes nothing to its standard error; more than this of it ends the sandbox. */
const maxErrorBytes = 4_096;

/** The agent's standard input and output as one stream, each chunk passed on as it is. */
class AgentStream extends Duplex {
	readonly #input: Socket;
	readonly #output: Socket;

	constructor(input: Socket, output: Socket) {
		super({ allowHalfOpen: false });
		this.#input = input;
		this.#output = output;
		output.on("data", (chunk: Buffer) => {
			if (!this.push(chunk)) output.pause();
		});
		output.on("end", () => this.push(null));
		output.on("close", () => this.destroy());
		for (const end of [input, output]) end.on("error", () => this.destroy());
		// What went wrong shows as the end of the stream, which is all that its owner may rely on.
		this.on("error", () => this.destroy());
	}

	override _read(): void {
		this.#output.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#input.write(chunk, (error) => done(error));
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#input.destroy();
		this.#output.destroy();
		done(error);
	}
}

export class SandboxProcess {
	readonly stream: Duplex;
	/** The runtime and all of its container have ended. Never rejects. */
	readonly ended: Promise<void>;
	/** The agent has said its first byte; rejects, with the runtime's words, when it ends before that. */
	readonly spoken: Promise<void>;
	readonly #pid: number;
	readonly #id: string;
	#words = "";

	/**
	 * @param id a word of its command line that no other process has
	 * @param onEnd when it has ended, so that its parent can forget it
	 */
	constructor(pipes: OpenPipes, pid: number, id: string, onEnd: () => void) {
		this.#pid = pid;
		this.#id = id;
		const output = new Socket({ fd: pipes.output, readable: true, writable: false });
		const errors = new Socket({ fd: pipes.error, readable: true, writable: false });
		this.stream = new AgentStream(new Socket({ fd: pipes.input, readable: false, writable: true }), output);
		let isStarted = false;
		errors.on("error", () => undefined);
		errors.on("data", (chunk: Buffer) => {
			if (this.#words.length < maxErrorBytes) this.#words += chunk.toString("latin1");
			else this.stream.destroy();
		});
		this.ended = new Promise((resolve) => {
			errors.on("close", () => {
				pipes.forgetNames();
				resolve();
				onEnd();
			});
		});
		this.spoken = new Promise((resolve, reject) => {
			output.once("data", () => {
				isStarted = true;
				pipes.forgetNames();
				resolve();
			});
			void this.ended.then(() => {
				// Its last words may still be on the way.
				if (!isStarted) setImmediate(() => reject(new Error(`the runtime ended: ${this.#words.trim().slice(0, 500) || "without a word"}`)));
			});
		});
		this.spoken.catch(() => undefined);
	}

	/** For a runtime that does not end although nothing of its container is left. */
	kill(): void {
		try {
			// Its number may be another's by now.
			if (readFileSync(`/proc/${this.#pid}/cmdline`, "utf8").split("\0").includes(this.#id)) process.kill(this.#pid, "SIGKILL");
		} catch {
			// It has ended meanwhile.
		}
	}
}
