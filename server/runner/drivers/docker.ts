import { randomBytes } from "node:crypto";
import { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import { z } from "zod";
import { AttachedStream } from "./attached-stream.ts";
import { describeContainer, memoryOf } from "./container-description.ts";
import { instanceLabel } from "./docker-container.ts";
import type { Sandbox, SandboxDescription, SandboxDriver, SandboxSpec } from "./driver.ts";
import type { Shapes } from "./shapes.ts";

/**
 * Sandboxes as containers of a Docker engine (API 1.41, Docker 20.10, and later). Of a live container it uses create, attach, start
 * and remove, and inspect for the posture and after the end; never exec, archive or logs.
 *
 * `owned` holds the names of containers that this process is making, holds or is removing. A name is in it before the engine hears
 * of it and leaves it when the engine has confirmed the end or can no longer be asked; so `reap` may remove whatever bears our label
 * and is not in it.
 */

const callTimeoutMs = 30_000;
const reapConcurrency = 8;
/** Docker 20.10 may take half a minute over the remains of a container of gVisor's whose end it missed. */
const reapPatienceMs = 5_000;
const endTimeoutMs = 4_000;
const endRetryMs = 25;

const EndState = z.object({ State: z.object({ Running: z.boolean(), OOMKilled: z.boolean() }) });

const EngineInfo = z.object({
	MemoryLimit: z.boolean(),
	SwapLimit: z.boolean(),
	PidsLimit: z.boolean(),
	CpuCfsQuota: z.boolean(),
	CgroupVersion: z.string().default("1"),
	SecurityOptions: z.array(z.string()),
});

/** What the engine cannot enforce is not offered. */
export class EngineUnfit extends Error {}

const statusOf = (error: unknown): number | undefined => z.object({ statusCode: z.number() }).safeParse(error).data?.statusCode;

/** Both take a signal; the library's types leave it out. */
interface AbortableCalls {
	ping(options: { abortSignal: AbortSignal }): Promise<unknown>;
	info(options: { abortSignal: AbortSignal }): Promise<unknown>;
}

interface StatsOptions {
	readonly stream: false;
	readonly "one-shot": true;
	readonly abortSignal: AbortSignal;
}

export class DockerDriver implements SandboxDriver {
	readonly name = "docker";
	readonly #docker: Docker;
	readonly #instance: string;
	readonly #shapes: Shapes;
	readonly #owned = new Set<string>();
	#fitness: Promise<void> | undefined;

	constructor(docker: Docker, instance: string, shapes: Shapes) {
		this.#docker = docker;
		this.#instance = instance;
		this.#shapes = shapes;
	}

	/** The engine starts from an image as it is. */
	async prepare(): Promise<void> {}

	async create(spec: SandboxSpec): Promise<Sandbox> {
		const shape = this.#shapes[spec.tier];
		if (shape === undefined) throw new EngineUnfit(`this engine has nothing to make the tier ${spec.tier} with`);
		await this.#requireFitness();
		const name = `${this.#instance}-${randomBytes(8).toString("hex")}`;
		this.#owned.add(name);
		try {
			const options = shape(spec, name, this.#instance);
			const container = await this.#docker.createContainer({ ...options, abortSignal: AbortSignal.timeout(callTimeoutMs) });
			const stream = await this.#attach(container);
			try {
				await container.start({ abortSignal: AbortSignal.timeout(callTimeoutMs) });
			} catch (cause) {
				stream.destroy();
				throw cause;
			}
			return {
				id: name,
				stream,
				destroy: () => this.#destroy(name, stream),
				hasRunOutOfMemory: () => this.#hasRunOutOfMemory(name),
				describe: () => this.#describe(name),
			};
		} catch (cause) {
			await this.#remove(name).catch((error: unknown) => {
				throw new Error("a container could neither be started nor removed", { cause: error });
			});
			throw cause;
		}
	}

	/** The signal of a hijacked connection lives on with it, so this time limit is our own and ends with the answer. */
	async #attach(container: Docker.Container): Promise<AttachedStream> {
		const abort = new AbortController();
		const timer = setTimeout(() => abort.abort(), callTimeoutMs);
		try {
			const options = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true, abortSignal: abort.signal };
			const connection = await container.attach(options);
			if (!(connection instanceof Duplex)) throw new Error("the engine did not hand over the connection");
			const stream = new AttachedStream(connection);
			// What went wrong shows as the end of the stream, which is all that its owner may rely on.
			stream.on("error", () => stream.destroy());
			return stream;
		} finally {
			clearTimeout(timer);
		}
	}

	/** The engine learns of an end a moment after the stream shows it. */
	async #hasRunOutOfMemory(name: string): Promise<boolean> {
		const container = this.#docker.getContainer(name);
		const abortSignal = AbortSignal.timeout(endTimeoutMs);
		try {
			for (;;) {
				const { State: end } = EndState.parse(await container.inspect({ abortSignal }));
				if (end.OOMKilled || !end.Running) return end.OOMKilled;
				await wait(endRetryMs, undefined, { signal: abortSignal });
			}
		} catch {
			return false;
		}
	}

	async #describe(name: string): Promise<SandboxDescription> {
		const container = this.#docker.getContainer(name);
		const abortSignal = AbortSignal.timeout(callTimeoutMs);
		const measured: { stats(options: StatsOptions): Promise<unknown> } = container;
		const [inspection, stats] = await Promise.all([
			container.inspect({ abortSignal }),
			measured.stats({ stream: false, "one-shot": true, abortSignal }),
		]);
		return { facts: describeContainer(inspection), memoryBytes: memoryOf(stats) };
	}

	async #destroy(name: string, stream: Duplex): Promise<void> {
		stream.destroy();
		if (this.#owned.has(name)) await this.#remove(name);
	}

	/** Whatever comes of it, the name is given up: a container that is still there is then `reap`'s. */
	async #remove(name: string): Promise<void> {
		try {
			await this.#docker.getContainer(name).remove({ force: true, v: true, abortSignal: AbortSignal.timeout(callTimeoutMs) });
		} catch (error) {
			const status = statusOf(error);
			// 404: gone. 409: somebody's removal of it is under way.
			if (status !== 404 && status !== 409) throw error;
		} finally {
			this.#owned.delete(name);
		}
	}

	async reap(): Promise<number> {
		const listed = await this.#docker.listContainers({
			all: true,
			filters: { label: [`${instanceLabel}=${this.#instance}`] },
			abortSignal: AbortSignal.timeout(callTimeoutMs),
		});
		const names = listed.map((container) => container.Names[0]?.slice(1) ?? container.Id).filter((name) => !this.#owned.has(name));
		const left = [...names];
		const worker = async (): Promise<void> => {
			for (let name = left.pop(); name !== undefined; name = left.pop()) {
				const removal = this.#remove(name);
				// What is slow to go is found by the next call; until then it keeps nobody waiting.
				removal.catch(() => undefined);
				await Promise.race([removal, wait(reapPatienceMs, undefined, { ref: false })]);
			}
		};
		await Promise.all(Array.from({ length: reapConcurrency }, worker));
		return names.length;
	}

	async ping(timeoutMs: number): Promise<void> {
		const calls: AbortableCalls = this.#docker;
		await calls.ping({ abortSignal: AbortSignal.timeout(timeoutMs) });
	}

	async close(): Promise<void> {}

	/** Asked once; asked again while the answer is a failure. */
	async #requireFitness(): Promise<void> {
		this.#fitness ??= this.#checkFitness();
		try {
			await this.#fitness;
		} catch (error) {
			this.#fitness = undefined;
			throw error;
		}
	}

	async #checkFitness(): Promise<void> {
		const calls: AbortableCalls = this.#docker;
		const info = EngineInfo.parse(await calls.info({ abortSignal: AbortSignal.timeout(callTimeoutMs) }));
		const missing: string[] = [];
		if (!info.MemoryLimit) missing.push("memory limits");
		if (!info.PidsLimit) missing.push("process limits");
		if (!info.CpuCfsQuota) missing.push("CPU quotas");
		// Without swap accounting, cgroup v1's swappiness of 0 keeps a sandbox's memory out of swap; v2 has no such thing.
		if (!info.SwapLimit && info.CgroupVersion !== "1") missing.push("swap limits");
		if (!info.SecurityOptions.some((option) => option.includes("name=seccomp"))) missing.push("seccomp");
		if (missing.length > 0) throw new EngineUnfit(`the engine cannot enforce ${missing.join(", ")}`);
	}
}
