import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Duplex, PassThrough } from "node:stream";
import type { ContainerCreateOptions } from "dockerode";
import { containerOptions, instanceLabel } from "../../server/runner/drivers/docker-container.ts";
import type { SandboxSpec } from "../../server/runner/drivers/driver.ts";
import type { EngineConnection } from "../../server/runner/drivers/engine-connection.ts";
import type { ServerProcess } from "../server-process.ts";
import { programsDir } from "./arena.ts";

/**
 * Controls: the same hostile program in a container of our image, made by the same options, less the one protection that a test is
 * about. There the attack must succeed; else the test would pass without the protection and prove nothing.
 * Every control has bounds of its own, so that this machine is safe from it.
 */

const MiB = 1_048_576;

/** The server's defaults. */
export const defaultSpec: Omit<SandboxSpec, "image"> = {
	tier: "container",
	label: "control",
	memoryBytes: 256 * MiB,
	processes: 64,
	cpuCores: 1,
	workspaceBytes: 64 * MiB,
	workspaceInodes: 4_096,
	openFiles: 256,
};

export interface ControlPlan {
	/** The program in programs/ and its arguments. */
	readonly command: readonly (string | number)[];
	/** Takes the protection away. Nothing taken: the attack must fail here too. */
	readonly weaken?: (options: ContainerCreateOptions, host: NonNullable<ContainerCreateOptions["HostConfig"]>) => void;
	/** Looks at the container once its program has ended, before it is removed. */
	readonly inspect?: (container: ReturnType<EngineConnection["getContainer"]>) => Promise<void>;
	/** Looks at it while the program runs; the program is killed afterwards. */
	readonly whileRunning?: (container: ReturnType<EngineConnection["getContainer"]>, output: () => string) => Promise<void>;
	readonly timeoutMs?: number;
}

export interface ControlResult {
	readonly output: string;
	readonly status: number;
	readonly isOutOfMemory: boolean;
}

/** The newest Python image that the engine has of ours. */
export async function findPythonImage(engine: EngineConnection): Promise<string> {
	const images = await engine.listImages({ filters: { reference: ["sandglass/python"] } });
	const newest = images.sort((a, b) => b.Created - a.Created)[0];
	const tag = newest?.RepoTags?.[0];
	assert.ok(tag !== undefined, "there is no Python image");
	return tag;
}

export async function runControl(server: ServerProcess, seccompProfile: string, plan: ControlPlan): Promise<ControlResult> {
	const { engine } = server;
	const instance = `control-${randomBytes(5).toString("hex")}`;
	const spec: SandboxSpec = { ...defaultSpec, image: await findPythonImage(engine) };
	const base = containerOptions(spec, instance, instance, seccompProfile);
	const [program, ...args] = plan.command;
	const options: ContainerCreateOptions = {
		...base,
		// The program itself instead of our agent, with the rights that the agent leaves it.
		Entrypoint: ["/usr/bin/python3", `/programs/${program}`],
		Cmd: args.map(String),
		User: "1000:1000",
		WorkingDir: "/workspace",
		Env: ["PYTHONDONTWRITEBYTECODE=1"],
		HostConfig: { ...base.HostConfig, CapAdd: [], Binds: [`${programsDir}:/programs:ro`] },
	};
	if (options.HostConfig !== undefined) plan.weaken?.(options, options.HostConfig);
	assert.equal(options.Labels?.[instanceLabel], instance);
	const container = await engine.createContainer(options);
	try {
		const connection = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
		assert.ok(connection instanceof Duplex);
		const chunks: Buffer[] = [];
		const sink = new PassThrough().on("data", (chunk: Buffer) => chunks.push(chunk));
		engine.modem.demuxStream(connection, sink, sink);
		const output = (): string => Buffer.concat(chunks).toString();
		await container.start();
		if (plan.whileRunning !== undefined) {
			await plan.whileRunning(container, output);
			await container.kill();
		}
		const { StatusCode } = await container.wait({ abortSignal: AbortSignal.timeout(plan.timeoutMs ?? 60_000) });
		if (!connection.readableEnded) await new Promise((resolve) => connection.once("close", resolve).once("end", resolve));
		const state = (await container.inspect()).State;
		await plan.inspect?.(container);
		return { output: output(), status: StatusCode, isOutOfMemory: state.OOMKilled };
	} finally {
		await container.remove({ force: true, v: true });
	}
}
