import type { Socket } from "node:net";
import type { EffectiveLimits } from "../../protocol/messages.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { dataHeader, encodeReply, isDoorData, parseRequest, requestCap } from "./door-frames.ts";
import { type DoorReply, type DoorRequest, doorFrame } from "./door-protocol.ts";
import { encodeFrame, FrameReader, ProtocolBreach } from "./frame-reader.ts";
import type { Lease, LeaseSink } from "./lease.ts";
import { OutputGatherer } from "./output-gatherer.ts";
import type { OutputPace, Printer } from "./output-pace.ts";

/**
 * One connection at the door. It is fresh until its first message makes it a lease or a watch; a breach of door-protocol.ts, and
 * the end of the socket, end it, and `onEnd` gives everything back.
 */

/** A connection that says nothing is not kept. */
const firstMessageTimeoutMs = 10_000;
/** How long a peer that was told the end may take to close its side. */
const lingerMs = 1_000;
/** Output that waits for a reader who is slow, in our memory; past it the program is held back. */
const maxUnsentBytes = 131_072;
const smallWriteBytes = 1_024;
/** A peer that reads nothing at all, and goes on asking, is not kept. Above what a stalled reader's run may leave (program-run.ts). */
const maxBacklogBytes = 8_388_608;

type Role =
	| { readonly kind: "fresh"; readonly timer: NodeJS.Timeout }
	| { readonly kind: "lease"; readonly lease: Lease }
	| { readonly kind: "watch" }
	| { readonly kind: "ended" };

export interface DoorHost {
	/** Answers the claim through the connection; null when it was refused. */
	openLease(connection: DoorConnection, language: string, version: string, tier: ServerTierId): Lease | null;
	watch(connection: DoorConnection): void;
	/** Who prints waits for who types. */
	readonly pace: OutputPace;
	/** Exactly once; `lease` is given back here. `breach` names the rule that was broken, for the log. */
	ended(connection: DoorConnection, lease: Lease | null, breach: string | null): void;
}

export class DoorConnection implements Printer {
	readonly #socket: Socket;
	readonly #host: DoorHost;
	readonly #reader = new FrameReader(requestCap, isDoorData);
	readonly #output = new OutputGatherer((stream, parts, bytes) => {
		// An echo is one small write, at once; what is large goes out as it is, behind its header.
		if (bytes < smallWriteBytes) this.#write(encodeFrame(doorFrame[stream], ...parts));
		else {
			this.#cork();
			for (const part of [dataHeader(stream, bytes), ...parts]) this.#write(part);
		}
	});
	#role: Role;
	#isCorked = false;
	#breach: string | null = null;
	#lingerTimer: NodeJS.Timeout | undefined;

	constructor(socket: Socket, host: DoorHost) {
		this.#socket = socket;
		this.#host = host;
		this.#role = { kind: "fresh", timer: setTimeout(() => this.#fail("silent"), firstMessageTimeoutMs) };
		socket.on("data", (chunk: Buffer) => this.#take(chunk));
		socket.on("drain", () => {
			if (!host.pace.isHolding(this)) this.lease?.run?.outputDrained();
		});
		// What went wrong with a socket changes nothing of what must follow.
		socket.on("error", () => socket.destroy());
		socket.on("close", () => this.#finish());
	}

	get lease(): Lease | null {
		return this.#role.kind === "lease" ? this.#role.lease : null;
	}

	send(message: DoorReply): void {
		this.#cork();
		this.#output.flush();
		this.#write(encodeReply(message));
	}

	/**
	 * What was sent goes out first, and the peer's own end is waited for: a socket that is closed under a peer that is just writing makes
	 * that write fail, and takes our last words with it.
	 */
	end(): void {
		this.#socket.end();
		this.#lingerTimer ??= setTimeout(() => this.#socket.destroy(), lingerMs);
	}

	destroy(): void {
		this.#socket.destroy();
	}

	/** How a lease speaks through this connection. */
	sinkFor(tier: ServerTierId, limits: EffectiveLimits): LeaseSink {
		return {
			claimed: (isWarm) => this.send({ type: "claimed", tier, limits, isWarm }),
			refused: (code) => {
				this.send({ type: "refused", code });
				this.end();
			},
			started: (step, stepLimits) => this.send({ type: "started", step, limits: stepLimits }),
			output: (stream, bytes) => {
				this.#output.add(stream, bytes);
				const mayGoOn = this.#host.pace.spend(this, bytes.length);
				return mayGoOn && this.#socket.writableLength <= maxUnsentBytes;
			},
			stats: ({ wallMs, cpuMs, memoryBytes }) => this.send({ type: "stats", wallMs, cpuMs, memoryBytes }),
			stdinAck: (bytes) => this.send({ type: "stdinAck", bytes }),
			step: (step, report) => this.send({ type: "step", step, report }),
			exit: (end) => this.send({ type: "exit", ...end }),
		};
	}

	/** Unless its reader is slow, whose `drain` it then waits for. */
	letGo(): void {
		if (this.#socket.writableLength <= maxUnsentBytes) this.lease?.run?.outputDrained();
	}

	/** What is said from here to the end of the event loop's turn goes out in one system call. */
	#cork(): void {
		if (this.#isCorked || this.#socket.destroyed) return;
		this.#isCorked = true;
		this.#socket.cork();
		process.nextTick(() => {
			this.#isCorked = false;
			this.#socket.uncork();
		});
	}

	#write(frame: Buffer): void {
		if (this.#socket.destroyed) return;
		this.#socket.write(frame);
		if (this.#socket.writableLength > maxBacklogBytes) this.#fail("readsNothing");
	}

	#fail(rule: string): void {
		this.#output.close();
		this.#breach ??= rule;
		this.#socket.destroy();
	}

	#finish(): void {
		const role = this.#role;
		this.#role = { kind: "ended" };
		this.#host.pace.leave(this);
		this.#output.close();
		clearTimeout(this.#lingerTimer);
		if (role.kind === "fresh") clearTimeout(role.timer);
		if (role.kind !== "ended") this.#host.ended(this, role.kind === "lease" ? role.lease : null, this.#breach);
	}

	#take(chunk: Buffer): void {
		try {
			for (const frame of this.#reader.read(chunk)) {
				if (this.#socket.destroyed || this.#socket.writableEnded) return;
				if (frame.type === doorFrame.control) this.#takeRequest(parseRequest(frame));
				else this.#takeStdin(frame.payload);
			}
		} catch (error) {
			if (!(error instanceof ProtocolBreach)) throw error;
			this.#fail(error.rule);
		}
	}

	#takeStdin(bytes: Buffer): void {
		const lease = this.#requireLease();
		if (bytes.length === 0) throw new ProtocolBreach("emptyStdin");
		this.#host.pace.typed(bytes.length);
		// Without a run it crossed the exit of the last one.
		if (lease.run !== null && !lease.run.stdin(bytes)) throw new ProtocolBreach("stdinOverrun");
	}

	#takeRequest(request: DoorRequest): void {
		if (request.type === "claim" || request.type === "watch") {
			this.#takeFirst(request);
			return;
		}
		const lease = this.#requireLease();
		switch (request.type) {
			case "run":
				if (!lease.start(request)) throw new ProtocolBreach("runWhileRunning");
				break;
			case "stop":
				lease.run?.stop();
				break;
			case "eof":
				lease.run?.eof();
				break;
			case "resize":
				lease.run?.resize(request.columns, request.rows);
				break;
			case "signal":
				lease.run?.signal(request.signal);
				break;
		}
	}

	#takeFirst(request: Extract<DoorRequest, { type: "claim" | "watch" }>): void {
		if (this.#role.kind !== "fresh") throw new ProtocolBreach("notFirst");
		clearTimeout(this.#role.timer);
		if (request.type === "watch") {
			this.#role = { kind: "watch" };
			this.#host.watch(this);
			return;
		}
		const lease = this.#host.openLease(this, request.language, request.version, request.tier);
		if (lease === null) return;
		this.#role = { kind: "lease", lease };
		lease.claim();
	}

	#requireLease(): Lease {
		if (this.#role.kind !== "lease") throw new ProtocolBreach("notClaimed");
		return this.#role.lease;
	}
}
