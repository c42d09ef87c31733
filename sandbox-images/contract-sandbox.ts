import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../protocol/outcome.ts";
import { readConfig } from "../server/config.ts";
import type { Toolchain } from "../server/languages/catalogue.ts";
import { type AgentHandlers, AgentLink } from "../server/runner/agent-link.ts";
import { DockerDriver } from "../server/runner/drivers/docker.ts";
import { connectEngine } from "../server/runner/drivers/engine-connection.ts";
import { tierShapes } from "../server/runner/drivers/shapes.ts";
import { sandboxLimits } from "../server/runner/limits.ts";
import { ProgramRun } from "../server/runner/program-run.ts";
import { nextStart, planRun, type RunPlan, type RunRequest } from "../server/runner/run-plan.ts";

/** A real sandbox of one toolchain, made and spoken to by the runner's own parts, for the tests of the languages. */

export const engine = connectEngine(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock");

/** A machine whose every core builds or tests something else is slow; no test here is about the limits. */
const settings = {
	...readConfig({}, fileURLToPath(new URL(".", import.meta.url))),
	idleWallMs: 30_000,
	compileWallMs: 60_000,
};

export interface Program {
	readonly files: readonly { readonly name: string; readonly content: string }[];
	readonly entry: string;
	/** Default: none. */
	readonly arguments?: readonly string[];
	readonly limits?: RunRequest["limits"];
	readonly mode: "pty" | "pipes";
	/** Each is typed as soon as what comes before it has been printed, and not earlier. */
	readonly dialogue?: readonly { readonly after: string; readonly type: string }[];
}

export interface Ending {
	readonly outcome: Outcome;
	readonly stdout: string;
	readonly stderr: string;
	readonly compileMs: number | null;
	readonly compileCpuMs: number | null;
	readonly runMs: number | null;
	/** Of the program alone. */
	readonly cpuMs: number | null;
	readonly peakMemoryBytes: number;
}

export class ContractSandbox {
	readonly #link: AgentLink;
	readonly #toolchain: Toolchain;

	private constructor(link: AgentLink, toolchain: Toolchain) {
		this.#link = link;
		this.#toolchain = toolchain;
	}

	static async start(toolchain: Toolchain, image: string): Promise<ContractSandbox> {
		const profile = await readFile(new URL("seccomp.json", import.meta.url), "utf8");
		const driver = new DockerDriver(engine, `language-test-${process.pid}`, tierShapes(profile));
		const [first] = toolchain.tiers;
		const tier = first === undefined || toolchain.tiers.includes("container") ? "container" : first;
		const spec = { tier, image, label: toolchain.key, ...sandboxLimits(settings, toolchain.limits) };
		const sandbox = await driver.create(spec);
		const link = await new Promise<AgentLink>((resolve, reject) => {
			const made: AgentLink = new AgentLink(
				sandbox,
				idleHandlers(() => resolve(made), reject),
			);
		});
		return new ContractSandbox(link, toolchain);
	}

	/** Starts what `run` will run. */
	prespawn(program: Program): void {
		const start = nextStart(this.#toolchain, planOf(program, this.#toolchain));
		assert.ok(start !== null, `${this.#toolchain.key} lets nothing wait`);
		this.#link.prespawn(start);
	}

	/** Runs a program and empties the sandbox after it. `toolchain` stands in for the sandbox's own commands. */
	async run(program: Program, toolchain: Toolchain = this.#toolchain): Promise<Ending> {
		const plan = planOf(program, toolchain);
		const dialogue = [...(program.dialogue ?? [])];
		const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
		const text = (stream: "stdout" | "stderr") => Buffer.concat(output[stream]).toString();
		const ending = await new Promise<Ending>((resolve) => {
			const run = new ProgramRun(plan, {
				started(step) {
					// A program that reads although nothing is typed for it must find the end of its input.
					if (step === "run" && dialogue.length === 0) run.eof();
				},
				output(stream, bytes) {
					output[stream].push(Buffer.from(bytes));
					const next = dialogue[0];
					if (next && text("stdout").includes(next.after)) {
						dialogue.shift();
						run.stdin(Buffer.from(next.type));
					}
					return true;
				},
				stats: () => undefined,
				stdinAck: () => undefined,
				step: () => undefined,
				ended: ({ outcome, compile, program: report }) =>
					resolve({
						outcome,
						stdout: text("stdout"),
						stderr: text("stderr"),
						compileMs: compile?.wallMs ?? null,
						compileCpuMs: compile?.cpuMs ?? null,
						runMs: report?.wallMs ?? null,
						cpuMs: report?.cpuMs ?? null,
						peakMemoryBytes: Math.max(compile?.peakMemoryBytes ?? 0, report?.peakMemoryBytes ?? 0),
					}),
			});
			run.begin(this.#link);
		});
		await this.#reset();
		return ending;
	}

	async #reset(): Promise<void> {
		if (!this.#link.isReady) throw new Error("the sandbox died of its program");
		await new Promise<void>((resolve, reject) => {
			this.#link.handlers = idleHandlers(resolve, reject);
			this.#link.reset();
		});
	}

	destroy(): Promise<void> {
		this.#link.handlers = idleHandlers(
			() => undefined,
			() => undefined,
		);
		return this.#link.sandbox.destroy();
	}
}

function planOf(program: Program, toolchain: Toolchain): RunPlan {
	const request: RunRequest = {
		type: "run",
		files: [...program.files],
		entry: program.entry,
		arguments: [...(program.arguments ?? [])],
		mode: program.mode,
		columns: 80,
		rows: 24,
		limits: program.limits ?? {},
	};
	const plan = planRun(request, toolchain, settings);
	assert.ok(typeof plan !== "string", `the program was refused: ${String(plan)}`);
	return plan;
}

function idleHandlers(ready: () => void, reject: (error: Error) => void): AgentHandlers {
	const nothing = () => undefined;
	return {
		ready,
		dead: (reason) => reject(new Error(`the sandbox died: ${reason}`)),
		output: nothing,
		stdinAck: nothing,
		stats: nothing,
		exit: nothing,
		fileRefused: nothing,
	};
}
