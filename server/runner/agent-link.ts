import type { ProgramFile } from "../../protocol/files.ts";
import {
	type AgentExit,
	type AgentFrame,
	AgentFrameReader,
	type AgentStart,
	type AgentStep,
	encodeEof,
	encodeFile,
	encodeKill,
	encodePrespawn,
	encodeReset,
	encodeResize,
	encodeSignal,
	encodeStdin,
	encodeStep,
	stdinCreditBytes,
} from "./agent-frames.ts";
import type { Sandbox } from "./drivers/driver.ts";
import { ProtocolBreach } from "./frame-reader.ts";

/**
 * One sandbox and the state machine of its agent (PROTOCOL.md A2 to A8). Everything that the agent says is judged here by what it was
 * asked: a frame at the wrong time, more acknowledgements than input, a storm of figures. What breaks the rules makes the link dead,
 * which its owner answers by destroying the sandbox; nobody else hears of it.
 *
 *     booting ──READY──▶ ready ──startStep──▶ stepping ──EXIT──▶ ready ──reset──▶ resetting ──READY──▶ ready
 */

export interface AgentHandlers {
	/** READY: after the start, and after each reset. */
	ready(): void;
	/** 1 to 32,768 bytes, as they arrive. A view that nobody writes to again; who keeps it keeps the chunk that it came in. */
	output(stream: "stdout" | "stderr", bytes: Buffer): void;
	stdinAck(bytes: number): void;
	stats(stats: { wallMs: number; cpuMs: number; memoryBytes: number }): void;
	exit(exit: AgentExit): void;
	/** A file of this step could not be written; the step has started none the less. */
	fileRefused(errno: number): void;
	/** Once, last. `reason` is a code for the log. */
	dead(reason: string): void;
}

/** Why a link died whose sandbox's stream ended, without a breach. */
export const streamClosed = "streamClosed";

/** Frames that wait to be written: no honest agent lets more pile up, for stdin has its credit. */
const maxUnsentBytes = 1_048_576;
/** STATS come every 250 ms; a taken-over agent could send nothing else and keep us busy. */
const statsBurst = 20;
const statsMinIntervalMs = 100;

type State = "booting" | "ready" | "stepping" | "resetting" | "dead";

export class AgentLink {
	readonly sandbox: Sandbox;
	handlers: AgentHandlers;
	readonly #reader = new AgentFrameReader();
	#state: State = "booting";
	#unackedBytes = 0;
	#filesSent = 0;
	#hasStepSpoken = false;
	#statsCount = 0;
	#stepStartedAtMs = 0;

	constructor(sandbox: Sandbox, handlers: AgentHandlers) {
		this.sandbox = sandbox;
		this.handlers = handlers;
		sandbox.stream.on("data", (chunk: Buffer) => this.#take(chunk));
		sandbox.stream.on("close", () => this.#die(streamClosed));
	}

	get isReady(): boolean {
		return this.#state === "ready";
	}

	/** The files and the step that uses them, in one write. Only when ready. */
	startStep(files: readonly ProgramFile[], step: AgentStep): void {
		if (this.#state !== "ready") throw new Error(`a step while ${this.#state}`);
		const frames = [...files.map((file) => encodeFile(file.name, file.content)), encodeStep(step)];
		this.#state = "stepping";
		this.#unackedBytes = 0;
		this.#filesSent = files.length;
		this.#hasStepSpoken = false;
		this.#statsCount = 0;
		this.#stepStartedAtMs = performance.now();
		this.#write(Buffer.concat(frames));
	}

	/**
	 * Starts what the next step will probably be; the agent holds it until that step comes, and drops it when another does. Only when ready. No answer
	 * comes, and nothing of it is heard before its step: whatever the agent sent on account of it would be a breach, as at any time outside a step.
	 */
	prespawn(start: AgentStart): void {
		if (this.#state !== "ready") throw new Error(`a prespawn while ${this.#state}`);
		this.#write(encodePrespawn(start));
	}

	/** False, and nothing sent, when it is more than the step's credit. */
	stdin(bytes: Buffer): boolean {
		if (this.#state !== "stepping" || this.#unackedBytes + bytes.length > stdinCreditBytes) return false;
		this.#unackedBytes += bytes.length;
		for (const frame of encodeStdin(bytes)) this.#write(frame);
		return true;
	}

	eof(): void {
		this.#writeInStep(encodeEof());
	}
	resize(columns: number, rows: number): void {
		this.#writeInStep(encodeResize(columns, rows));
	}
	signal(signal: number): void {
		this.#writeInStep(encodeSignal(signal));
	}
	kill(): void {
		this.#writeInStep(encodeKill());
	}

	/** Only when ready: then `ready` comes, or `dead`, or nothing, which the caller's clock must notice. */
	reset(): void {
		if (this.#state !== "ready") throw new Error(`a reset while ${this.#state}`);
		this.#state = "resetting";
		this.#write(encodeReset());
	}

	/** Stops reading, which holds the program back once the pipe between is full. */
	pause(): void {
		this.sandbox.stream.pause();
	}
	resume(): void {
		if (this.#state !== "dead") this.sandbox.stream.resume();
	}
	get isPaused(): boolean {
		return this.sandbox.stream.isPaused();
	}

	#writeInStep(frame: Buffer): void {
		if (this.#state === "stepping") this.#write(frame);
	}

	#write(frame: Buffer): void {
		this.sandbox.stream.write(frame);
		if (this.sandbox.stream.writableLength > maxUnsentBytes) this.#die("agentStalled");
	}

	#die(reason: string): void {
		if (this.#state === "dead") return;
		this.#state = "dead";
		this.sandbox.stream.destroy();
		this.handlers.dead(reason);
	}

	#take(chunk: Buffer): void {
		try {
			for (const frame of this.#reader.read(chunk)) {
				if (this.#state === "dead") return;
				this.#takeFrame(frame);
			}
		} catch (error) {
			if (!(error instanceof ProtocolBreach)) throw error;
			this.#die(error.rule);
		}
	}

	#takeFrame(frame: AgentFrame): void {
		if (frame.type === "stdout" || frame.type === "stderr") {
			this.#requireState("stepping", "outputOutsideStep");
			this.#hasStepSpoken = true;
			this.handlers.output(frame.type, frame.bytes);
			return;
		}
		switch (frame.type) {
			case "ready":
				if (this.#state !== "booting") this.#requireState("resetting", "unexpectedReady");
				this.#state = "ready";
				this.handlers.ready();
				break;
			case "stdinAck":
				this.#requireState("stepping", "ackOutsideStep");
				this.#unackedBytes -= frame.bytes;
				if (this.#unackedBytes < 0) throw new ProtocolBreach("ackOfNothing");
				this.handlers.stdinAck(frame.bytes);
				break;
			case "stats":
				this.#requireState("stepping", "statsOutsideStep");
				this.#hasStepSpoken = true;
				this.#statsCount++;
				if (this.#statsCount > statsBurst + (performance.now() - this.#stepStartedAtMs) / statsMinIntervalMs)
					throw new ProtocolBreach("tooManyStats");
				this.handlers.stats(frame);
				break;
			case "exit":
				this.#requireState("stepping", "exitOutsideStep");
				this.#state = "ready";
				this.handlers.exit(frame);
				break;
			case "fault":
				if (frame.code !== "file") throw new ProtocolBreach(`agentFault.${frame.code}.${frame.errno}`);
				this.#requireState("stepping", "faultOutsideStep");
				if (this.#hasStepSpoken || this.#filesSent-- <= 0) throw new ProtocolBreach("faultWithoutFile");
				this.handlers.fileRefused(frame.errno);
				break;
		}
	}

	#requireState(state: State, rule: string): void {
		if (this.#state !== state) throw new ProtocolBreach(rule);
	}
}
