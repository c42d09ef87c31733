import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { containerOptions } from "../../server/runner/drivers/docker-container.ts";
import type { SandboxSpec } from "../../server/runner/drivers/driver.ts";
import type { EngineConnection } from "../../server/runner/drivers/engine-connection.ts";

/**
 * The rival that a service in Node writes first: for each run a container through dockerode, made, attached to, started, removed; no pool. Flags and limits
 * are those of our sandboxes, but for what our agent alone needs: the program is PID 1, its user from the start, without any capability.
 */

const rivalInstance = "bench-dockerode";
const headerBytes = 8;

export class DockerodeRunSide {
	readonly #docker: EngineConnection;
	readonly #spec: SandboxSpec;
	readonly #seccompProfile: string;
	readonly #argv: readonly string[];

	private constructor(docker: EngineConnection, spec: SandboxSpec, seccompProfile: string, argv: readonly string[]) {
		this.#docker = docker;
		this.#spec = spec;
		this.#seccompProfile = seccompProfile;
		this.#argv = argv;
	}

	/** Removes what a broken-off bench left. */
	static async open(
		docker: EngineConnection,
		spec: SandboxSpec,
		seccompProfile: string,
		argv: readonly string[],
	): Promise<DockerodeRunSide> {
		const side = new DockerodeRunSide(docker, spec, seccompProfile, argv);
		await side.close();
		return side;
	}

	/** Milliseconds from the first call until the program's first byte; returns when the container is gone. */
	async measure(): Promise<number> {
		const startedAt = performance.now();
		const { HostConfig, ...options } = containerOptions(
			this.#spec,
			`${rivalInstance}-${randomBytes(8).toString("hex")}`,
			rivalInstance,
			this.#seccompProfile,
		);
		const container = await this.#docker.createContainer({
			...options,
			HostConfig: { ...HostConfig, CapAdd: [] },
			User: "1000:1000",
			WorkingDir: "/workspace",
			Entrypoint: [...this.#argv],
			OpenStdin: false,
			StdinOnce: false,
			AttachStdin: false,
		});
		try {
			const output = await container.attach({ stream: true, stdout: true, stderr: true });
			const ended = once(output, "end");
			let firstByteMs: number | null = null;
			let bytes = 0;
			output.on("data", (chunk: Buffer) => {
				firstByteMs ??= performance.now() - startedAt;
				bytes += chunk.length;
			});
			await container.start();
			await ended;
			if (firstByteMs === null || bytes <= headerBytes) throw new Error("the container printed nothing");
			return firstByteMs;
		} finally {
			await container.remove({ force: true, v: true });
		}
	}

	async close(): Promise<void> {
		const left = await this.#docker.listContainers({ all: true, filters: { label: [`sandglass.instance=${rivalInstance}`] } });
		for (const { Id } of left) await this.#docker.getContainer(Id).remove({ force: true, v: true });
	}
}
