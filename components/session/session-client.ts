import type { RunRequest, ServerMessage } from "../../protocol/messages.ts";
import { isCompiledByServer } from "../../protocol/modules.ts";
import type { StreamName } from "../../protocol/streams.ts";
import { pongLimitMs, silenceMs } from "./heartbeat.ts";
import { type LoadLocalTier, LocalRunner } from "./local-runner.ts";
import { ModuleOrder } from "./module-order.ts";
import { type ConnectionOptions, SessionConnection } from "./session-connection.ts";
import { advanceRun, initialState, isBusy, isLocal, loseRun, type SessionState } from "./session-state.ts";
import { StdinWindow } from "./stdin-window.ts";

/** Where a run's output goes. */
export interface OutputSink {
	/** A new run begins: what the last one left is cleared. */
	begin(): void;
	/** `taken` is called once the bytes are parsed; until then the server counts them as being on their way. */
	write(stream: StreamName, bytes: Uint8Array, taken: () => void): void;
}

export interface SessionClientOptions extends Partial<ConnectionOptions> {
	readonly url: string;
	/** The build that the page was made by; empty when it is not known. */
	readonly pageBuild: string;
	readonly output: OutputSink;
	/** Runs for the tier `browser`, loaded when the first is asked for. Absent: such a run goes to the server, which refuses it. */
	readonly loadLocalTier?: LoadLocalTier;
	/** Milliseconds of a clock that only goes forward. */
	readonly now?: () => number;
}

export type ProgramRequest = Omit<RunRequest, "type" | "run" | "mode">;

/** The page's end of a session: what the buttons, the terminal and the status bar lean on. No React in here. */
export class SessionClient {
	readonly #options: SessionClientOptions;
	readonly #connection: SessionConnection;
	readonly #listeners = new Set<() => void>();
	readonly #now: () => number;
	readonly #local: LocalRunner | null;
	#state: SessionState = initialState;
	#lastRun = 0;
	#request: RunRequest | null = null;
	#stdin: StdinWindow | null = null;
	/** A run of the server's that the reader did not wait for. Until its end is heard, its output is dropped and the next run is held back. */
	#abandonedRun: number | null = null;
	/** What the server compiles for this browser, while it does. */
	#order: ModuleOrder | null = null;

	constructor(options: SessionClientOptions) {
		this.#options = options;
		this.#now = options.now ?? (() => performance.now());
		this.#local = options.loadLocalTier === undefined ? null : new LocalRunner(options.loadLocalTier);
		this.#connection = new SessionConnection(
			{
				openSocket: (url, protocols) => new WebSocket(url, protocols),
				heartbeat: { silenceMs, pongLimitMs },
				retryMs: 300,
				maxRetryMs: 10_000,
				random: Math.random,
				...options,
			},
			{
				onConnection: (connection) => this.#update({ connection }),
				onWelcome: ({ isNew, build }) => this.#onWelcome(isNew, build),
				onMessage: (message) => this.#onMessage(message),
				onBytes: (stream, bytes, taken) => {
					const shown = this.#order === null ? bytes : this.#order.read(stream, bytes);
					if (this.#abandonedRun === null && shown !== null) options.output.write(stream, shown, taken);
					else taken();
				},
			},
		);
	}

	getState = (): SessionState => this.#state;

	subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	connect(): void {
		if (this.#state.connection.kind !== "closed") this.#connection.connect();
	}

	/** Starts a program; it waits for the connection when there is none. Ignored while one runs (P4). */
	run(request: ProgramRequest): void {
		if (isBusy(this.#state.run)) return;
		const isForHere = this.#local !== null && request.tier === "browser";
		if (isForHere && !isCompiledByServer(request.language)) {
			this.#options.output.begin();
			this.#startHere(request, this.#local);
			return;
		}
		const run = ++this.#lastRun;
		this.#order = isForHere ? new ModuleOrder(request, run) : null;
		const message: RunRequest = this.#order?.request ?? { ...request, type: "run", run, mode: "pty" };
		this.#request = message;
		this.#stdin = isForHere ? null : new StdinWindow((bytes) => this.#connection.sendBytes(bytes));
		this.#options.output.begin();
		this.#update({ run: { kind: "requested", run } });
		if (this.#abandonedRun === null) this.#connection.send(message);
		this.connect();
	}

	/** Runs it in this browser, and waits no longer for what the server was asked. Ignored while one runs here, or where none can. */
	runHere(request: ProgramRequest): void {
		const { run } = this.#state;
		if (this.#local === null || (isBusy(run) && isLocal(run))) return;
		if (isBusy(run) && this.#abandonedRun === null) {
			this.#abandonedRun = run.run;
			this.#connection.send({ type: "stop", run: run.run });
		}
		this.#options.output.begin();
		this.#startHere(request, this.#local);
	}

	/** The same states from the same messages, only that no server sends them. `module`: what a server has compiled of it. */
	#startHere(program: ProgramRequest, local: LocalRunner | null, module: Uint8Array | null = null): void {
		const run = ++this.#lastRun;
		const request: RunRequest = { ...program, tier: "browser", type: "run", run, mode: "pty" };
		this.#request = null;
		this.#stdin = null;
		this.#order = null;
		this.#update({ run: { kind: "loading", run, name: request.language, share: 0 } });
		local?.start(
			{ request, module },
			{
				onProgress: (name, share) => {
					if (this.#state.run.kind === "loading" && this.#state.run.run === run)
						this.#update({ run: { kind: "loading", run, name, share } });
				},
				onMessage: (message) => this.#onMessage(message),
				onBytes: (stream, bytes, taken) => this.#options.output.write(stream, bytes, taken),
			},
		);
	}

	stop(): void {
		const { run, connection } = this.#state;
		if (!isBusy(run)) return;
		if (isLocal(run)) {
			this.#local?.stop();
			return;
		}
		const wasSent = this.#abandonedRun === null;
		if (wasSent) this.#connection.send({ type: "stop", run: run.run });
		else this.#request = null;
		if (run.kind === "running") this.#update({ run: { ...run, isStopping: true } });
		else if (connection.kind !== "open" || !wasSent) {
			this.#update({ run: { kind: "ended", run: run.run, outcome: { kind: "stopped" }, compile: null, program: null, at: null } });
		}
	}

	/** Keys and pastes. False: more than the queue takes, so none of it was sent. Without a program it goes nowhere. */
	sendInput(bytes: Uint8Array): boolean {
		const { run } = this.#state;
		if (!isBusy(run)) return true;
		const isTaken = isLocal(run) ? this.#local?.sendInput(bytes) : this.#stdin?.write(bytes);
		if (isTaken === false) return false;
		// A Ctrl-C may have ended it meanwhile.
		const { run: after } = this.#state;
		if (after.kind === "running") this.#update({ run: { ...after, at: { ...after.at, lastInputAtMs: this.#now() } } });
		return true;
	}

	resize(columns: number, rows: number): void {
		const { run } = this.#state;
		if (run.kind === "running" && !isLocal(run)) this.#connection.send({ type: "resize", run: run.run, columns, rows });
	}

	close(): void {
		this.#connection.close();
		this.#local?.close();
		this.#listeners.clear();
	}

	#onMessage(message: ServerMessage): void {
		if (this.#abandonedRun !== null && (message.type === "exit" || message.type === "error") && message.run === this.#abandonedRun) {
			this.#abandonedRun = null;
			if (this.#request !== null) this.#connection.send(this.#request);
		}
		if (this.#order !== null && "run" in message && message.run === this.#order.run) {
			const { program } = this.#order;
			if (!this.#order.concernsReader(message)) return;
			const module = this.#order.moduleOf(message);
			if (message.type === "exit" || message.type === "error") this.#order = null;
			if (module !== null) {
				this.#startHere(program, this.#local, module);
				return;
			}
		}
		const advanced = advanceRun(this.#state.run, message, this.#now());
		this.#update({ run: this.#order?.shownAs(advanced) ?? advanced });
		if (!("run" in message) || message.run !== this.#lastRun) return;
		if (message.type === "stdinAck") this.#stdin?.acknowledge(message.bytes);
		if (message.type === "started" && message.step === "run") this.#stdin?.open();
	}

	/** A run that had not started is asked for again in the new session; one that ran is over. */
	#onWelcome(isNew: boolean, build: string): void {
		const isPageOld = this.#options.pageBuild !== "" && build !== this.#options.pageBuild;
		const { run } = this.#state;
		if (isNew) this.#abandonedRun = null;
		if (isNew && this.#request !== null && (run.kind === "requested" || run.kind === "queued")) {
			this.#connection.send(this.#request);
			this.#update({ isPageOld, run: { kind: "requested", run: run.run } });
		} else {
			if (isNew) this.#order = null;
			this.#update({ isPageOld, run: isNew && !isLocal(run) ? loseRun(run, "sessionLost") : run });
		}
	}

	#update(change: Partial<SessionState>): void {
		this.#state = { ...this.#state, ...change };
		for (const listener of this.#listeners) listener();
	}
}
