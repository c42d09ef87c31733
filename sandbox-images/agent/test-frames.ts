/**
 * The least of PROTOCOL.md that the tests need to speak with an agent. The product's own codec is server/runner's; this one is apart
 * from it so that a mistake there does not hide the same mistake here.
 */

export const FrameType = {
	File: 0x01,
	Step: 0x02,
	Stdin: 0x03,
	Eof: 0x04,
	Resize: 0x05,
	Signal: 0x06,
	Kill: 0x07,
	Reset: 0x08,
	Prespawn: 0x09,
	Ready: 0x81,
	Stdout: 0x82,
	Stderr: 0x83,
	StdinAck: 0x84,
	Stats: 0x85,
	Exit: 0x86,
	Fault: 0x87,
} as const;

export interface AgentFrame {
	readonly type: number;
	readonly payload: Buffer;
}

export interface StepOptions {
	/** Columns and rows of a PTY; absent: three pipes. */
	readonly pty?: readonly [columns: number, rows: number];
	readonly idleWallMs?: number;
	readonly totalWallMs?: number;
	readonly cpuMs?: number;
	readonly outputBytes?: number;
	readonly argv: readonly string[];
	readonly env?: readonly string[];
}

export const Cause = { None: 0, IdleWall: 1, TotalWall: 2, Cpu: 3, Output: 4, Killed: 5, OutOfMemory: 6 } as const;

export interface Exit {
	readonly how: number;
	readonly value: number;
	readonly cause: number;
	readonly wallUs: number;
	readonly cpuUs: number;
	readonly peakMemoryBytes: number;
	readonly oomKills: number;
}

export function encodeFrame(type: number, payload: Uint8Array = new Uint8Array()): Buffer {
	const frame = Buffer.alloc(5 + payload.length);
	frame.writeUInt8(type, 0);
	frame.writeUInt32BE(payload.length, 1);
	frame.set(payload, 5);
	return frame;
}

export function encodeFile(name: string | Uint8Array, content: string | Uint8Array): Buffer {
	const nameBytes = Buffer.from(name);
	const length = Buffer.alloc(2);
	length.writeUInt16BE(nameBytes.length);
	return encodeFrame(FrameType.File, Buffer.concat([length, nameBytes, Buffer.from(content)]));
}

export function encodeStep(options: StepOptions): Buffer {
	const env = options.env ?? ["PATH=/bin"];
	const fixed = Buffer.alloc(25);
	fixed.writeUInt8(options.pty ? 1 : 0, 0);
	fixed.writeUInt16BE(options.pty?.[0] ?? 0, 1);
	fixed.writeUInt16BE(options.pty?.[1] ?? 0, 3);
	fixed.writeUInt32BE(options.idleWallMs ?? 20_000, 5);
	fixed.writeUInt32BE(options.totalWallMs ?? 20_000, 9);
	fixed.writeUInt32BE(options.cpuMs ?? 20_000, 13);
	fixed.writeUInt32BE(options.outputBytes ?? 1_048_576, 17);
	fixed.writeUInt16BE(options.argv.length, 21);
	fixed.writeUInt16BE(env.length, 23);
	return encodeFrame(FrameType.Step, Buffer.concat([fixed, ...[...options.argv, ...env].map((text) => Buffer.from(`${text}\0`))]));
}

/** What of `options` is a program's start: the limits count for nothing. */
export function encodePrespawn(options: StepOptions): Buffer {
	const step = encodeStep(options);
	return encodeFrame(FrameType.Prespawn, Buffer.concat([step.subarray(5, 10), step.subarray(26)]));
}

export function encodeResize(columns: number, rows: number): Buffer {
	const payload = Buffer.alloc(4);
	payload.writeUInt16BE(columns, 0);
	payload.writeUInt16BE(rows, 2);
	return encodeFrame(FrameType.Resize, payload);
}

export function decodeExit(payload: Buffer): Exit {
	return {
		how: payload.readUInt8(0),
		value: payload.readUInt32BE(1),
		cause: payload.readUInt8(5),
		wallUs: Number(payload.readBigUInt64BE(6)),
		cpuUs: Number(payload.readBigUInt64BE(14)),
		peakMemoryBytes: Number(payload.readBigUInt64BE(22)),
		oomKills: payload.readUInt32BE(30),
	};
}

/** Cuts whole frames off the front of what has arrived; `rest` is what is left. */
export function decodeFrames(bytes: Buffer): { readonly frames: readonly AgentFrame[]; readonly rest: Buffer } {
	const frames: AgentFrame[] = [];
	let at = 0;
	while (bytes.length - at >= 5) {
		const length = bytes.readUInt32BE(at + 1);
		if (bytes.length - at - 5 < length) break;
		frames.push({ type: bytes.readUInt8(at), payload: bytes.subarray(at + 5, at + 5 + length) });
		at += 5 + length;
	}
	return { frames, rest: bytes.subarray(at) };
}

export const stdinFrame = (text: string | Uint8Array): Buffer => encodeFrame(FrameType.Stdin, Buffer.from(text));

/** A STEP's options: the script, run by a shell. */
export const shellStep = (script: string): { argv: string[] } => ({ argv: ["/bin/busybox", "sh", "-c", script] });
