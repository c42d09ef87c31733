import type Docker from "dockerode";
import type { SandboxSpec } from "./driver.ts";

/**
 * The one place that says how a container of ours is made. DESIGN.md's hardening, line by line; `docker-container.test.ts` looks at
 * a real one from inside.
 */

export const instanceLabel = "sandglass.instance";

const MiB = 1_048_576;
const programUid = 1_000;

/**
 * Files in a tmpfs are memory of the sandbox. All caps together stay below its limit, so that a program that fills every one of
 * them gets ENOSPC and its agent lives on.
 */
export function tmpfsBytes(spec: SandboxSpec): {
	readonly workspaceBytes: number;
	readonly temporaryBytes: number;
	readonly sharedMemoryBytes: number;
} {
	return {
		workspaceBytes: Math.min(spec.workspaceBytes, Math.floor(spec.memoryBytes / 2)),
		temporaryBytes: Math.min(64 * MiB, Math.floor(spec.memoryBytes / 4)),
		sharedMemoryBytes: Math.min(16 * MiB, Math.floor(spec.memoryBytes / 8)),
	};
}

export function tmpfsMounts(spec: SandboxSpec): Record<string, string> {
	const owner = `uid=${programUid},gid=${programUid}`;
	const { workspaceBytes, temporaryBytes, sharedMemoryBytes } = tmpfsBytes(spec);
	return {
		"/workspace": `rw,nosuid,nodev,exec,size=${workspaceBytes},nr_inodes=${spec.workspaceInodes},mode=0755,${owner}`,
		"/tmp": `rw,nosuid,nodev,exec,size=${temporaryBytes},nr_inodes=${spec.workspaceInodes},mode=0700,${owner}`,
		"/dev/shm": `rw,nosuid,nodev,noexec,size=${sharedMemoryBytes},nr_inodes=256,mode=0700,${owner}`,
	};
}

/** @param runtime the engine's name for it; absent: the engine's default. */
export function containerOptions(
	spec: SandboxSpec,
	name: string,
	instance: string,
	seccompProfile: string,
	runtime?: string,
): Docker.ContainerCreateOptions {
	// The engine's types leave out CgroupnsMode.
	const hostConfig: Docker.HostConfig & { readonly CgroupnsMode: "private" } = {
		NetworkMode: "none",
		ReadonlyRootfs: true,
		CapDrop: ["ALL"],
		// The agent's, to become the program's uid and to kill what runs under it; SETPCAP lets it empty the bounding set, itself included.
		CapAdd: ["SETUID", "SETGID", "KILL", "SETPCAP"],
		SecurityOpt: ["no-new-privileges", `seccomp=${seccompProfile}`],
		Memory: spec.memoryBytes,
		MemorySwap: spec.memoryBytes,
		MemorySwappiness: 0,
		PidsLimit: spec.processes,
		NanoCpus: Math.round(spec.cpuCores * 1e9),
		Ulimits: [
			{ Name: "nofile", Soft: spec.openFiles, Hard: spec.openFiles },
			{ Name: "core", Soft: 0, Hard: 0 },
			// The engine mounts /dev/mqueue in every container, and no reset could empty it; with no bytes allowed, no queue can be made.
			{ Name: "msgqueue", Soft: 0, Hard: 0 },
		],
		// "none": Docker mounts no /dev/shm of its own, which would have no inode cap; the namespace is still private.
		IpcMode: "none",
		CgroupnsMode: "private",
		Tmpfs: tmpfsMounts(spec),
		LogConfig: { Type: "none", Config: {} },
		AutoRemove: false,
		RestartPolicy: { Name: "no" },
		Init: false,
		Privileged: false,
		...(runtime === undefined ? {} : { Runtime: runtime }),
	};
	return {
		name,
		Image: spec.image,
		Hostname: "sandbox",
		User: "0:0",
		Env: [],
		Labels: { [instanceLabel]: instance, "sandglass.language": spec.label, "sandglass.tier": spec.tier },
		Tty: false,
		OpenStdin: true,
		// When our connection ends, whatever ended it, the agent's standard input ends and it kills everything (PROTOCOL.md A9).
		StdinOnce: true,
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		NetworkDisabled: true,
		HostConfig: hostConfig,
	};
}
