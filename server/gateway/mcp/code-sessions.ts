import { randomBytes } from "node:crypto";
import type { ApiRunRequest, ApiRunResult } from "../../../protocol/api.ts";
import { type FilesProblem, findFilesProblem, type ProgramFile } from "../../../protocol/files.ts";
import type { RunRefusal } from "../live-run/live-run.ts";

/**
 * The sessions that one MCP client keeps: a sandbox, as long as nobody needs it more, and files that each run finds again. A sandbox is
 * emptied after every run, so what a session remembers lies here, in the gateway's memory, under caps: so many sessions, each with what
 * one run may send. They are the client's own: nobody else's id leads to them.
 */

export const maxCodeSessions = 8;

/** Runs one after another, each by itself. */
export interface Runs {
	readonly isBusy: boolean;
	run(request: ApiRunRequest, signal: AbortSignal): Promise<ApiRunResult | RunRefusal>;
	/** Gives back what it holds. */
	close(): void;
}

export interface CodeSession {
	readonly id: string;
	readonly language: string;
	readonly version: string | undefined;
	readonly tier: string | undefined;
	readonly runs: Runs;
	/** By name. Replaced as a whole, so that a refused change leaves them as they were. */
	files: ReadonlyMap<string, ProgramFile>;
	usedMs: number;
}

export class CodeSessions {
	readonly #sessions = new Map<string, CodeSession>();
	readonly #idleMs: number;
	readonly #now: () => number;

	constructor(options: { idleMs: number; now: () => number }) {
		this.#idleMs = options.idleMs;
		this.#now = options.now;
	}

	/** null: the client has as many as it may. */
	open(wish: Pick<CodeSession, "language" | "version" | "tier">, openRuns: () => Runs): CodeSession | null {
		this.#forgetIdle();
		if (this.#sessions.size >= maxCodeSessions) return null;
		const id = randomBytes(12).toString("base64url");
		const session: CodeSession = { ...wish, id, runs: openRuns(), files: new Map(), usedMs: this.#now() };
		this.#sessions.set(id, session);
		return session;
	}

	find(id: string): CodeSession | undefined {
		this.#forgetIdle();
		const session = this.#sessions.get(id);
		if (session !== undefined) session.usedMs = this.#now();
		return session;
	}

	end(id: string): boolean {
		this.#sessions.get(id)?.runs.close();
		return this.#sessions.delete(id);
	}

	close(): void {
		for (const id of this.#sessions.keys()) this.end(id);
	}

	#forgetIdle(): void {
		for (const [id, { usedMs }] of this.#sessions) if (this.#now() - usedMs > this.#idleMs) this.end(id);
	}
}

/** Null: done. Else what is wrong with the files as they would be; nothing has changed then. */
export function changeFiles(session: CodeSession, removed: readonly string[], added: readonly ProgramFile[]): FilesProblem | null {
	const files = new Map(session.files);
	for (const name of removed) files.delete(name);
	for (const file of added) files.set(file.name, file);
	const problem = files.size === 0 ? null : findFilesProblem([...files.values()]);
	if (problem === null) session.files = files;
	return problem;
}
