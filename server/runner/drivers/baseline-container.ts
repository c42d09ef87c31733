import type Docker from "dockerode";
import { instanceLabel } from "./docker-container.ts";
import type { SandboxSpec } from "./driver.ts";
import type { Shape } from "./shapes.ts";

/**
 * The containers of the lab's baselines: no agent, a stand-in for a server as process 1, and only the walls that the baseline has. What keeps
 * its holes from harming anybody is outside of it: gVisor's kernel, no network, no mount of the host's, and the limits given here, which
 * lie above what the probe takes. Nothing but baselines.ts makes one; no tier, language or request leads here.
 */

const MiB = 1_048_576;

/** Low, so that a reader's program goes first. */
const cpuShares = 64;

export interface BaselineContainer {
	/** The engine's name for gVisor. */
	readonly runtime: string;
	readonly command: readonly string[];
	readonly user: "0:0" | "1000:1000";
	/** "engine": its own filter on system calls, as when nothing is asked for. */
	readonly filter: "none" | "engine";
	/** Beside the engine's own; for the reference, which has as few walls as the outer sandbox allows. */
	readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] };
	/** Made up. */
	readonly environment: Readonly<Record<string, string>>;
}

export const baselineSpec: Omit<SandboxSpec, "image"> = {
	tier: "gvisor",
	label: "baseline",
	memoryBytes: 768 * MiB,
	processes: 1_024,
	cpuCores: 1,
	workspaceBytes: 0,
	workspaceInodes: 0,
	openFiles: 1_024,
};

export function baselineShape(container: BaselineContainer): Shape {
	const { runtime, command, user, filter, capabilities, environment } = container;
	return (spec, name, instance): Docker.ContainerCreateOptions => ({
		name,
		Image: spec.image,
		Hostname: "server",
		User: user,
		Env: Object.entries(environment).map(([variable, value]) => `${variable}=${value}`),
		Entrypoint: [...command],
		Cmd: [],
		Labels: { [instanceLabel]: instance, "sandglass.language": spec.label, "sandglass.tier": "baseline" },
		Tty: false,
		OpenStdin: true,
		StdinOnce: true,
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		NetworkDisabled: true,
		HostConfig: {
			Runtime: runtime,
			NetworkMode: "none",
			SecurityOpt: filter === "none" ? ["seccomp=unconfined"] : [],
			CapAdd: [...(capabilities?.add ?? [])],
			CapDrop: [...(capabilities?.drop ?? [])],
			Memory: spec.memoryBytes,
			MemorySwap: spec.memoryBytes,
			PidsLimit: spec.processes,
			NanoCpus: spec.cpuCores * 1e9,
			CpuShares: cpuShares,
			LogConfig: { Type: "none", Config: {} },
			AutoRemove: false,
			RestartPolicy: { Name: "no" },
			Privileged: false,
		},
	});
}
