import type { ErrorCode } from "../protocol/errors.ts";
import type { Outcome } from "../protocol/outcome.ts";

/** What each run came to, as its user was told. Times are ms of one clock. */

/** Every way in which a run may be over for its user. */
export type Fate =
	/** `seen`: what the program used and said last, for when it should have ended otherwise. */
	| { readonly kind: "exit"; readonly outcome: Outcome; readonly seen?: string }
	| { readonly kind: "refused"; readonly code: ErrorCode }
	/** The connection was closed, and whoever came back was told that the run is over. null: no code, a connection cut or not made. */
	| { readonly kind: "closed"; readonly closeCode: number | null }
	/** The user went away in mid-run: nobody is there to be told. */
	| { readonly kind: "left" }
	/** What the user saw, and should not have. */
	| { readonly kind: "wrong"; readonly what: string };

export interface RunPlan {
	/** What kind of user it is. */
	readonly person: string;
	readonly language: string;
	readonly tier: string;
	/** Whether such a program may end so. Losses are judged by what was killed, not by this. */
	readonly expects: (outcome: Outcome) => boolean;
}

export interface RunRecord extends RunPlan {
	readonly startedAtMs: number;
	readonly end: { readonly atMs: number; readonly fate: Fate } | null;
}

export interface OpenRun {
	/** Once; what is said later is ignored, for a run has one end. */
	end(fate: Fate, atMs?: number): void;
}

/** Time during which users may be told of a loss, because something was killed. */
export interface Outage {
	readonly what: string;
	readonly fromMs: number;
	/** What was killed is there again: no run is lost any more. null: not yet. */
	readonly hereAgainMs: number | null;
	/** All is on offer again: nothing is refused any more. null: not yet. */
	readonly offeredAgainMs: number | null;
}

export class Ledger {
	readonly #now: () => number;
	readonly #records: { plan: RunPlan; startedAtMs: number; end: RunRecord["end"] }[] = [];

	constructor(now: () => number) {
		this.#now = now;
	}

	open(plan: RunPlan): OpenRun {
		const record: { plan: RunPlan; startedAtMs: number; end: RunRecord["end"] } = { plan, startedAtMs: this.#now(), end: null };
		this.#records.push(record);
		return {
			end: (fate, atMs = this.#now()) => {
				record.end ??= { atMs, fate };
			},
		};
	}

	get records(): RunRecord[] {
		return this.#records.map(({ plan, startedAtMs, end }) => ({ ...plan, startedAtMs, end }));
	}
}
