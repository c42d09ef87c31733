import { type BenchProgram, keysPerLine } from "../programs.ts";
import type { Place, RunningProgram } from "./place.ts";

/** A reader who presses keys in a program that listens. */

const key = Buffer.from("x");
const lineEnd = Buffer.from("\n");

export class Typist {
	readonly #program: RunningProgram;
	#keys = 0;

	private constructor(program: RunningProgram) {
		this.#program = program;
	}

	/** Returns when the program has said that it listens. */
	static async sitDown(place: Place, program: BenchProgram): Promise<Typist> {
		const running = place.start(program);
		await running.firstByteAt;
		return new Typist(running);
	}

	/** Milliseconds until the key is seen. */
	async press(): Promise<number> {
		this.#keys++;
		const echoed = this.#program.nextOutputAt();
		const pressedAt = performance.now();
		this.#program.type(this.#keys % keysPerLine === 0 ? lineEnd : key);
		return (await echoed) - pressedAt;
	}

	async leave(): Promise<void> {
		this.#program.stop();
		await this.#program.ended;
	}
}
