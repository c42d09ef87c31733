import type { Outcome } from "../../protocol/outcome.ts";
import { describeOutcome } from "../../protocol/outcome.ts";
import type { Recording } from "../../protocol/recordings.ts";
import type { OutputSink, SessionClient } from "../session/session-client.ts";
import { isBusy, isLocal, type RunState, type SessionState } from "../session/session-state.ts";
import { describeStatus } from "../status/status-line.ts";
import type { AuthorEvent } from "./author-port.ts";
import { EmbedOutput } from "./embed-output.ts";
import { createEmbedSession } from "./embed-session.ts";
import { PacedInput } from "./paced-input.ts";
import { isInteractive, RecordingPlayer } from "./recording-player.ts";
import type { RunPlan } from "./run-plan.ts";

/**
 * What the frame's terminal shows, one thing at a time: nothing, a recording, or a program. Both are told to the author's page in the same
 * words. No React in here.
 */

export type Stage =
	| { readonly kind: "none" }
	| { readonly kind: "recording"; readonly recording: Recording; readonly isPlaying: boolean }
	/** `isCut`: a cell above ended the program before this cell's own code. */
	| { readonly kind: "program"; readonly isCut: boolean };

export interface EmbedRunsState {
	readonly stage: Stage;
	readonly session: SessionState;
}

const encoder = new TextEncoder();

export class EmbedRuns {
	readonly #tell: (event: AuthorEvent) => void;
	readonly #output: EmbedOutput;
	readonly #client: SessionClient;
	readonly #listeners = new Set<() => void>();
	#player: RecordingPlayer | null = null;
	#input: PacedInput | null = null;
	#prepared = "";
	#lastRun: RunState;
	#state: EmbedRunsState;

	constructor(ticket: string, terminal: OutputSink, tell: (event: AuthorEvent) => void) {
		this.#tell = tell;
		this.#output = new EmbedOutput(terminal, (stream, text) => tell({ type: "output", stream, text }));
		this.#output.onHeard = () => this.#input?.heard();
		this.#client = createEmbedSession(ticket, this.#output);
		const session = this.#client.getState();
		this.#lastRun = session.run;
		this.#state = { stage: { kind: "none" }, session };
		this.#client.subscribe(() => this.#onSession(this.#client.getState()));
	}

	getState = (): EmbedRunsState => this.#state;

	subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	/** With its own timing where somebody typed in it, else all at once. */
	showRecording(recording: Recording, isAtOnce: boolean): void {
		this.stop();
		this.#player?.stop();
		this.#output.expectMark(false);
		this.#tell({ type: "started", tier: recording.tier, version: recording.version });
		const player = new RecordingPlayer(recording, this.#output, () => {
			this.#update({ stage: { kind: "recording", recording, isPlaying: false } });
			this.#tellExit(recording.outcome);
		});
		this.#player = player;
		this.#update({ stage: { kind: "recording", recording, isPlaying: true } });
		if (isAtOnce || !isInteractive(recording)) player.skip();
		else player.play();
	}

	skipRecording(): void {
		this.#player?.skip();
	}

	/** What the recorded reader had typed up to what shows now. */
	get typedInRecording(): string {
		return this.#player?.typed ?? "";
	}

	/** `prepared` is typed for the reader. */
	start({ request, isMarked }: RunPlan, prepared: string): void {
		if (isBusy(this.#state.session.run)) return;
		this.#prepare(isMarked, prepared);
		this.#client.run(request);
	}

	/** In this browser, without waiting any longer for what the server was asked. */
	startHere({ request, isMarked }: RunPlan, prepared: string): void {
		if (isLocal(this.#state.session.run)) return;
		this.#prepare(isMarked, prepared);
		this.#client.runHere(request);
	}

	#prepare(isMarked: boolean, prepared: string): void {
		this.#player?.stop();
		this.#player = null;
		this.#input?.stop();
		this.#input = null;
		this.#prepared = prepared;
		this.#output.expectMark(isMarked);
		this.#update({ stage: { kind: "program", isCut: false } });
	}

	/** The program, or the recording that plays. */
	stop(): void {
		if (this.#state.stage.kind === "recording" && this.#state.stage.isPlaying) this.#player?.skip();
		else this.#client.stop();
	}

	/** False: it is more than is held for a program that does not read. */
	type(bytes: Uint8Array): boolean {
		return this.#client.sendInput(bytes);
	}

	resize(columns: number, rows: number): void {
		this.#client.resize(columns, rows);
	}

	/** The first byte is then not behind a handshake. */
	connect(): void {
		this.#client.connect();
	}

	close(): void {
		this.#player?.stop();
		this.#input?.stop();
		this.#client.close();
		this.#listeners.clear();
	}

	#onSession(session: SessionState): void {
		const before = this.#lastRun;
		const { run } = session;
		this.#lastRun = run;
		this.#update({ session });
		const { connection } = session;
		if (connection.kind === "closed" && (run.kind === "requested" || run.kind === "queued")) {
			// It will not be answered any more; `stop` ends it here and now, and the next call says why.
			this.#client.stop();
			return;
		}
		if (run === before) return;
		if (run.kind === "running" && run.at.step === "run" && (before.kind !== "running" || before.at.step !== "run")) {
			this.#tell({ type: "started", tier: run.at.tier, version: run.at.version });
			this.#input = new PacedInput(this.#prepared, (text) => this.type(encoder.encode(text)));
			this.#input.start();
		} else if ((run.kind === "ended" || run.kind === "refused") && isBusy(before)) {
			this.#input?.stop();
			this.#input = null;
			const isReached = this.#output.end();
			if (!isReached) this.#update({ stage: { kind: "program", isCut: true } });
			if (connection.kind === "closed" && !isLocal(before)) this.#tellExit({ kind: "lost", code: connection.code });
			else this.#tellExit(run.kind === "ended" ? run.outcome : { kind: "lost", code: run.code });
		}
	}

	#tellExit(outcome: Outcome): void {
		const { stage, session } = this.#state;
		const isAnswered = stage.kind === "program" && session.connection.kind !== "closed";
		const message = isAnswered ? describeStatus(session).sentence : describeOutcome(outcome).sentence;
		this.#tell({ type: "exit", outcome, message });
	}

	#update(change: Partial<EmbedRunsState>): void {
		this.#state = { ...this.#state, ...change };
		for (const listener of this.#listeners) listener();
	}
}
