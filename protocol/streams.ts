/** Program bytes in binary WebSocket frames: one byte that names the stream, then the bytes. */

export const streamIds = { stdin: 0, stdout: 1, stderr: 2 } as const;
export type StreamName = keyof typeof streamIds;

/** Longest binary frame either side sends, the stream byte included. */
export const maxBinaryBytes = 32_769;

/** Bytes of a stream in one frame. */
export const maxStreamBytes = maxBinaryBytes - 1;

/** Input that a page may have sent without its `stdinAck`, in bytes; counted anew in each run. */
export const stdinWindowBytes = 65_536;

const names: readonly StreamName[] = ["stdin", "stdout", "stderr"];

export function encodeStream(stream: StreamName, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	return joinStream(stream, [bytes], bytes.length);
}

/** One frame of several pieces; `bytes` is their length in all. */
export function joinStream(stream: StreamName, parts: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
	const frame = new Uint8Array(bytes + 1);
	frame[0] = streamIds[stream];
	let offset = 1;
	for (const part of parts) {
		frame.set(part, offset);
		offset += part.length;
	}
	return frame;
}

/** null: the frame is empty, too long or names no stream. The bytes are a view, not a copy. */
export function decodeStream(frame: Uint8Array): { stream: StreamName; bytes: Uint8Array } | null {
	if (frame.length < 2 || frame.length > maxBinaryBytes) return null;
	const stream = names[frame[0] ?? -1];
	if (stream === undefined) return null;
	return { stream, bytes: frame.subarray(1) };
}
