import { Duplex } from "node:stream";

/**
 * A container's stdin and stdout as one byte stream, out of the connection that `attach` hijacked.
 *
 * The engine wraps what comes out in `u8 stream, 3 zero bytes, u32 big-endian length, payload` (Engine API, "Attach to a container").
 * Payloads are passed on as they arrive, never gathered, so a length takes no memory whatever it says. Our agent writes nothing to its
 * standard error; a little is tolerated and dropped, more ends the stream.
 */

const headerBytes = 8;
const stdoutStream = 1;
const stderrStream = 2;
const maxStderrBytes = 4_096;

export class AttachedStream extends Duplex {
	readonly #socket: Duplex;
	readonly #header = Buffer.alloc(headerBytes);
	#headerFilled = 0;
	#payloadMissing = 0;
	#stderrBytes = 0;

	constructor(socket: Duplex) {
		super({ allowHalfOpen: false });
		this.#socket = socket;
		socket.on("data", (chunk: Buffer) => this.#demultiplex(chunk));
		socket.on("end", () => this.push(null));
		socket.on("error", (error) => this.destroy(error));
		socket.on("close", () => this.destroy());
	}

	#demultiplex(chunk: Buffer): void {
		let offset = 0;
		while (offset < chunk.length && !this.destroyed) {
			if (this.#headerFilled < headerBytes) {
				const taken = chunk.copy(this.#header, this.#headerFilled, offset, offset + headerBytes - this.#headerFilled);
				this.#headerFilled += taken;
				offset += taken;
				if (this.#headerFilled < headerBytes) return;
				this.#payloadMissing = this.#header.readUInt32BE(4);
			}
			const part = chunk.subarray(offset, offset + this.#payloadMissing);
			offset += part.length;
			this.#payloadMissing -= part.length;
			if (part.length > 0) this.#pass(part);
			if (this.#payloadMissing === 0) this.#headerFilled = 0;
		}
	}

	#pass(part: Buffer): void {
		const stream = this.#header.readUInt8(0);
		if (stream === stdoutStream) {
			if (!this.push(part)) this.#socket.pause();
			return;
		}
		this.#stderrBytes += part.length;
		if (stream !== stderrStream || this.#stderrBytes > maxStderrBytes) this.destroy(new Error("unexpected bytes beside the agent's"));
	}

	override _read(): void {
		this.#socket.resume();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		this.#socket.write(chunk, (error) => done(error));
	}

	override _destroy(error: Error | null, done: (error: Error | null) => void): void {
		this.#socket.destroy();
		done(error);
	}
}
