import { maxFilesBytes, maxPathBytes } from "../../protocol/files.ts";
import { encodeFrame, type Frame, FrameReader, ProtocolBreach } from "./frame-reader.ts";

/**
 * The codec for sandbox-images/agent/PROTOCOL.md, the runner's side. What is read here may come from a program that has taken its
 * agent over: every length, range and relation is checked, and what is wrong is a ProtocolBreach, which costs that sandbox only.
 * The order of frames is agent-link.ts's business.
 */

export const agentProtocolVersion = 1;
export const stdinCreditBytes = 65_536;
const maxStreamBytes = 32_768;
/** Of all strings of a STEP together, their terminators included. */
export const maxStepStringsBytes = 131_072;
const maxFaultTextBytes = 200;

const toAgent = {
	file: 0x01,
	step: 0x02,
	stdin: 0x03,
	eof: 0x04,
	resize: 0x05,
	signal: 0x06,
	kill: 0x07,
	reset: 0x08,
	prespawn: 0x09,
} as const;
const fromAgent = { ready: 0x81, stdout: 0x82, stderr: 0x83, stdinAck: 0x84, stats: 0x85, exit: 0x86, fault: 0x87 } as const;
const exitBytes = 1 + 4 + 1 + 8 + 8 + 8 + 4;

/** How a program is started: all that one which waits for its step can know of it. */
export interface AgentStart {
	/** null: three pipes. */
	readonly terminal: { readonly columns: number; readonly rows: number } | null;
	/** argv[0] is an absolute path. */
	readonly argv: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
}

export interface AgentStep extends AgentStart {
	readonly idleWallMs: number;
	readonly totalWallMs: number;
	readonly cpuMs: number;
	readonly outputBytes: number;
}

export interface AgentExit {
	readonly how: "exited" | "signalled" | "notStarted";
	/** Exit code, signal number, or errno. */
	readonly value: number;
	readonly cause: "none" | "idleWall" | "totalWall" | "cpu" | "output" | "killed" | "memory";
	readonly wallMs: number;
	readonly cpuMs: number;
	readonly peakMemoryBytes: number;
	readonly oomKills: number;
}

export type AgentFrame =
	| { readonly type: "ready" }
	| { readonly type: "stdout" | "stderr"; readonly bytes: Buffer }
	| { readonly type: "stdinAck"; readonly bytes: number }
	| { readonly type: "stats"; readonly wallMs: number; readonly cpuMs: number; readonly memoryBytes: number }
	| ({ readonly type: "exit" } & AgentExit)
	| { readonly type: "fault"; readonly code: "file" | "reset" | "internal"; readonly errno: number };

const hows = ["exited", "signalled", "notStarted"] as const;
const causes = ["none", "idleWall", "totalWall", "cpu", "output", "killed", "memory"] as const;
const faults = [undefined, "file", "reset", "internal"] as const;

/** Exact lengths are checked in the parser; this is what a length is judged by before its bytes are read. */
function agentCap(type: number): number | null {
	switch (type) {
		case fromAgent.ready:
			return 1;
		case fromAgent.stdout:
		case fromAgent.stderr:
			return maxStreamBytes;
		case fromAgent.stdinAck:
			return 4;
		case fromAgent.stats:
			return 24;
		case fromAgent.exit:
			return exitBytes;
		case fromAgent.fault:
			return 5 + maxFaultTextBytes;
		default:
			return null;
	}
}

class AgentFrames implements IterableIterator<AgentFrame> {
	readonly #frames: IterableIterator<Frame>;

	constructor(frames: IterableIterator<Frame>) {
		this.#frames = frames;
	}

	[Symbol.iterator](): this {
		return this;
	}

	next(): IteratorResult<AgentFrame, undefined> {
		const frame = this.#frames.next();
		return frame.done === true ? { done: true, value: undefined } : { done: false, value: parseAgentFrame(frame.value) };
	}
}

export class AgentFrameReader {
	readonly #reader = new FrameReader(agentCap, (type) => type === fromAgent.stdout || type === fromAgent.stderr);

	/** Output comes in pieces as it arrives. Throws ProtocolBreach while it is iterated; after that the sandbox must be destroyed. */
	read(chunk: Buffer): IterableIterator<AgentFrame> {
		return new AgentFrames(this.#reader.read(chunk));
	}
}

function parseAgentFrame({ type, payload }: Frame): AgentFrame {
	switch (type) {
		case fromAgent.ready:
			require(payload.length === 1 && payload[0] === agentProtocolVersion, "badReady");
			return { type: "ready" };
		case fromAgent.stdout:
		case fromAgent.stderr:
			require(payload.length > 0, "emptyOutput");
			return { type: type === fromAgent.stdout ? "stdout" : "stderr", bytes: payload };
		case fromAgent.stdinAck: {
			require(payload.length === 4, "badStdinAck");
			const bytes = payload.readUInt32BE(0);
			require(bytes >= 1 && bytes <= stdinCreditBytes, "badStdinAck");
			return { type: "stdinAck", bytes };
		}
		case fromAgent.stats:
			require(payload.length === 24, "badStats");
			return { type: "stats", wallMs: readMs(payload, 0), cpuMs: readMs(payload, 8), memoryBytes: readCount(payload, 16) };
		case fromAgent.exit:
			return parseExit(payload);
		case fromAgent.fault: {
			require(payload.length >= 5, "badFault");
			const code = faults[payload.readUInt8(0)];
			if (code === undefined) throw new ProtocolBreach("badFault");
			return { type: "fault", code, errno: payload.readUInt32BE(1) };
		}
		default:
			throw new ProtocolBreach("unknownFrameType");
	}
}

function parseExit(payload: Buffer): AgentFrame {
	require(payload.length === exitBytes, "badExit");
	const how = hows[payload.readUInt8(0)];
	const value = payload.readUInt32BE(1);
	const cause = causes[payload.readUInt8(5)];
	if (how === undefined || cause === undefined) throw new ProtocolBreach("badExit");
	const maxValue = { exited: 255, signalled: 64, notStarted: 4_095 }[how];
	require(value <= maxValue && (how === "exited" || value >= 1), "badExit");
	return {
		type: "exit",
		how,
		value,
		cause,
		wallMs: readMs(payload, 6),
		cpuMs: readMs(payload, 14),
		peakMemoryBytes: readCount(payload, 22),
		oomKills: payload.readUInt32BE(30),
	};
}

function require(holds: boolean, rule: string): void {
	if (!holds) throw new ProtocolBreach(rule);
}

/** Figures beyond these are lies, and would not survive JSON as whole numbers. */
const maxCount = 2 ** 50;

function readCount(payload: Buffer, offset: number): number {
	const value = payload.readBigUInt64BE(offset);
	require(value <= BigInt(maxCount), "impossibleFigure");
	return Number(value);
}

function readMs(payload: Buffer, offset: number): number {
	return readCount(payload, offset) / 1_000;
}

export function encodeFile(name: string, content: string): Buffer {
	const nameBytes = Buffer.from(name);
	const contentBytes = Buffer.from(content);
	if (nameBytes.length > maxPathBytes || contentBytes.length > maxFilesBytes) throw new RangeError("a file that was not validated");
	const nameLength = Buffer.alloc(2);
	nameLength.writeUInt16BE(nameBytes.length);
	return encodeFrame(toAgent.file, nameLength, nameBytes, contentBytes);
}

/** The bytes that a step's strings take of `maxStepStringsBytes`. */
export function stepStringsBytes(argv: readonly string[], environment: Readonly<Record<string, string>>): number {
	return encodeStrings(argv, environment).length;
}

function encodeStrings(argv: readonly string[], environment: Readonly<Record<string, string>>): Buffer {
	const entries = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
	return Buffer.from([...argv, ...entries].map((text) => `${text}\0`).join(""));
}

/** Throws RangeError for a step that was not validated: a limit of 0 would be no limit, and the agent would take it for a fault. */
export function encodeStep(step: AgentStep): Buffer {
	const limits = [step.idleWallMs, step.totalWallMs, step.cpuMs, step.outputBytes];
	if (!limits.every((limit) => Number.isInteger(limit) && limit >= 1 && limit <= 0xffff_ffff)) throw new RangeError("a limit out of range");
	const head = Buffer.alloc(4 * limits.length);
	limits.forEach((limit, index) => {
		head.writeUInt32BE(limit, 4 * index);
	});
	const [mode, strings] = encodeStart(step);
	return encodeFrame(toAgent.step, mode, head, strings);
}

/** Throws RangeError for a start that was not validated. */
export const encodePrespawn = (start: AgentStart): Buffer => encodeFrame(toAgent.prespawn, ...encodeStart(start));

/** What stands before a step's limits, and what stands after them. */
function encodeStart(start: AgentStart): [mode: Buffer, strings: Buffer] {
	const envc = Object.keys(start.environment).length;
	const strings = encodeStrings(start.argv, start.environment);
	if (start.argv.length < 1 || start.argv.length > 256 || envc > 64) throw new RangeError("too many strings in a step");
	if (strings.length > maxStepStringsBytes) throw new RangeError("a step too long");
	if (strings.filter((byte) => byte === 0).length !== start.argv.length + envc) throw new RangeError("NUL in a string of a step");
	const mode = Buffer.alloc(5);
	mode.writeUInt8(start.terminal === null ? 0 : 1, 0);
	mode.writeUInt16BE(start.terminal?.columns ?? 0, 1);
	mode.writeUInt16BE(start.terminal?.rows ?? 0, 3);
	const counts = Buffer.alloc(4);
	counts.writeUInt16BE(start.argv.length, 0);
	counts.writeUInt16BE(envc, 2);
	return [mode, Buffer.concat([counts, strings])];
}

/** Frames of at most 32,768 bytes each. */
export function encodeStdin(bytes: Buffer): Buffer[] {
	const frames: Buffer[] = [];
	for (let offset = 0; offset < bytes.length; offset += maxStreamBytes) {
		frames.push(encodeFrame(toAgent.stdin, bytes.subarray(offset, offset + maxStreamBytes)));
	}
	return frames;
}

export function encodeResize(columns: number, rows: number): Buffer {
	const payload = Buffer.alloc(4);
	payload.writeUInt16BE(columns, 0);
	payload.writeUInt16BE(rows, 2);
	return encodeFrame(toAgent.resize, payload);
}

export const encodeSignal = (signal: number): Buffer => encodeFrame(toAgent.signal, Buffer.from([signal]));
export const encodeEof = (): Buffer => encodeFrame(toAgent.eof);
export const encodeKill = (): Buffer => encodeFrame(toAgent.kill);
export const encodeReset = (): Buffer => encodeFrame(toAgent.reset);
