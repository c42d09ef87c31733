import type Docker from "dockerode";
import { z } from "zod";
import { containerOptions, tmpfsMounts } from "./docker-container.ts";
import type { SandboxSpec } from "./driver.ts";

/**
 * The container of the gvisor tier: the hardened one, with each limit put where runsc enforces it (measured with 20240729).
 *
 * - Processes: the engine's limit counts the threads of gVisor's own kernel; the program's are held by RLIMIT_NPROC, which counts a kernel
 *   of its own here and so never a neighbour's.
 * - Memory: the engine's limit takes that kernel away as a whole, so it lies above the program's, which the agent watches. On a busy machine a
 *   look can come a second late: then the engine's limit ends the sandbox.
 * - Files: gVisor's tmpfs knows no inode cap; the mounts are tmpfs of the engine's machine instead, made and removed with the container.
 * - System calls: an action with an error number of its own becomes EPERM; SCMP_ACT_TRACE without a tracer is ENOSYS there as on Linux.
 *   What answers EINVAL in a container, because it would hold a pipe's lock in the machine's kernel, is allowed: the pipes are gVisor's.
 */

const MiB = 1_048_576;
const noSuchCallErrno = 38;
const unfitErrno = 22;

/** gVisor's kernel: 16 MiB when idle; the rest is for what it keeps for a program and for what is taken between two looks of the agent. */
const kernelBytes = 64 * MiB;
/** What a forked process copies comes in larger pieces than pages; the agent allows each process that much. */
const bytesPerProcess = 2 * MiB;
const hostThreadsPerProcess = 4;
const kernelThreads = 128;
/** The agent, and the program's first process, which it makes: both count as uid 0's. */
const uncountedProcesses = 2;

/** Read by the agent (PROTOCOL.md, "Memory that nobody else limits"). */
export const memoryLimitVariable = "SANDGLASS_MEMORY_BYTES";

const Profile = z.looseObject({ syscalls: z.array(z.looseObject({ errnoRet: z.number().optional() })) });

export function gvisorSeccomp(profile: string): string {
	const parsed = Profile.parse(JSON.parse(profile));
	const syscalls = parsed.syscalls.map(({ errnoRet, ...rule }) => {
		if (errnoRet === noSuchCallErrno) return { ...rule, action: "SCMP_ACT_TRACE" };
		if (errnoRet === unfitErrno) return { ...rule, action: "SCMP_ACT_ALLOW" };
		return { ...rule, ...(errnoRet === undefined ? {} : { errnoRet }) };
	});
	return JSON.stringify({ ...parsed, syscalls });
}

/** Anonymous volumes: the driver removes them with the container. */
function tmpfsVolumes(spec: SandboxSpec): Docker.MountSettings[] {
	return Object.entries(tmpfsMounts(spec)).map(([target, options]) => ({
		Type: "volume",
		Source: "",
		Target: target,
		VolumeOptions: {
			NoCopy: true,
			Labels: {},
			DriverConfig: { Name: "local", Options: { type: "tmpfs", device: "tmpfs", o: options } },
		},
	}));
}

/** The engine's limit: what no program gets beyond, whatever the agent sees of it. */
export function gvisorCeilingBytes({ memoryBytes, processes }: Pick<SandboxSpec, "memoryBytes" | "processes">): number {
	return memoryBytes + processes * bytesPerProcess + kernelBytes;
}

export function gvisorOptions(
	spec: SandboxSpec,
	name: string,
	instance: string,
	seccompProfile: string,
	runtime: string,
): Docker.ContainerCreateOptions {
	const options = containerOptions(spec, name, instance, gvisorSeccomp(seccompProfile), runtime);
	const ceilingBytes = gvisorCeilingBytes(spec);
	const processes = Math.max(1, spec.processes - uncountedProcesses);
	return {
		...options,
		Env: [`${memoryLimitVariable}=${spec.memoryBytes}`],
		HostConfig: {
			...options.HostConfig,
			Memory: ceilingBytes,
			MemorySwap: ceilingBytes,
			PidsLimit: spec.processes * hostThreadsPerProcess + kernelThreads,
			Ulimits: [...(options.HostConfig?.Ulimits ?? []), { Name: "nproc", Soft: processes, Hard: processes }],
			Tmpfs: {},
			Mounts: tmpfsVolumes(spec),
		},
	};
}
