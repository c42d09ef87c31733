import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tmpfsMounts } from "../../server/runner/drivers/docker-container.ts";
import type { SandboxSpec } from "../../server/runner/drivers/driver.ts";

/**
 * The rival that most self-hosted playgrounds are: a `docker run` for each run, with the limits and the hardening of our sandboxes. It has no agent to
 * drop rights, so the program is its PID 1, as its user from the start, without any capability; that is less work than ours does.
 */

function hardeningFlags(spec: SandboxSpec, seccompPath: string): string[] {
	return [
		"--network=none",
		"--read-only",
		"--user=1000:1000",
		"--cap-drop=ALL",
		"--security-opt=no-new-privileges",
		`--security-opt=seccomp=${seccompPath}`,
		`--memory=${spec.memoryBytes}`,
		`--memory-swap=${spec.memoryBytes}`,
		"--memory-swappiness=0",
		`--pids-limit=${spec.processes}`,
		`--cpus=${spec.cpuCores}`,
		`--ulimit=nofile=${spec.openFiles}:${spec.openFiles}`,
		"--ulimit=core=0:0",
		"--ipc=none",
		"--cgroupns=private",
		"--log-driver=none",
		...Object.entries(tmpfsMounts(spec)).map(([path, options]) => `--tmpfs=${path}:${options}`),
		"--workdir=/workspace",
	];
}

export class DockerRunSide {
	readonly #dockerHost: string;
	readonly #argv: readonly string[];
	readonly #place = mkdtempSync(join(tmpdir(), "sandglass-bench-"));

	/** @param argv what is run, argv[0] an absolute path in the image */
	constructor(dockerHost: string, spec: SandboxSpec, seccompProfile: string, argv: readonly [string, ...string[]]) {
		this.#dockerHost = dockerHost;
		const seccompPath = join(this.#place, "seccomp.json");
		writeFileSync(seccompPath, seccompProfile);
		const [program, ...words] = argv;
		this.#argv = ["run", "--rm", ...hardeningFlags(spec, seccompPath), `--entrypoint=${program}`, spec.image, ...words];
	}

	/** Milliseconds from the spawn of `docker` until its first byte; returns when the container is gone. */
	measure(): Promise<number> {
		return new Promise((resolve, reject) => {
			const startedAt = performance.now();
			let firstByteMs: number | null = null;
			const child = spawn("docker", this.#argv, {
				env: { ...process.env, DOCKER_HOST: this.#dockerHost },
				stdio: ["ignore", "pipe", "pipe"],
			});
			let words = "";
			child.stdout.on("data", () => {
				firstByteMs ??= performance.now() - startedAt;
			});
			child.stderr.on("data", (chunk: Buffer) => {
				words = (words + chunk.toString()).slice(-2_000);
			});
			child.on("error", reject);
			child.on("close", (code) => {
				if (code === 0 && firstByteMs !== null) resolve(firstByteMs);
				else reject(new Error(`docker run ended with ${code}: ${words}`));
			});
		});
	}

	close(): void {
		rmSync(this.#place, { recursive: true, force: true });
	}
}
