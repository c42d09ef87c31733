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

export class FrameReader {
	readonly #capOf: PayloadCap;
	readonly #isStreamed: (type: number) => boolean;
	readonly #header = Buffer.alloc(headerBytes);
	#headerFilled = 0;
	#parts: Buffer[] = [];
	#missingBytes = 0;

	/** `isStreamed`: types whose payload is bytes without inner borders. Default: none. */
	constructor(capOf: PayloadCap, isStreamed: (type: number) => boolean = () => false) {
		this.#capOf = capOf;
		this.#isStreamed = isStreamed;
	}

	/** The frames that this chunk completes, and pieces of streamed ones. Throws ProtocolBreach; after that the reader must not be used again. */
	*read(chunk: Buffer): Generator<Frame, void, void> {
		let offset = 0;
		while (offset < chunk.length) {
			if (this.#headerFilled < headerBytes) {
				const taken = chunk.copy(this.#header, this.#headerFilled, offset, offset + headerBytes - this.#headerFilled);
				this.#headerFilled += taken;
				offset += taken;
				if (this.#headerFilled < headerBytes) return;
				this.#judgeHeader();
			}
			const part = chunk.subarray(offset, offset + this.#missingBytes);
			offset += part.length;
			this.#missingBytes -= part.length;
			if (this.#missingBytes > 0) {
				if (part.length === 0) return;
				if (this.#isStreamed(this.#header.readUInt8(0))) yield { type: this.#header.readUInt8(0), payload: part };
				else this.#keep(part);
				return;
			}
			yield this.#finish(part);
		}
	}

	#judgeHeader(): void {
		const cap = this.#capOf(this.#header.readUInt8(0));
		if (cap === null) throw new ProtocolBreach("unknownFrameType");
		const length = this.#header.readUInt32BE(1);
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
		const payload = this.#parts.length === 0 ? lastPart : Buffer.concat([...this.#parts, lastPart]);
		this.#parts = [];
		this.#headerFilled = 0;
		return { type: this.#header.readUInt8(0), payload };
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
	const length = parts.reduce((sum, part) => sum + part.length, 0);
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
