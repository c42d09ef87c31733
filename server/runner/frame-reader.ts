/**
 * Cuts a byte stream into frames of `u8 type, u32 big-endian length, payload`: the form that the agent's frames and the door's share.
 *
 * What must hold: a length is judged before a byte of its payload is kept, so a peer can make us hold at most one payload of the
 * longest kind; and nothing is held for a payload before its bytes arrive, so a length that is never honoured costs nothing.
 * Payloads of a streamed type are handed on as they arrive, in pieces, and are neither kept nor copied.
 */

export interface Frame {
	readonly type: number;
	/** A view into the chunk where the payload came in one piece: whoever keeps it keeps the chunk. Of a streamed type, perhaps a piece. */
	readonly payload: Buffer;
}

/** The peer broke the rules of its protocol. `rule` is a short code for the operator's log; it never holds bytes of the peer. */
export class ProtocolBreach extends Error {
	readonly rule: string;
	constructor(rule: string) {
		super(`protocol breach: ${rule}`);
		this.rule = rule;
	}
}

const headerBytes = 5;

/** The longest payload of a type, or null when there is no such type. */
export type PayloadCap = (type: number) => number | null;

/** An iterator by hand: a generator costs a chunk of one key more than all that is done with its frame here. */
class ChunkFrames implements IterableIterator<Frame> {
	readonly #next: (place: ChunkFrames) => Frame | null;
	readonly chunk: Buffer;
	/** Where what nobody has taken yet begins. */
	offset = 0;

	constructor(chunk: Buffer, next: (place: ChunkFrames) => Frame | null) {
		this.chunk = chunk;
		this.#next = next;
	}

	[Symbol.iterator](): this {
		return this;
	}

	next(): IteratorResult<Frame, undefined> {
		const frame = this.#next(this);
		return frame === null ? { done: true, value: undefined } : { done: false, value: frame };
	}
}

export class FrameReader {
	readonly #capOf: PayloadCap;
	readonly #isStreamed: (type: number) => boolean;
	readonly #header = Buffer.alloc(headerBytes);
	#headerFilled = 0;
	#type = 0;
	#parts: Buffer[] = [];
	#missingBytes = 0;

	/** Of a streamed type the payload arrives in as many frames as the chunks that it came in. */
	constructor(capOf: PayloadCap, isStreamed: (type: number) => boolean = () => false) {
		this.#capOf = capOf;
		this.#isStreamed = isStreamed;
	}

	/** The frames that this chunk completes, and pieces of streamed ones. Throws ProtocolBreach while it is iterated; after that the reader must not be used again. */
	read(chunk: Buffer): IterableIterator<Frame> {
		return new ChunkFrames(chunk, this.#nextIn);
	}

	readonly #nextIn = (place: ChunkFrames): Frame | null => {
		const { chunk } = place;
		if (place.offset >= chunk.length) return null;
		if (this.#headerFilled < headerBytes) {
			if (!this.#readHeader(place)) return null;
			// An empty payload is there with its header.
			if (place.offset >= chunk.length && this.#missingBytes > 0) return null;
		}
		const start = place.offset;
		const end = Math.min(chunk.length, start + this.#missingBytes);
		const part = start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
		place.offset = end;
		this.#missingBytes -= end - start;
		if (this.#missingBytes === 0) return this.#finish(part);
		if (this.#isStreamed(this.#type)) return { type: this.#type, payload: part };
		this.#keep(part);
		return null;
	};

	/** False: the chunk ends before the header does. */
	#readHeader(place: ChunkFrames): boolean {
		const { chunk, offset } = place;
		if (this.#headerFilled === 0 && chunk.length - offset >= headerBytes) {
			this.#judgeHeader(chunk, offset);
			this.#headerFilled = headerBytes;
			place.offset = offset + headerBytes;
			return true;
		}
		const taken = chunk.copy(this.#header, this.#headerFilled, offset, offset + headerBytes - this.#headerFilled);
		this.#headerFilled += taken;
		place.offset += taken;
		if (this.#headerFilled < headerBytes) return false;
		this.#judgeHeader(this.#header, 0);
		return true;
	}

	#judgeHeader(header: Buffer, at: number): void {
		this.#type = header.readUInt8(at);
		const cap = this.#capOf(this.#type);
		if (cap === null) throw new ProtocolBreach("unknownFrameType");
		const length = header.readUInt32BE(at + 1);
		if (length > cap) throw new ProtocolBreach("frameTooLong");
		this.#missingBytes = length;
	}

	/** A copy: a view would keep the whole chunk alive for one byte of it, and a peer that dribbles could make us hold many. */
	#keep(part: Buffer): void {
		const last = this.#parts.at(-1);
		if (last !== undefined && last.length + part.length <= 4_096) this.#parts[this.#parts.length - 1] = Buffer.concat([last, part]);
		else this.#parts.push(Buffer.from(part));
	}

	#finish(lastPart: Buffer): Frame {
		let payload = lastPart;
		if (this.#parts.length > 0) {
			payload = Buffer.concat([...this.#parts, lastPart]);
			this.#parts = [];
		}
		this.#headerFilled = 0;
		return { type: this.#type, payload };
	}
}

export function encodeHeader(type: number, length: number): Buffer {
	const header = Buffer.allocUnsafe(headerBytes);
	header.writeUInt8(type, 0);
	header.writeUInt32BE(length, 1);
	return header;
}

/** One frame in one buffer, so that it is one write. */
export function encodeFrame(type: number, ...parts: readonly Uint8Array[]): Buffer {
	let length = 0;
	for (const part of parts) length += part.length;
	const frame = Buffer.allocUnsafe(headerBytes + length);
	frame.writeUInt8(type, 0);
	frame.writeUInt32BE(length, 1);
	let offset = headerBytes;
	for (const part of parts) {
		frame.set(part, offset);
		offset += part.length;
	}
	return frame;
}
