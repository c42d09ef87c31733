/**
 * Types what is prepared (the author's stdin, or what was typed in a recording) as a person would: a line when the program has
 * said something and then waits, so that each answer stands behind its question. Typed all at once, a terminal would echo it first.
 */

/** A program that has printed is taken to wait after this long without another word … */
const quietMs = 150;
/** … and one that prints nothing after this. */
const silentMs = 600;

/** One Enter a line; what follows the last line end is typed without one. */
export function inputLines(text: string): string[] {
	return (text.replace(/\r\n?/g, "\n").match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => line.replace("\n", "\r"));
}

export class PacedInput {
	readonly #lines: string[];
	readonly #type: (text: string) => void;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(text: string, type: (text: string) => void) {
		this.#lines = inputLines(text);
		this.#type = type;
	}

	/** The program has started. */
	start(): void {
		this.#wait(silentMs);
	}

	/** The program has printed something. */
	heard(): void {
		if (this.#timer !== undefined) this.#wait(quietMs);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#wait(ms: number): void {
		clearTimeout(this.#timer);
		this.#timer = this.#lines.length === 0 ? undefined : setTimeout(() => this.#typeNext(), ms);
	}

	#typeNext(): void {
		const line = this.#lines.shift();
		if (line !== undefined) this.#type(line);
		this.#wait(silentMs);
	}
}
