import type { RunRequest, ServerMessage } from "../../protocol/messages.ts";
import type { StreamName } from "../../protocol/streams.ts";

/** Runs that no server sees: what a tier of this browser offers to the session, and the way there while its code is still being fetched. */

export interface LocalRunEvents {
	/** What is loaded, and which share of it has come; null: it has come and is being started. */
	onProgress(name: string, share: number | null): void;
	onMessage(message: ServerMessage): void;
	onBytes(stream: StreamName, bytes: Uint8Array, taken: () => void): void;
}

export interface LocalRun {
	/** Ends it at once; its `exit` has come when this returns. */
	stop(): void;
	/** False: it is more than is kept for a program that does not read; none of it was taken. */
	sendInput(bytes: Uint8Array): boolean;
}

export interface LocalProgram {
	readonly request: RunRequest;
	/** Gzipped, where a server has compiled it (`protocol/modules.ts`). */
	readonly module: Uint8Array | null;
}

export interface LocalTier {
	run(program: LocalProgram, events: LocalRunEvents): LocalRun;
	close(): void;
}

export type LoadLocalTier = () => Promise<LocalTier>;

/** Owns the tier, once it is there, and its one run. */
export class LocalRunner {
	readonly #load: LoadLocalTier;
	#tier: Promise<LocalTier> | null = null;
	#current: { readonly request: RunRequest; readonly events: LocalRunEvents; run: LocalRun | null } | null = null;

	constructor(load: LoadLocalTier) {
		this.#load = load;
	}

	start(program: LocalProgram, events: LocalRunEvents): void {
		const { request } = program;
		const current = { request, events, run: null as LocalRun | null };
		this.#current = current;
		this.#tier ??= this.#load();
		this.#tier
			.then((tier) => {
				if (this.#current === current) current.run = tier.run(program, events);
			})
			.catch((error: unknown) => {
				console.info("The tier of this browser could not be loaded.", error);
				this.#tier = null;
				if (this.#current === current) this.#end(current, { kind: "lost", code: "browserUnloaded" });
			});
	}

	stop(): void {
		const current = this.#current;
		if (current?.run) current.run.stop();
		else if (current) this.#end(current, { kind: "stopped" });
	}

	sendInput(bytes: Uint8Array): boolean {
		return this.#current?.run?.sendInput(bytes) ?? true;
	}

	close(): void {
		this.stop();
		this.#tier?.then(
			(tier) => tier.close(),
			() => undefined,
		);
	}

	#end(
		{ request, events }: { readonly request: RunRequest; readonly events: LocalRunEvents },
		outcome: Extract<ServerMessage, { type: "exit" }>["outcome"],
	): void {
		this.#current = null;
		events.onMessage({ type: "exit", run: request.run, outcome, compile: null, program: null });
	}
}
