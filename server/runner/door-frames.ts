import type { z } from "zod";
import {
	DoorReply,
	type DoorReply as DoorReplyMessage,
	DoorRequest,
	type DoorRequest as DoorRequestMessage,
	doorFrame,
	maxDoorControlBytes,
	maxDoorDataBytes,
} from "./door-protocol.ts";
import { encodeFrame, encodeHeader, type Frame, ProtocolBreach } from "./frame-reader.ts";

/** The bytes of the door, for both of its sides: what one writes, the other reads with the same caps and schemas. */

/** Lengths that the runner takes from a gateway. */
export function requestCap(type: number): number | null {
	if (type === doorFrame.control) return maxDoorControlBytes;
	return type === doorFrame.stdin ? maxDoorDataBytes : null;
}

/** Lengths that a gateway takes from the runner. */
export function replyCap(type: number): number | null {
	if (type === doorFrame.control) return maxDoorControlBytes;
	return type === doorFrame.stdout || type === doorFrame.stderr ? maxDoorDataBytes : null;
}

/** Program bytes have no borders that the other side needs. */
export const isDoorData = (type: number): boolean => type !== doorFrame.control;

export function encodeRequest(message: DoorRequestMessage): Buffer {
	return encodeFrame(doorFrame.control, Buffer.from(JSON.stringify(message)));
}

export function encodeReply(message: DoorReplyMessage): Buffer {
	return encodeFrame(doorFrame.control, Buffer.from(JSON.stringify(message)));
}

/** What comes before 1 to `maxDoorDataBytes` bytes that the sender writes as they are. */
export function dataHeader(stream: "stdout" | "stderr", bytes: number): Buffer {
	return encodeHeader(doorFrame[stream], bytes);
}

/** Frames for bytes of any length; none for none. */
export function encodeDoorData(stream: "stdin" | "stdout" | "stderr", bytes: Uint8Array): Buffer[] {
	const frames: Buffer[] = [];
	for (let offset = 0; offset < bytes.length; offset += maxDoorDataBytes) {
		frames.push(encodeFrame(doorFrame[stream], bytes.subarray(offset, offset + maxDoorDataBytes)));
	}
	return frames;
}

/** Throws ProtocolBreach for what is no JSON or no such message. */
function parseControl<T>(schema: z.ZodType<T>, frame: Frame): T {
	let json: unknown;
	try {
		json = JSON.parse(frame.payload.toString("utf8"));
	} catch {
		throw new ProtocolBreach("controlIsNotJson");
	}
	const result = schema.safeParse(json);
	if (!result.success) throw new ProtocolBreach("controlIsMalformed");
	return result.data;
}

export const parseRequest = (frame: Frame): DoorRequestMessage => parseControl(DoorRequest, frame);
export const parseReply = (frame: Frame): DoorReplyMessage => parseControl(DoorReply, frame);
