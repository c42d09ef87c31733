import { z } from "zod";

/**
 * The container section of the CIS Docker Benchmark (numbers 5.1 to 5.31, as docker-bench-security's section 5 asks them), put to what
 * the engine says of a live sandbox. Each check gives what violates it, or null; or the reason why it does not apply.
 */

const Names = z.array(z.string()).nullable();

export const Inspected = z.object({
	AppArmorProfile: z.string(),
	ProcessLabel: z.string(),
	ExecIDs: Names,
	Image: z.string(),
	Config: z.object({
		Image: z.string(),
		ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
		Healthcheck: z.unknown().optional(),
	}),
	Mounts: z.array(z.object({ Source: z.string().default(""), Destination: z.string(), Propagation: z.string().default("") })),
	NetworkSettings: z.object({ Ports: z.record(z.string(), z.unknown()), Networks: z.record(z.string(), z.unknown()) }),
	HostConfig: z.object({
		Privileged: z.boolean(),
		CapAdd: Names,
		CapDrop: Names,
		Binds: Names,
		NetworkMode: z.string(),
		PidMode: z.string(),
		IpcMode: z.string(),
		UTSMode: z.string(),
		UsernsMode: z.string(),
		Memory: z.number(),
		NanoCpus: z.number(),
		CpuShares: z.number(),
		ReadonlyRootfs: z.boolean(),
		PortBindings: z.record(z.string(), z.unknown()).nullable(),
		PublishAllPorts: z.boolean(),
		RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number() }),
		Devices: z.array(z.object({ PathOnHost: z.string() })).nullable(),
		DeviceRequests: z.array(z.unknown()).nullish(),
		DeviceCgroupRules: Names.optional(),
		Ulimits: z.array(z.object({ Name: z.string() })).nullable(),
		SecurityOpt: Names,
		CgroupParent: z.string(),
		PidsLimit: z.number().nullable(),
	}),
});
export type Inspected = z.infer<typeof Inspected>;

export interface Surroundings {
	/** What the engine says that its kernel offers. */
	readonly securityOptions: readonly string[];
	/** Names of the processes in the container, as this machine sees them. */
	readonly processes: readonly string[];
	/** Capabilities that this tier's shape may add: its agent's or its monitor's, never the program's. */
	readonly allowedCapabilities: readonly string[];
	/** Devices that this tier's shape may lend to its monitor. */
	readonly allowedDevices: readonly string[];
}

interface Check {
	readonly number: string;
	readonly title: string;
	/** null: not violated. */
	readonly violation: (it: Inspected, around: Surroundings) => string | null;
}

const sensitive = /^\/$|^\/(boot|dev|etc|lib|proc|sys|usr|root|home)(\/|$)|^\/var\/(run|lib\/docker)(\/|$)/;

function host(
	number: string,
	title: string,
	violation: (config: Inspected["HostConfig"], it: Inspected, around: Surroundings) => string | false | null,
): Check {
	return { number, title, violation: (it, around) => violation(it.HostConfig, it, around) || null };
}

const without = (all: readonly string[] | null, allowed: readonly string[]): string[] => (all ?? []).filter((it) => !allowed.includes(it));
const unless = (isMet: boolean, violation: string): string | null => (isMet ? null : violation);

export const checks: readonly Check[] = [
	{
		number: "5.1",
		title: "AppArmor, where the kernel has it",
		violation: (it, { securityOptions }) =>
			unless(
				!securityOptions.some((option) => option.includes("apparmor")) || !["", "unconfined"].includes(it.AppArmorProfile),
				`profile "${it.AppArmorProfile}"`,
			),
	},
	{
		number: "5.2",
		title: "SELinux, where the kernel has it",
		violation: (it, { securityOptions }) =>
			unless(!securityOptions.some((option) => option.includes("selinux")) || it.ProcessLabel !== "", "no label"),
	},
	host("5.3", "capabilities are dropped", ({ CapAdd, CapDrop }, _, { allowedCapabilities }) => {
		if (!CapDrop?.includes("ALL")) return "not all are dropped";
		return without(CapAdd, allowedCapabilities).join() || null;
	}),
	host("5.4", "not privileged", ({ Privileged }) => Privileged && "privileged"),
	host("5.5", "no sensitive folder of the host", ({ Binds }, { Mounts }) =>
		[...(Binds ?? []).map((bind) => bind.split(":")[0] ?? ""), ...Mounts.map(({ Source }) => Source)]
			.filter((source) => sensitive.test(source))
			.join(),
	),
	host("5.6", "no sshd", (_, __, { processes }) => processes.filter((name) => name.includes("sshd")).join()),
	host("5.7", "no privileged port", ({ PortBindings }) => Object.keys(PortBindings ?? {}).join()),
	host("5.8", "no port at all", ({ PublishAllPorts }, { NetworkSettings, Config }) =>
		PublishAllPorts ? "all" : [...Object.keys(NetworkSettings.Ports), ...Object.keys(Config.ExposedPorts ?? {})].join(),
	),
	host("5.9", "not the host's network", ({ NetworkMode }) => unless(NetworkMode === "none", NetworkMode)),
	host("5.10", "memory is limited", ({ Memory }) => unless(Memory > 0, "unlimited")),
	host("5.11", "processor time is limited", ({ NanoCpus, CpuShares }) => unless(NanoCpus > 0 || CpuShares > 0, "unlimited")),
	host("5.12", "the root is read-only", ({ ReadonlyRootfs }) => unless(ReadonlyRootfs, "writable")),
	host("5.13", "incoming traffic is bound", ({ PortBindings }) =>
		unless(Object.keys(PortBindings ?? {}).length === 0, "a port is published"),
	),
	host("5.14", "restarts at most five times", ({ RestartPolicy: { Name, MaximumRetryCount } }) =>
		unless(["", "no"].includes(Name) || (Name === "on-failure" && MaximumRetryCount <= 5), Name),
	),
	host("5.15", "not the host's processes", ({ PidMode }) => unless(PidMode === "", PidMode)),
	host("5.16", "not the host's IPC", ({ IpcMode }) => unless(["none", "private"].includes(IpcMode), IpcMode)),
	host("5.17", "no device of the host", ({ Devices, DeviceRequests, DeviceCgroupRules }, _, { allowedDevices }) =>
		[
			...without(
				(Devices ?? []).map(({ PathOnHost }) => PathOnHost),
				allowedDevices,
			),
			...(DeviceRequests ?? []).map(() => "a device request"),
			...(DeviceCgroupRules ?? []),
		].join(),
	),
	host("5.18", "ulimits are set", ({ Ulimits }) =>
		unless(
			(Ulimits ?? []).some(({ Name }) => Name === "nofile"),
			"no limit of open files",
		),
	),
	host("5.19", "mounts are not shared back", (_, { Mounts }) =>
		Mounts.filter(({ Propagation }) => /shared/.test(Propagation))
			.map(({ Destination }) => Destination)
			.join(),
	),
	host("5.20", "not the host's UTS", ({ UTSMode }) => unless(UTSMode === "", UTSMode)),
	host("5.21", "seccomp is on", ({ SecurityOpt }) =>
		unless(
			(SecurityOpt ?? []).some((option) => option.startsWith("seccomp=") && option !== "seccomp=unconfined"),
			"no profile",
		),
	),
	host("5.22", "no exec with rights", (_, { ExecIDs }) => ExecIDs?.join() ?? null),
	host("5.23", "no exec as root", (_, { ExecIDs }) => ExecIDs?.join() ?? null),
	host("5.24", "the engine's own control group", ({ CgroupParent }) => unless(CgroupParent === "", CgroupParent)),
	host("5.25", "no new privileges", ({ SecurityOpt }) =>
		unless(
			(SecurityOpt ?? []).some((it) => /^no-new-privileges(:true|=true)?$/.test(it)),
			"allowed",
		),
	),
	host("5.27", "the image is named by what is in it", (_, { Config }) =>
		unless(/(:|@)[^:]*[0-9a-f]{12}$/.test(Config.Image) && !Config.Image.endsWith(":latest"), Config.Image),
	),
	host("5.28", "processes are limited", ({ PidsLimit }) => unless(PidsLimit !== null && PidsLimit > 0, "unlimited")),
	host("5.29", "not the default bridge", (_, { NetworkSettings }) => unless(!("bridge" in NetworkSettings.Networks), "docker0")),
	host("5.30", "not the host's user namespace by choice", ({ UsernsMode }) => unless(UsernsMode !== "host", "host")),
	host("5.31", "no engine's socket", ({ Binds }, { Mounts }) =>
		[...(Binds ?? []), ...Mounts.map(({ Source }) => Source)].filter((it) => /(docker|engine|containerd)\.sock/.test(it)).join(),
	),
];

/** Those of 5.1 to 5.31 that are not checked, and why. */
export const inapplicable: Readonly<Record<string, string>> = {
	"5.26":
		"A health check is a program that the engine starts inside; a sandbox's agent says READY by itself, and one that stalls is killed.",
};

export function violations(it: Inspected, around: Surroundings): string[] {
	return checks.flatMap(({ number, title, violation }) => {
		const found = violation(it, around);
		return found === null || found === "" ? [] : [`${number} ${title}: ${found}`];
	});
}
