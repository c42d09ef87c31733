/**
 * What a kernel's terminal does between keyboard and program, for programs that have no kernel: echo, the line that can be mended until
 * Enter, Ctrl-C, Ctrl-D, and the carriage return before each line feed of the output.
 */

export interface LineEvents {
	/** Bytes for the terminal. */
	echo(bytes: Uint8Array): void;
	/** There is something to read, or an end. */
	onInput(): void;
	onInterrupt(): void;
}

const encoder = new TextEncoder();
const interruptByte = 3;
const endByte = 4;
const backspaceBytes: ReadonlySet<number> = new Set([8, 127]);
const killLineByte = 21;
const carriageReturn = 13;
const lineFeed = 10;
const escapeByte = 27;
const tabByte = 9;

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** "\n" becomes "\r\n", as a terminal wants it. */
export function cookOutput(bytes: Uint8Array): Uint8Array {
	let feeds = 0;
	for (const byte of bytes) if (byte === lineFeed) feeds++;
	if (feeds === 0) return bytes;
	const cooked = new Uint8Array(bytes.length + feeds);
	let at = 0;
	for (const byte of bytes) {
		if (byte === lineFeed) cooked[at++] = carriageReturn;
		cooked[at++] = byte;
	}
	return cooked;
}

export class LineDiscipline {
	readonly #events: LineEvents;
	#line: number[] = [];
	#ready: number[] = [];
	#isEnded = false;

	constructor(events: LineEvents) {
		this.#events = events;
	}

	/** Whole lines, taken away; null after Ctrl-D; undefined: nothing yet. */
	take(): Uint8Array | null | undefined {
		if (this.#ready.length > 0) {
			const bytes = Uint8Array.from(this.#ready);
			this.#ready = [];
			return bytes;
		}
		if (!this.#isEnded) return undefined;
		// As at a terminal, the next read asks again.
		this.#isEnded = false;
		return null;
	}

	/** Bytes that wait to be read. */
	get heldBytes(): number {
		return this.#ready.length + this.#line.length;
	}

	/** Keys as the terminal sends them. */
	type(bytes: Uint8Array): void {
		const before = this.#ready.length;
		const wasEnded = this.#isEnded;
		const keys = [...bytes];
		for (let at = 0; at < keys.length; at++) {
			const byte = keys[at] ?? 0;
			// Arrows and other keys that speak in sequences mean nothing in a line.
			if (byte === escapeByte) at = endOfSequence(keys, at);
			else this.#key(byte);
		}
		if (this.#ready.length > before || this.#isEnded !== wasEnded) this.#events.onInput();
	}

	#key(byte: number): void {
		if (byte === interruptByte) {
			this.#line = [];
			this.#echo("^C\r\n");
			this.#events.onInterrupt();
		} else if (byte === endByte) {
			if (this.#line.length === 0) this.#isEnded = true;
			else this.#pass();
		} else if (backspaceBytes.has(byte)) this.#rubOut();
		else if (byte === killLineByte) {
			while (this.#line.length > 0) this.#rubOut();
		} else if (byte === carriageReturn || byte === lineFeed) {
			this.#echo("\r\n");
			this.#line.push(lineFeed);
			this.#pass();
		} else if (byte >= 32 || byte === tabByte) {
			this.#line.push(byte);
			this.#events.echo(Uint8Array.of(byte));
		}
	}

	#pass(): void {
		for (const byte of this.#line) this.#ready.push(byte);
		this.#line = [];
	}

	/** Takes the last character back, all of its bytes. */
	#rubOut(): void {
		if (this.#line.length === 0) return;
		let last = this.#line.pop() ?? 0;
		while (isContinuation(last) && this.#line.length > 0) last = this.#line.pop() ?? 0;
		this.#echo("\b \b");
	}

	#echo(text: string): void {
		this.#events.echo(encoder.encode(text));
	}
}

/** Where the escape sequence that begins at `start` ends (ECMA-48: CSI, SS3, or one character). */
function endOfSequence(keys: readonly number[], start: number): number {
	const kind = keys[start + 1];
	if (kind !== 0x5b) return start + (kind === 0x4f ? 2 : 1);
	let at = start + 2;
	while (at < keys.length && ((keys[at] ?? 0) < 0x40 || (keys[at] ?? 0) > 0x7e)) at++;
	return at;
}
