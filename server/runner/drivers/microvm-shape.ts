import { statSync } from "node:fs";
import type Docker from "dockerode";
import { instanceLabel, tmpfsBytes } from "./docker-container.ts";
import type { SandboxSpec } from "./driver.ts";

/**
 * The container of the tier `microvm`: a machine monitor (QEMU) and its launcher, and in it a clone of a saved machine whose agent is on the
 * container's standard input and output. Its limits are those of the guest and what the monitor needs besides; those of the sandbox
 * are given to the guest, which keeps them as a container's kernel does.
 */

/** By what the guest's processor is made: the machine's own, or software. A saved machine wakes under the same. */
const accelerators = ["kvm", "tcg"] as const;
export type Accelerator = (typeof accelerators)[number];

export interface MicrovmImage {
	readonly accelerator: Accelerator;
	/** The guest's RAM. Fixed when it is saved; a sandbox that asks for more than fits is refused by the launcher. */
	readonly ramBytes: number;
}

const MiB = 1_048_576;
const monitorUid = 64_000;
const kvmDevice = "/dev/kvm";

/** As GUEST_RESERVE_BYTES of sandbox-images/microvm/src/start-order.h: the guest's kernel, beside what the sandbox may have. */
const guestReserveBytes = 64 * MiB;

/** QEMU itself, and at most 128 MiB of translated code (monitor.c). */
const monitorBytes = 192 * MiB;

/** QEMU's main loop, virtual processor, QMP, read-ahead of the disk; the launcher. */
const monitorThreads = 32;

export const guestRamBytes = (memoryBytes: number): number => Math.ceil((memoryBytes + guestReserveBytes) / MiB) * MiB;

/** What must be the same when a machine is saved and when it wakes. */
function monitorHostConfig(image: MicrovmImage, seccompProfile: string): Docker.HostConfig & { readonly CgroupnsMode: "private" } {
	const memoryBytes = image.ramBytes + monitorBytes;
	return {
		NetworkMode: "none",
		CapDrop: ["ALL"],
		SecurityOpt: ["no-new-privileges", `seccomp=${seccompProfile}`],
		Memory: memoryBytes,
		MemorySwap: memoryBytes,
		MemorySwappiness: 0,
		PidsLimit: monitorThreads,
		Ulimits: [
			{ Name: "nofile", Soft: 128, Hard: 128 },
			{ Name: "core", Soft: 0, Hard: 0 },
			{ Name: "msgqueue", Soft: 0, Hard: 0 },
		],
		IpcMode: "none",
		CgroupnsMode: "private",
		LogConfig: { Type: "none", Config: {} },
		AutoRemove: false,
		RestartPolicy: { Name: "no" },
		Init: false,
		Privileged: false,
		...(image.accelerator === "kvm"
			? {
					Devices: [{ PathOnHost: kvmDevice, PathInContainer: kvmDevice, CgroupPermissions: "rw" }],
					GroupAdd: [String(statSync(kvmDevice).gid)],
				}
			: {}),
	};
}

function monitorContainer(name: string, image: string, command: readonly string[]): Docker.ContainerCreateOptions {
	return {
		name,
		Image: image,
		Cmd: [...command],
		Hostname: "sandbox",
		User: `${monitorUid}:${monitorUid}`,
		Env: [],
		Tty: false,
		OpenStdin: true,
		// When our connection ends, so does the guest's line; the launcher sees to the rest (PROTOCOL.md A9).
		StdinOnce: true,
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		NetworkDisabled: true,
	};
}

/** `sandglass/microvm-python:3.13-tcg-320-0123456789ab`: what the launcher will find in the image is in its name already. */
export function microvmTag(language: string, version: string, image: MicrovmImage, digest: string): string {
	return `sandglass/microvm-${language}:${version}-${image.accelerator}-${image.ramBytes / MiB}-${digest}`;
}

function parseTag(reference: string): MicrovmImage {
	const [, name, ramMiB] = /-(kvm|tcg)-(\d+)-[0-9a-f]{12}$/.exec(reference) ?? [];
	const accelerator = accelerators.find((it) => it === name);
	if (accelerator === undefined) throw new Error(`not the image of a microVM: ${reference}`);
	return { accelerator, ramBytes: Number(ramMiB) * MiB };
}

/** @param seccompProfile the monitor's, sandbox-images/microvm/seccomp-monitor.json; the program's own is in the guest. */
export function microvmContainer(spec: SandboxSpec, name: string, instance: string, seccompProfile: string): Docker.ContainerCreateOptions {
	const image = parseTag(spec.image);
	const { workspaceBytes, temporaryBytes, sharedMemoryBytes } = tmpfsBytes(spec);
	const limits = {
		memoryBytes: spec.memoryBytes,
		processes: spec.processes,
		workspaceBytes,
		workspaceInodes: spec.workspaceInodes,
		temporaryBytes,
		sharedMemoryBytes,
		openFiles: spec.openFiles,
	};
	return {
		...monitorContainer(name, spec.image, ["restore", ...Object.entries(limits).map(([limit, value]) => `${limit}=${value}`)]),
		Labels: { [instanceLabel]: instance, "sandglass.language": spec.label, "sandglass.tier": spec.tier },
		HostConfig: {
			...monitorHostConfig(image, seccompProfile),
			ReadonlyRootfs: true,
			NanoCpus: Math.round(spec.cpuCores * 1e9),
		},
	};
}

/** The container in which a machine is booted and saved: the same but for a root that can be written, whose /snapshot is then kept. */
export function snapshotContainer(
	unsavedImage: string,
	image: MicrovmImage,
	name: string,
	labels: Readonly<Record<string, string>>,
	seccompProfile: string,
): Docker.ContainerCreateOptions {
	return {
		...monitorContainer(name, unsavedImage, ["snapshot", image.accelerator, String(image.ramBytes)]),
		Labels: { ...labels },
		HostConfig: monitorHostConfig(image, seccompProfile),
	};
}
