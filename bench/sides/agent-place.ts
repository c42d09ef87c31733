import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { AgentLink } from "../../server/runner/agent-link.ts";
import type { Sandbox, SandboxDriver, SandboxSpec } from "../../server/runner/drivers/driver.ts";
import { enterRootCommand } from "../native/native-side.ts";
import type { RootFileSystem } from "../native/root-file-system.ts";
import type { BenchProgram } from "../programs.ts";
import { OutputClock, type Place, type RunningProgram } from "./place.ts";

/** The agent spoken to directly, without gateway and runner: through the engine's attach, or as a plain process without any engine. */

const agentPath = "/sandglass-agent";

/** A hardened sandbox of the driver's. */
export async function agentInSandbox(driver: SandboxDriver, spec: SandboxSpec): Promise<AgentPlace> {
	return AgentPlace.open(await driver.create(spec));
}

/** PID 1 of a PID namespace in the image's root file system: two pipes, no container, no engine, no seccomp, no cgroup. */
export function agentAlone(root: RootFileSystem, workspaceBytes: number): Promise<AgentPlace> {
	const namespaces = ["--mount", "--ipc", "--pid", "--fork", "--kill-child", "--propagation", "private"];
	const child = spawn("unshare", [...namespaces, ...enterRootCommand(agentPath, root, workspaceBytes)], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
	const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
	// The end of the stream is what its owner looks at.
	stream.on("error", () => stream.destroy());
	return AgentPlace.open({
		id: "agent alone",
		stream,
		async destroy() {
			stream.destroy();
			child.kill("SIGKILL");
			await ended;
			root.dispose();
		},
		// No engine, so nobody to ask.
		hasRunOutOfMemory: async () => false,
		describe: async () => ({ facts: {}, memoryBytes: null }),
	});
}

export class AgentPlace implements Place {
	readonly #link: AgentLink;
	#clock = new OutputClock();
	#onReady: () => void;
	#onDead: (error: Error) => void;

	private constructor(sandbox: Sandbox, onReady: () => void, onDead: (error: Error) => void) {
		this.#onReady = onReady;
		this.#onDead = onDead;
		this.#link = new AgentLink(sandbox, {
			ready: () => this.#onReady(),
			output: () => this.#clock.tick(),
			stdinAck: () => undefined,
			stats: () => undefined,
			exit: () => {
				this.#clock.end("the program wrote nothing");
				this.#link.reset();
			},
			fileRefused: () => this.#clock.end("the file could not be written"),
			dead: (reason) => {
				this.#clock.end(reason);
				this.#onDead(new Error(`The sandbox died: ${reason}.`));
			},
		});
	}

	static async open(sandbox: Sandbox): Promise<AgentPlace> {
		return new Promise((resolve, reject) => {
			const place: AgentPlace = new AgentPlace(sandbox, () => resolve(place), reject);
		});
	}

	start({ plan, fileName, content }: BenchProgram): RunningProgram {
		const clock = new OutputClock();
		this.#clock = clock;
		const ended = new Promise<void>((resolve, reject) => {
			this.#onReady = resolve;
			this.#onDead = reject;
		});
		this.#link.startStep([{ name: fileName, content }], {
			terminal: plan.terminal,
			idleWallMs: plan.run.limits.idleWallMs,
			totalWallMs: plan.run.limits.totalWallMs,
			cpuMs: plan.run.limits.cpuMs,
			outputBytes: plan.run.limits.outputBytes,
			argv: plan.run.argv,
			environment: plan.environment,
		});
		return {
			firstByteAt: clock.firstByteAt,
			nextOutputAt: () => clock.next(),
			type: (bytes) => void this.#link.stdin(Buffer.from(bytes)),
			stop: () => this.#link.kill(),
			ended,
		};
	}

	async close(): Promise<void> {
		this.#onDead = () => undefined;
		await this.#link.sandbox.destroy();
	}
}
