import type { ProgramFile } from "../../../protocol/files.ts";
import type { AgentExit, AgentStep } from "../agent-frames.ts";
import { type AgentHandlers, AgentLink } from "../agent-link.ts";
import type { SandboxDescription, SandboxDriver, SandboxSpec } from "../drivers/driver.ts";
import { ProbeOutput } from "./probe-output.ts";

/**
 * A sandbox that is looked at: made as the pool makes one, spoken to by the same link. Everything it does has a time limit of ours
 * besides the agent's, and its output a cap; a sandbox that dies is an answer, not an error.
 */

const bootMs = 20_000;
const graceMs = 5_000;
const outputBytes = 524_288;

/** Why a posture could not be taken, in a sentence of ours that anybody may read. */
export class PostureProblem extends Error {}

export interface StepOptions {
	readonly argv: readonly string[];
	readonly files?: readonly ProgramFile[];
	readonly wallMs: number;
	readonly environment?: Readonly<Record<string, string>>;
	/** Told of the first bytes. */
	readonly onOutput?: () => void;
}

export interface StepEnd {
	readonly output: ProbeOutput;
	/** null: the sandbox died, or did not answer, and was destroyed. */
	readonly exit: AgentExit | null;
	/** Why, where `exit` is null. */
	readonly death: string | null;
	/** From the frame to the first byte of output; null: there was none. */
	readonly firstByteMs: number | null;
	readonly refusedFiles: number;
}

const programEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/workspace", LANG: "C.UTF-8", TERM: "dumb" };

const silent: AgentHandlers = {
	ready: () => undefined,
	output: () => undefined,
	stdinAck: () => undefined,
	stats: () => undefined,
	exit: () => undefined,
	fileRefused: () => undefined,
	dead: () => undefined,
};

export class AssessedSandbox {
	readonly startMs: number;
	readonly #link: AgentLink;
	#death: string | null = null;

	private constructor(link: AgentLink, startMs: number) {
		this.#link = link;
		this.startMs = startMs;
	}

	/** Rejects when it cannot be made, or does not say READY in time; then it is destroyed. */
	static async start(driver: SandboxDriver, spec: SandboxSpec): Promise<AssessedSandbox> {
		const startedAtMs = performance.now();
		const sandbox = await driver.create(spec);
		try {
			const link = await new Promise<AgentLink>((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error("its agent did not get ready in time")), bootMs);
				const made: AgentLink = new AgentLink(sandbox, {
					...silent,
					ready() {
						clearTimeout(timer);
						resolve(made);
					},
					dead(reason) {
						clearTimeout(timer);
						reject(new Error(`it died before it was ready (${reason})`));
					},
				});
			});
			return new AssessedSandbox(link, performance.now() - startedAtMs).#watched();
		} catch (cause) {
			await sandbox.destroy();
			throw cause;
		}
	}

	get isAlive(): boolean {
		return this.#death === null;
	}

	describe(): Promise<SandboxDescription> {
		return this.#link.sandbox.describe();
	}

	/** Never rejects for what the sandbox does. */
	step(options: StepOptions): Promise<StepEnd> {
		return this.begin(options).ended;
	}

	/** A step whose input the caller ends. */
	begin({ argv, files = [], wallMs, environment = programEnvironment, onOutput }: StepOptions): { ended: Promise<StepEnd>; eof(): void } {
		const output = new ProbeOutput();
		if (!this.#link.isReady) {
			const end = { output, exit: null, death: this.#death ?? "it is not ready", firstByteMs: null, refusedFiles: 0 };
			return { ended: Promise.resolve(end), eof: () => undefined };
		}
		const step: AgentStep = { terminal: null, idleWallMs: wallMs, totalWallMs: wallMs, cpuMs: wallMs, outputBytes, argv, environment };
		const ended = new Promise<StepEnd>((resolve) => {
			const startedAtMs = performance.now();
			let firstByteMs: number | null = null;
			let refusedFiles = 0;
			const timer = setTimeout(() => this.#kill("it did not answer in time"), wallMs + graceMs);
			const finish = (exit: AgentExit | null): void => {
				clearTimeout(timer);
				output.end();
				this.#watched();
				resolve({ output, exit, death: this.#death, firstByteMs, refusedFiles });
			};
			this.#link.handlers = {
				...silent,
				output: (stream, bytes) => {
					firstByteMs ??= performance.now() - startedAtMs;
					if (stream === "stdout") output.take(bytes);
					onOutput?.();
				},
				fileRefused: () => refusedFiles++,
				exit: finish,
				dead: (reason) => {
					this.#death ??= reason;
					finish(null);
				},
			};
			this.#link.startStep(files, step);
		});
		return { ended, eof: () => this.#link.eof() };
	}

	/** Whether it proved itself empty and is ready again. */
	reset(wallMs: number): Promise<boolean> {
		if (!this.#link.isReady) return Promise.resolve(false);
		return new Promise((resolve) => {
			const timer = setTimeout(() => this.#kill("it did not reset in time"), wallMs);
			const finish = (isReady: boolean): void => {
				clearTimeout(timer);
				this.#watched();
				resolve(isReady);
			};
			this.#link.handlers = {
				...silent,
				ready: () => finish(true),
				dead: (reason) => {
					this.#death ??= reason;
					finish(false);
				},
			};
			this.#link.reset();
		});
	}

	destroy(): Promise<void> {
		return this.#link.sandbox.destroy();
	}

	#watched(): this {
		if (this.#death !== null) return this;
		this.#link.handlers = {
			...silent,
			dead: (reason) => {
				this.#death ??= reason;
			},
		};
		return this;
	}

	/** The link tells of the death; the sandbox itself is `destroy`'s. */
	#kill(reason: string): void {
		this.#death ??= reason;
		this.#link.sandbox.stream.destroy();
	}
}
