import { Errno, refuse } from "./errno.ts";

/** The module's memory, by its pointers. Every access is checked against its present size: a wrong pointer is the module's fault, not the host's. */

const decoder = new TextDecoder("utf-8", { fatal: true });
const maxVectors = 1_024;

export class GuestMemory {
	readonly #memory: WebAssembly.Memory;

	constructor(memory: WebAssembly.Memory) {
		this.#memory = memory;
	}

	bytes(pointer: number, length: number): Uint8Array<ArrayBuffer> {
		const start = pointer >>> 0;
		const count = length >>> 0;
		if (start + count > this.#memory.buffer.byteLength) refuse(Errno.fault);
		return new Uint8Array(this.#memory.buffer, start, count);
	}

	view(pointer: number, length: number): DataView {
		const { buffer, byteOffset } = this.bytes(pointer, length);
		return new DataView(buffer, byteOffset, length);
	}

	setU32(pointer: number, value: number): void {
		this.view(pointer, 4).setUint32(0, value, true);
	}

	setU64(pointer: number, value: bigint): void {
		this.view(pointer, 8).setBigUint64(0, value, true);
	}

	text(pointer: number, length: number): string {
		try {
			return decoder.decode(this.bytes(pointer, length).slice());
		} catch (error) {
			if (error instanceof TypeError) refuse(Errno.illegalSequence);
			throw error;
		}
	}

	/** The buffers that an array of `iovec` or `ciovec` names. */
	vectors(pointer: number, count: number): Uint8Array[] {
		const length = count >>> 0;
		if (length > maxVectors) refuse(Errno.invalid);
		const view = this.view(pointer, 8 * length);
		return Array.from({ length }, (_, at) => this.bytes(view.getUint32(8 * at, true), view.getUint32(8 * at + 4, true)));
	}
}
