import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Consumer } from "../quotas.ts";
import type { SessionWorld } from "../session.ts";
import { LiveRun, type RunHandlers, type RunOrder } from "./live-run.ts";

/** All runs that the gateway holds for callers over HTTP, as SessionHub has the pages'. */
export class LiveRuns {
	readonly #options: { readonly world: SessionWorld; readonly stallMs: number; readonly log: Logger };
	readonly #runs = new Set<LiveRun>();

	constructor(options: { world: SessionWorld; stallMs: number; log: Logger }) {
		this.#options = options;
	}

	get count(): number {
		return this.#runs.size;
	}

	/** One run in a sandbox of its own. `queued` and `refused` may be called before this returns. */
	start(consumer: Consumer, order: RunOrder, handlers: RunHandlers): LiveRun {
		const run = this.open(consumer, { isKept: false });
		run.start(order, handlers);
		return run;
	}

	/** For who needs the object before the first call, or (`isKept`) several runs in one sandbox. The caller closes it. */
	open(consumer: Consumer, { isKept }: { isKept: boolean }): LiveRun {
		const { world, stallMs } = this.#options;
		const log = this.#options.log.child({ session: randomBytes(6).toString("base64url") });
		const run = new LiveRun({ world, consumer, log, isKept, stallMs, onClosed: () => this.#runs.delete(run) });
		this.#runs.add(run);
		return run;
	}

	runnerDown(): void {
		for (const run of this.#runs) run.runnerDown();
	}

	/** Everybody who waits is told that the server stops. */
	close(): void {
		for (const run of [...this.#runs]) run.abort({ kind: "lost", code: "shuttingDown" });
	}
}
