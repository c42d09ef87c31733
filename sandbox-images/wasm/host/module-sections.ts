/** A module's sections (WebAssembly Core Specification, 5.5): what has to be known of them to leave some out and to cap the memory. */

const headBytes = 8;
const SectionId = { custom: 0, memory: 5 } as const;
/** What a trap's functions are called. */
const keptCustom = "name";
const hasMaximum = 1;
/** Neither shared nor of 64 bits. */
const plainLimits = 1;

interface Section {
	readonly id: number;
	/** With its id and length. */
	readonly whole: Uint8Array;
	readonly content: Uint8Array;
}

/** @throws RangeError when the bytes are no module as far as its sections go. */
export function withoutDebug(module: Uint8Array): Uint8Array<ArrayBuffer> {
	const kept = [...sectionsOf(module)].filter(({ id, content }) => id !== SectionId.custom || nameOf(content) === keptCustom);
	return join([module.subarray(0, headBytes), ...kept.map(({ whole }) => whole)]);
}

/**
 * The same module with a memory that cannot grow beyond `maxPages` of 64 KiB: its own instruction for that then fails, and its allocator
 * says so. @throws RangeError for a module that starts with more, or whose memory is of another kind.
 */
export function withMemoryLimit(module: Uint8Array, maxPages: number): Uint8Array<ArrayBuffer> {
	const parts = [...sectionsOf(module)].map(({ id, whole, content }) => {
		if (id !== SectionId.memory) return whole;
		const [count, flagsAt] = readNumber(content, 0);
		const flags = content[flagsAt] ?? 0;
		if (count !== 1 || flags > plainLimits) throw new RangeError("the module's memory is of a kind that is not known here");
		const [least, afterLeast] = readNumber(content, flagsAt + 1);
		const [most] = flags === hasMaximum ? readNumber(content, afterLeast) : [maxPages];
		if (least > maxPages) throw new RangeError("the module starts with more memory than it may have");
		const limited = [1, hasMaximum, ...numberBytes(least), ...numberBytes(Math.min(most, maxPages))];
		return Uint8Array.from([id, ...numberBytes(limited.length), ...limited]);
	});
	return join([module.subarray(0, headBytes), ...parts]);
}

function* sectionsOf(module: Uint8Array): Generator<Section> {
	for (let at = headBytes; at < module.length; ) {
		const id = module[at] ?? 0;
		const [length, start] = readNumber(module, at + 1);
		const end = start + length;
		if (end > module.length) throw new RangeError("a section is cut off");
		yield { id, whole: module.subarray(at, end), content: module.subarray(start, end) };
		at = end;
	}
}

function nameOf(content: Uint8Array): string {
	const [length, start] = readNumber(content, 0);
	return new TextDecoder().decode(content.subarray(start, start + length));
}

/** An unsigned LEB128 of at most 32 bits, and where what follows it begins. */
function readNumber(bytes: Uint8Array, from: number): readonly [value: number, end: number] {
	let value = 0;
	for (let at = from; at < from + 5; at++) {
		const byte = bytes[at];
		if (byte === undefined) throw new RangeError("a number is cut off");
		value += (byte & 0x7f) * 2 ** (7 * (at - from));
		if (byte < 0x80) return [value, at + 1];
	}
	throw new RangeError("a number is too long");
}

function numberBytes(value: number): number[] {
	const bytes: number[] = [];
	for (let rest = value; ; rest >>>= 7) {
		if (rest < 0x80) return [...bytes, rest];
		bytes.push((rest & 0x7f) | 0x80);
	}
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
