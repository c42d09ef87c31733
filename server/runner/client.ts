import { connect, type Socket } from "node:net";
import type { z } from "zod";
import type { ErrorCode } from "../../protocol/errors.ts";
import { stdinWindowBytes } from "../../protocol/streams.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { encodeDoorData, encodeRequest, isDoorData, parseReply, replyCap } from "./door-frames.ts";
import { type DoorReply, type DoorRequest, doorFrame } from "./door-protocol.ts";
import { type Frame, FrameReader, ProtocolBreach } from "./frame-reader.ts";

export { type RunnerWatch, watchRunner } from "./watch-client.ts";

/**
 * The gateway's side of the door: one connection, one lease on one sandbox. Whoever opens a lease owns it and must close it;
 * closing it kills the sandbox. The handlers are called on the event loop, never from inside a method of the lease.
 */

type Reply<T extends DoorReply["type"]> = Omit<Extract<DoorReply, { type: T }>, "type">;
export type LeaseRun = Omit<Extract<z.input<typeof DoorRequest>, { type: "run" }>, "type">;

export interface LeaseHandlers {
	/** The sandbox is there. Comes once and first, or `refused` comes. A `run` may be sent without waiting for it. */
	claimed(claim: Reply<"claimed">): void;
	/** No sandbox: `closed` follows. `runnerDown` when nobody answers at the socket. */
	refused(code: ErrorCode): void;
	started(start: Reply<"started">): void;
	/** As it arrives. A view, valid until the handler returns to the event loop; keep a copy if it is kept longer. */
	output(stream: "stdout" | "stderr", bytes: Buffer): void;
	stats(stats: Reply<"stats">): void;
	stdinAck(bytes: number): void;
	step(step: Reply<"step">): void;
	/** The one answer to a run. */
	exit(exit: Reply<"exit">): void;
	/** The runner gave the sandbox up between two runs: `closed` follows. */
	lost(code: ErrorCode): void;
	/**
	 * Exactly once, last, whoever closed. `self`: close() was called; `runner`: the runner closed or died; `breach`: it broke the
	 * protocol (`detail` says how, for the log). A run without its `exit` at that point is lost.
	 */
	closed(reason: "self" | "runner" | "breach", detail: string): void;
}

/**
 * Where all leases read into, one at a time: what is read is dealt with before the next read. A buffer of its own for each read would be 64 KiB of
 * garbage for an echo, and for a flood more garbage than bytes are under way.
 */
const scratch = Buffer.allocUnsafeSlow(65_536);

export class Lease {
	readonly #socket: Socket;
	readonly #handlers: LeaseHandlers;
	readonly #reader = new FrameReader(replyCap, isDoorData);
	#state: "claiming" | "claimed" | "refused" | "closed" = "claiming";
	/** Runs sent and not answered: at most one. */
	#isRunOpen = false;
	#stdinCreditBytes = 0;
	#closeReason: "self" | "runner" | "breach" = "runner";
	#closeDetail = "";

	constructor(socketPath: string, claim: Omit<Extract<DoorRequest, { type: "claim" }>, "type">, handlers: LeaseHandlers) {
		this.#handlers = handlers;
		this.#socket = connect({
			path: socketPath,
			onread: {
				buffer: scratch,
				callback: (bytes, buffer) => {
					this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
					return true;
				},
			},
		});
		this.#socket.on("error", (error) => {
			this.#closeDetail = error.message;
		});
		this.#socket.on("close", () => this.#finish());
		this.#send({ type: "claim", ...claim });
	}

	/** Starts a program. False, and nothing sent, while an earlier run has no `exit` yet or when the lease is over. */
	run(run: LeaseRun): boolean {
		if (this.#isRunOpen || !this.isOpen) return false;
		this.#isRunOpen = true;
		this.#stdinCreditBytes = stdinWindowBytes;
		this.#send({ type: "run", ...run });
		return true;
	}

	/** Input that may be sent now; grows with each `stdinAck`. 0 outside a run. */
	get stdinCreditBytes(): number {
		return this.#isRunOpen ? this.#stdinCreditBytes : 0;
	}

	/** False, and nothing sent, when it is more than the credit. */
	stdin(bytes: Uint8Array): boolean {
		if (bytes.length > this.stdinCreditBytes || !this.isOpen) return false;
		this.#stdinCreditBytes -= bytes.length;
		for (const frame of encodeDoorData("stdin", bytes)) this.#socket.write(frame);
		return true;
	}

	/** These four do nothing outside a run. */
	eof(): void {
		this.#sendInRun({ type: "eof" });
	}
	resize(columns: number, rows: number): void {
		this.#sendInRun({ type: "resize", columns, rows });
	}
	signal(signal: number): void {
		this.#sendInRun({ type: "signal", signal });
	}
	stop(): void {
		this.#sendInRun({ type: "stop" });
	}

	/** Stops reading: the program is held back in turn once the buffers between (about 256 KiB) are full. */
	pause(): void {
		this.#socket.pause();
	}
	resume(): void {
		this.#socket.resume();
	}

	get isOpen(): boolean {
		return this.#state === "claiming" || this.#state === "claimed";
	}

	/** Gives the sandbox back, which kills it. May be called at any time, more than once. */
	close(): void {
		if (this.#state === "closed") return;
		this.#end("self", "");
	}

	#send(message: DoorRequest): void {
		this.#socket.write(encodeRequest(message));
	}

	#sendInRun(message: DoorRequest): void {
		if (this.#isRunOpen && this.isOpen) this.#send(message);
	}

	#end(reason: "self" | "breach", detail: string): void {
		this.#closeReason = reason;
		this.#closeDetail = detail;
		this.#socket.destroy();
	}

	#take(chunk: Buffer): void {
		try {
			for (const frame of this.#reader.read(chunk)) {
				if (this.#socket.destroyed) return;
				this.#takeFrame(frame);
			}
		} catch (error) {
			if (!(error instanceof ProtocolBreach)) throw error;
			this.#end("breach", error.rule);
		}
	}

	#takeFrame(frame: Frame): void {
		if (frame.type === doorFrame.control) {
			this.#takeReply(parseReply(frame));
			return;
		}
		if (!this.#isRunOpen) throw new ProtocolBreach("outputOutsideRun");
		this.#handlers.output(frame.type === doorFrame.stdout ? "stdout" : "stderr", frame.payload);
	}

	#takeReply(message: DoorReply): void {
		switch (message.type) {
			case "claimed":
				if (this.#state !== "claiming") throw new ProtocolBreach("claimedTwice");
				this.#state = "claimed";
				this.#handlers.claimed(message);
				break;
			case "refused":
				if (this.#state !== "claiming") throw new ProtocolBreach("refusedAfterClaim");
				this.#state = "refused";
				this.#handlers.refused(message.code);
				break;
			case "lost":
				this.#handlers.lost(message.code);
				break;
			case "status":
			case "posture":
			case "figures":
				throw new ProtocolBreach("statusOnALease");
			case "exit":
				this.#requireRun();
				this.#isRunOpen = false;
				this.#handlers.exit(message);
				break;
			case "started":
				this.#requireRun();
				this.#handlers.started(message);
				break;
			case "stats":
				this.#requireRun();
				this.#handlers.stats(message);
				break;
			case "step":
				this.#requireRun();
				this.#handlers.step(message);
				break;
			case "stdinAck":
				this.#requireRun();
				this.#stdinCreditBytes += message.bytes;
				if (this.#stdinCreditBytes > stdinWindowBytes) throw new ProtocolBreach("tooMuchStdinAcknowledged");
				this.#handlers.stdinAck(message.bytes);
				break;
		}
	}

	#requireRun(): void {
		if (this.#state !== "claimed" || !this.#isRunOpen) throw new ProtocolBreach("replyOutsideRun");
	}

	#finish(): void {
		const wasClaiming = this.#state === "claiming";
		this.#state = "closed";
		if (wasClaiming && this.#closeReason !== "self") this.#handlers.refused("runnerDown");
		this.#handlers.closed(this.#closeReason, this.#closeDetail);
	}
}

/** `language` and `version` are the catalogue's own. Never throws: what fails comes as `refused` and `closed`. */
export function openLease(options: {
	socketPath: string;
	language: string;
	version: string;
	tier: ServerTierId;
	handlers: LeaseHandlers;
}): Lease {
	const { socketPath, language, version, tier, handlers } = options;
	return new Lease(socketPath, { language, version, tier }, handlers);
}
