import type { Duplex } from "node:stream";
import type { Fact } from "../../../protocol/posture.ts";
import type { ServerTierId } from "../../../protocol/tiers.ts";

/**
 * What the runner asks of an isolation. A driver knows an engine and nothing of languages, frames, leases or pools.
 * It labels what it makes with the instance's name and touches nothing else.
 */

export interface SandboxSpec {
	readonly tier: ServerTierId;
	/** The image as the engine knows it; it comes from the operator's side, never from a request. */
	readonly image: string;
	/** For the engine's labels, so that an operator can see whose sandbox it is. */
	readonly label: string;
	readonly memoryBytes: number;
	readonly processes: number;
	readonly cpuCores: number;
	readonly workspaceBytes: number;
	readonly workspaceInodes: number;
	readonly openFiles: number;
}

/** A sandbox from outside. */
export interface SandboxDescription {
	/** Under "engine.": the rights, mounts, devices and limits that it was really made with. */
	readonly facts: Readonly<Record<string, Fact>>;
	/** What it takes of the machine's memory now; null where the engine cannot tell. */
	readonly memoryBytes: number | null;
}

/** A started sandbox. Whoever got it from `create` owns it and must destroy it. */
export interface Sandbox {
	/** For logs. */
	readonly id: string;
	/**
	 * To and from the agent's standard input and output, nothing else mixed in; not reading holds the agent back.
	 * It ends or is destroyed when the sandbox dies or the engine is lost, and that is the only sign of death there is.
	 */
	readonly stream: Duplex;
	/**
	 * Kills every process in it and removes it. Ends the stream at once. Resolves when the engine has confirmed; when it cannot,
	 * rejects, and the sandbox is left to `reap`. May be called more than once.
	 */
	destroy(): Promise<void>;
	/**
	 * Whether it died because it had no memory left, which takes the agent too where the machine's limit is the only one (gVisor's kernel is
	 * part of the sandbox). For a sandbox whose stream has ended and that is not destroyed yet. Never rejects; false where nobody can tell.
	 */
	hasRunOutOfMemory(): Promise<boolean>;
	/** Asks the engine; for the posture, never on the way of a run. Rejects when the engine does not answer. */
	describe(): Promise<SandboxDescription>;
}

/** The driver was closed meanwhile: what was asked for is not wanted any more, and nobody need be told. */
export class DriverClosed extends Error {}

export interface SandboxDriver {
	readonly name: string;
	/**
	 * Does beforehand what sandboxes of that tier need of an image, which may take seconds; rejects when it cannot, with `DriverClosed` when it is closed
	 * meanwhile. `create` does it too, in front of whoever waits.
	 */
	prepare(tier: ServerTierId, image: string): Promise<void>;
	/** Rejects when the sandbox cannot be made exactly as asked; then nothing of it is left, or `reap` finds it. */
	create(spec: SandboxSpec): Promise<Sandbox>;
	/**
	 * Destroys every sandbox of this instance that this process does not own: what an earlier one, or an outage, left. Resolves to their number; one that is slow to
	 * go is waited for some seconds, and is then the next call's. Rejects when the engine cannot do it at all.
	 */
	reap(): Promise<number>;
	/** Rejects when the engine does not answer within `timeoutMs`. */
	ping(timeoutMs: number): Promise<void>;
	/** Ends what `prepare` has under way, and lets go of what it holds besides sandboxes. After the last of them was destroyed. */
	close(): Promise<void>;
}
