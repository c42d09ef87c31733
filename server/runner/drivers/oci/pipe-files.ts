import { closeSync, constants, mkdirSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { quoted } from "./view-shell.ts";

/** Named pipes between us and a program that another process starts for us. A name serves one start, and is gone once it is open at both ends. */

/** mkfifo is a program, and as dear for one as for many. */
const batchSize = 16;

export interface PipePaths {
	readonly input: string;
	readonly output: string;
	readonly error: string;
}

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** Our ends: descriptors, which are its taker's to close. */
export class OpenPipes {
	readonly paths: PipePaths;
	readonly output: number;
	readonly error: number;
	readonly input: number;
	/** Until the program has it open too: a pipe that nobody reads cannot be opened for writing. */
	#reader: number | null;

	constructor(paths: PipePaths) {
		this.paths = paths;
		this.output = openSync(paths.output, O_RDONLY | O_NONBLOCK);
		this.error = openSync(paths.error, O_RDONLY | O_NONBLOCK);
		this.#reader = openSync(paths.input, O_RDONLY | O_NONBLOCK);
		this.input = openSync(paths.input, O_WRONLY | O_NONBLOCK);
	}

	/** To be called when the program has opened them all, or never will. */
	forgetNames(): void {
		if (this.#reader === null) return;
		closeSync(this.#reader);
		this.#reader = null;
		for (const path of Object.values(this.paths)) rmSync(path, { force: true });
	}

	/** For who has taken none of the descriptors. */
	close(): void {
		this.forgetNames();
		for (const descriptor of [this.input, this.output, this.error]) closeSync(descriptor);
	}
}

export class PipeFiles {
	readonly #folder: string;
	#ready: PipePaths[] = [];
	#making: Promise<void> | undefined;
	#made = 0;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** @param run runs a command of the machine's. */
	async take(run: (command: string) => Promise<void>): Promise<OpenPipes> {
		for (;;) {
			const paths = this.#ready.pop();
			if (paths !== undefined) return new OpenPipes(paths);
			this.#making ??= this.#make(run).finally(() => {
				this.#making = undefined;
			});
			await this.#making;
		}
	}

	/** Those that were made are not there any more. */
	forget(): void {
		this.#ready = [];
	}

	async #make(run: (command: string) => Promise<void>): Promise<void> {
		mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
		const made = Array.from({ length: batchSize }, (): PipePaths => {
			const path = join(this.#folder, String(this.#made++));
			return { input: `${path}.in`, output: `${path}.out`, error: `${path}.err` };
		});
		await run(`mkfifo -m 600 ${made.flatMap((paths) => Object.values(paths).map(quoted)).join(" ")}`);
		this.#ready.push(...made);
	}
}
