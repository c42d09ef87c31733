import type { Logger } from "pino";
import { type RawData, WebSocket } from "ws";
import { z } from "zod";
import { describeError } from "../../../protocol/errors.ts";
import { describePistonIssue, PistonClientMessage, type PistonServerMessage, pistonClose } from "../../../protocol/piston.ts";
import { Intake } from "../intake.ts";
import type { LiveRun, RunHandlers, Signal } from "../live-run/live-run.ts";
import type { PistonProblem } from "./files.ts";
import type { PistonJob } from "./prepare.ts";
import { Stages } from "./stages.ts";

/**
 * One `connect` socket: one run, from `init` to its end. It owns the socket and the run; whichever ends first ends the other.
 *
 *   waiting ──init──▶ running ──exit──▶ over
 *      └── a second gone by, a breach, an error ──▶ over ◀──┘
 */

export type InitMessage = Extract<PistonClientMessage, { type: "init" }>;

export interface PistonHost {
	prepare(message: InitMessage): PistonJob | PistonProblem;
	openRun(): LiveRun;
	/** Once, last. */
	closed(connection: PistonConnection): void;
}

type State =
	| { readonly kind: "waiting"; readonly timer: NodeJS.Timeout }
	| { readonly kind: "running"; readonly live: LiveRun; readonly stages: Stages }
	| { readonly kind: "over" };

/** A reader who is behind by this much holds his program back until he has taken most of it. */
const pauseBytes = 262_144;
const resumeBytes = 65_536;

/** Input that waits for the program, at most. */
const maxWaitingInputBytes = 1_048_576;
/** What can be sent to a program, but for KILL. */
const signals: readonly Signal[] = ["INT", "TERM", "QUIT", "HUP", "USR1", "USR2"];

export class PistonConnection {
	readonly #socket: WebSocket;
	readonly #host: PistonHost;
	readonly #log: Logger;
	readonly #intake: Intake;
	#state: State;
	#isHeldBack = false;

	constructor(options: { socket: WebSocket; host: PistonHost; initMs: number; now: () => number; log: Logger }) {
		this.#socket = options.socket;
		this.#host = options.host;
		this.#log = options.log;
		this.#intake = new Intake(options.socket, options.now);
		this.#state = { kind: "waiting", timer: setTimeout(() => this.#close("initTimeout"), options.initMs) };
		this.#socket.on("message", (data) => this.#take(data));
		this.#socket.on("ping", (data) => this.#intake.take(data.length));
		this.#socket.on("pong", (data) => this.#intake.take(data.length));
		this.#socket.on("error", (error) => this.#log.debug({ reason: error.message }, "connection failed"));
		this.#socket.on("close", () => {
			this.#leave();
			this.#intake.close();
			this.#host.closed(this);
		});
	}

	/** Tells the client, and ends the run. */
	fail(message: string): void {
		if (this.#state.kind === "over") return;
		this.#send({ type: "error", message });
		this.#close("errorTold");
	}

	terminate(): void {
		this.#socket.terminate();
	}

	#take(data: RawData): void {
		if (this.#state.kind === "over") return;
		const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
		this.#intake.take(bytes.length);
		try {
			this.#handle(bytes);
		} catch (error) {
			this.#log.error({ err: error }, "a message could not be handled");
			this.fail(describeError("internal"));
		}
	}

	#handle(bytes: Buffer): void {
		const json = readJson(bytes);
		if (json === undefined) {
			this.fail("the message is no JSON");
			return;
		}
		if (isUnknownMessage(json)) return;
		const parsed = PistonClientMessage.safeParse(json);
		if (!parsed.success) this.fail(describePistonIssue(parsed.error.issues[0]));
		else if (parsed.data.type === "init") this.#init(parsed.data);
		else if (this.#state.kind === "running") this.#steer(parsed.data, this.#state.live);
		else this.#close("notInitialised");
	}

	#init(message: InitMessage): void {
		if (this.#state.kind !== "waiting") {
			this.#close("alreadyInitialised");
			return;
		}
		clearTimeout(this.#state.timer);
		const job = this.#host.prepare(message);
		if (!("watched" in job)) {
			this.fail(job.message);
			return;
		}
		const live = this.#host.openRun();
		const stages = new Stages({
			watched: job.watched,
			stop: () => live.stop(),
			sink: {
				stage: (stage) => this.#send({ type: "stage", stage }),
				data: (_, stream, data) => this.#send({ type: "data", stream, data }),
				ended: (stage, ending) => this.#send({ type: "exit", stage, ...ending }),
			},
		});
		this.#state = { kind: "running", live, stages };
		this.#send({ type: "runtime", language: job.language, version: job.version });
		live.start(job.order, this.#handlers(stages));
		this.#input(live, job.stdin);
	}

	#handlers(stages: Stages): RunHandlers {
		return {
			started: ({ step }) => stages.started(step),
			output: (_, stream, bytes) => stages.output(stream, bytes),
			stats: (stats) => stages.measured(stats),
			step: (_, report) => stages.step(report),
			refused: ({ code, field, retryAfterMs }) => this.fail(describeError(code, field, retryAfterMs)),
			exit: ({ outcome }) => {
				stages.exit(outcome);
				if (outcome.kind === "lost") this.fail(describeError(outcome.code));
				else this.#close("done");
			},
		};
	}

	#steer(message: Exclude<PistonClientMessage, InitMessage>, live: LiveRun): void {
		if (message.type === "eof") live.eof();
		else if (message.type === "data") {
			if (message.stream !== "stdin") this.#close("onlyStdin");
			else {
				this.#input(live, message.data);
				if (message.eof === true) live.eof();
			}
		} else {
			const name = message.signal.replace(/^SIG/, "");
			const signal = signals.find((it) => it === name);
			if (name === "KILL") live.stop();
			else if (signal === undefined) this.#close("badSignal");
			else live.signal(signal);
		}
	}

	#input(live: LiveRun, text: string): void {
		live.stdin(Buffer.from(text));
		if (live.waitingInputBytes > maxWaitingInputBytes) this.fail("that is more input than the program has room for");
	}

	#send(message: PistonServerMessage): void {
		if (this.#socket.readyState !== WebSocket.OPEN) return;
		this.#socket.send(JSON.stringify(message), () => this.#sent());
		if (this.#isHeldBack || this.#socket.bufferedAmount < pauseBytes) return;
		this.#isHeldBack = true;
		if (this.#state.kind === "running") this.#state.live.pause();
	}

	#sent(): void {
		if (!this.#isHeldBack || this.#socket.bufferedAmount > resumeBytes) return;
		this.#isHeldBack = false;
		if (this.#state.kind === "running") this.#state.live.resume();
	}

	#close(why: keyof typeof pistonClose): void {
		if (this.#state.kind === "over") return;
		this.#leave();
		this.#intake.close();
		this.#socket.close(pistonClose[why], closeWords[why]);
	}

	/** Nothing more comes from the run. */
	#leave(): void {
		const state = this.#state;
		this.#state = { kind: "over" };
		if (state.kind === "waiting") clearTimeout(state.timer);
		if (state.kind !== "running") return;
		state.stages.close();
		state.live.close();
	}
}

const closeWords: Readonly<Record<keyof typeof pistonClose, string>> = {
	alreadyInitialised: "already initialised",
	initTimeout: "no init in time",
	errorTold: "an error was told",
	notInitialised: "not yet initialised",
	onlyStdin: "only stdin can be written to",
	badSignal: "no such signal",
	done: "the job is done",
};

const knownTypes = new Set(PistonClientMessage.options.map((option) => option.shape.type.value));

/** Messages that a later client may know of are passed over, as Piston does. */
function isUnknownMessage(json: unknown): boolean {
	const typed = z.object({ type: z.string() }).safeParse(json);
	return typed.success && !(knownTypes as ReadonlySet<string>).has(typed.data.type);
}

/** undefined, which no JSON text gives: it is none. */
function readJson(bytes: Buffer): unknown {
	try {
		return JSON.parse(bytes.toString("utf8"));
	} catch {
		return undefined;
	}
}
