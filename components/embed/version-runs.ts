import { describeOutcome } from "../../protocol/outcome.ts";
import type { StreamName } from "../../protocol/streams.ts";
import type { SessionClient } from "../session/session-client.ts";
import { initialState, isBusy, type SessionState } from "../session/session-state.ts";
import { describeStatus } from "../status/status-line.ts";
import type { AuthorEvent } from "./author-port.ts";
import { EmbedOutput } from "./embed-output.ts";
import { createEmbedSession } from "./embed-session.ts";
import { PacedInput } from "./paced-input.ts";
import type { RunPlan } from "./run-plan.ts";

/** One program in several versions at the same time, each in a session of its own, with what each printed. No React in here. */

export interface VersionRun {
	readonly version: string;
	readonly text: string;
	readonly session: SessionState;
}

/** Of each output this much is kept; comparing more helps nobody. */
const maxCharacters = 200_000;
const encoder = new TextEncoder();

export class VersionRuns {
	readonly #ticket: string;
	readonly #tell: (event: AuthorEvent) => void;
	readonly #listeners = new Set<() => void>();
	#clients: readonly SessionClient[] = [];
	#runs: readonly VersionRun[] = [];

	constructor(ticket: string, tell: (event: AuthorEvent) => void) {
		this.#ticket = ticket;
		this.#tell = tell;
	}

	getState = (): readonly VersionRun[] => this.#runs;

	subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};

	get isBusy(): boolean {
		return this.#runs.some(({ session }) => isBusy(session.run));
	}

	start(plans: readonly { readonly version: string; readonly plan: RunPlan }[], prepared: string): void {
		if (this.isBusy) return;
		this.close();
		this.#runs = plans.map(({ version }) => ({ version, text: "", session: initialState }));
		this.#clients = plans.map(({ plan }, at) => this.#open(plan, at, prepared));
		this.#announce();
	}

	stop(): void {
		for (const client of this.#clients) client.stop();
	}

	/** Ends what runs; what was printed stays. */
	close(): void {
		for (const client of this.#clients) client.close();
		this.#clients = [];
	}

	#open({ request, isMarked }: RunPlan, at: number, prepared: string): SessionClient {
		const decoder = new TextDecoder();
		const collect = (_: StreamName, bytes: Uint8Array, taken: () => void): void => {
			const text = decoder.decode(bytes, { stream: true });
			this.#change(at, (run) => ({ ...run, text: (run.text + text).slice(0, maxCharacters) }));
			taken();
		};
		const output = new EmbedOutput({ begin: () => undefined, write: collect }, () => undefined);
		output.expectMark(isMarked);
		const client = createEmbedSession(this.#ticket, output);
		const input = new PacedInput(prepared, (text) => client.sendInput(encoder.encode(text)));
		output.onHeard = () => input.heard();
		let hasStarted = false;
		let isOver = false;
		client.subscribe(() => {
			if (isOver) return;
			const session = client.getState();
			const { run } = session;
			if (run.kind === "running" && run.at.step === "run" && !hasStarted) {
				hasStarted = true;
				this.#tell({ type: "started", tier: run.at.tier, version: run.at.version });
				input.start();
			}
			isOver = run.kind === "ended" || run.kind === "refused";
			if (isOver) {
				input.stop();
				output.end();
			}
			this.#change(at, (current) => ({ ...current, session }));
			if (isOver) {
				client.close();
				if (!this.isBusy) this.#tellExit();
			}
		});
		client.run(request);
		return client;
	}

	/** One ending for all: the first that was not a success, else the first. */
	#tellExit(): void {
		const endings = this.#runs.map(({ session }) => session);
		const isGood = ({ run }: SessionState): boolean => run.kind === "ended" && describeOutcome(run.outcome).fault === null;
		const told = endings.find((session) => !isGood(session)) ?? endings[0];
		if (told === undefined) return;
		const { run } = told;
		const outcome = run.kind === "ended" ? run.outcome : run.kind === "refused" ? ({ kind: "lost", code: run.code } as const) : null;
		if (outcome !== null) this.#tell({ type: "exit", outcome, message: describeStatus(told).sentence });
	}

	#change(at: number, change: (run: VersionRun) => VersionRun): void {
		this.#runs = this.#runs.map((run, index) => (index === at ? change(run) : run));
		this.#announce();
	}

	#announce(): void {
		for (const listener of this.#listeners) listener();
	}
}
