import { z } from "zod";
import type { Fact } from "../../../protocol/posture.ts";

/**
 * A container as its engine holds it, as facts. Inside, an agent that gives its rights up hides what was lent to its container by mistake;
 * the engine does not.
 */

const Names = z
	.array(z.string())
	.nullish()
	.transform((it) => it ?? []);
const Text = z
	.string()
	.nullish()
	.transform((it) => it ?? "");
const Count = z
	.number()
	.nullish()
	.transform((it) => it ?? 0);
const Things = z
	.array(z.unknown())
	.nullish()
	.transform((it) => it ?? []);
const Table = z
	.record(z.string(), z.unknown())
	.nullish()
	.transform((it) => it ?? {});

const Inspection = z.object({
	AppArmorProfile: Text,
	Config: z.object({ User: Text, Env: Names, Hostname: Text, ExposedPorts: Table, Volumes: Table }),
	HostConfig: z.object({
		Binds: Names,
		CapAdd: Names,
		CapDrop: Names,
		CgroupParent: Text,
		CgroupnsMode: Text,
		CpuQuota: Count,
		DeviceCgroupRules: Names,
		DeviceRequests: Things,
		Devices: Things,
		GroupAdd: Names,
		IpcMode: Text,
		Links: Names,
		LogConfig: z.object({ Type: z.string() }),
		MaskedPaths: Names,
		Memory: Count,
		MemorySwap: Count,
		Mounts: z
			.array(
				z.object({
					Target: z.string(),
					Type: z.string(),
					Source: Text,
					VolumeOptions: z
						.object({ DriverConfig: z.object({ Name: Text, Options: z.record(z.string(), z.string()).nullish() }).nullish() })
						.nullish(),
				}),
			)
			.nullish()
			.transform((it) => it ?? []),
		NanoCpus: Count,
		NetworkMode: Text,
		OomKillDisable: z.boolean().nullish(),
		PidMode: Text,
		PidsLimit: Count,
		PortBindings: Table,
		Privileged: z.boolean(),
		PublishAllPorts: z.boolean(),
		ReadonlyPaths: Names,
		ReadonlyRootfs: z.boolean(),
		RestartPolicy: z.object({ Name: Text }),
		Runtime: Text,
		SecurityOpt: Names,
		Sysctls: Table,
		Tmpfs: z
			.record(z.string(), z.string())
			.nullish()
			.transform((it) => it ?? {}),
		UTSMode: Text,
		Ulimits: z
			.array(z.object({ Name: z.string(), Hard: z.number(), Soft: z.number() }))
			.nullish()
			.transform((it) => it ?? []),
		UsernsMode: Text,
		VolumesFrom: Names,
	}),
	Mounts: z.array(z.object({ Type: z.string(), Destination: z.string(), RW: z.boolean() })),
	NetworkSettings: z.object({ Networks: Table }),
});

const Profile = z.object({
	defaultAction: z.string(),
	syscalls: z.array(z.object({ names: z.array(z.string()), action: z.string(), args: z.array(z.unknown()).nullish() })),
});

/** Throws when the engine's answer has not the form that its API documents. */
export function describeContainer(inspection: unknown): Record<string, Fact> {
	const { AppArmorProfile, Config, HostConfig: host, Mounts, NetworkSettings } = Inspection.parse(inspection);
	return {
		"engine.runtime": host.Runtime,
		"engine.user": Config.User,
		"engine.groupsAdded": sorted(host.GroupAdd),
		"engine.capabilitiesAdded": sorted(host.CapAdd),
		"engine.capabilitiesDropped": sorted(host.CapDrop),
		"engine.isPrivileged": host.Privileged,
		"engine.appArmorProfile": AppArmorProfile,
		...describeSecurity(host.SecurityOpt),
		"engine.namespaces": [
			`network ${host.NetworkMode}`,
			`ipc ${host.IpcMode}`,
			`pid ${host.PidMode}`,
			`uts ${host.UTSMode}`,
			`user ${host.UsernsMode}`,
			`cgroup ${host.CgroupnsMode}`,
		],
		"engine.networks": sorted(Object.keys(NetworkSettings.Networks)),
		"engine.links": sorted([...host.Links, ...Object.keys(host.PortBindings), ...Object.keys(Config.ExposedPorts)]),
		"engine.isEveryPortPublished": host.PublishAllPorts,
		"engine.isRootReadOnly": host.ReadonlyRootfs,
		"engine.binds": sorted([...host.Binds, ...host.VolumesFrom]),
		"engine.mounts": sorted(Mounts.map((it) => `${it.Destination} ${it.Type} ${it.RW ? "rw" : "ro"}`)),
		"engine.mountSources": sorted(
			host.Mounts.map(({ Target, Type, Source, VolumeOptions }) => {
				const { Name = "", Options } = VolumeOptions?.DriverConfig ?? {};
				const options = Object.entries(Options ?? {}).map(([name, value]) => `${name}=${value}`);
				return [Target, Type, Source || "-", Name || "-", ...options.sort()].join(" ");
			}),
		),
		"engine.volumesOfImage": sorted(Object.keys(Config.Volumes)),
		"engine.tmpfs": sorted(Object.entries(host.Tmpfs).map(([place, options]) => `${place} ${options}`)),
		"engine.devices": host.Devices.map((it) => JSON.stringify(it).slice(0, 300)),
		"engine.deviceRules": [...host.DeviceCgroupRules, ...host.DeviceRequests.map((it) => JSON.stringify(it).slice(0, 300))],
		"engine.maskedPaths": sorted(host.MaskedPaths),
		"engine.readOnlyPaths": sorted(host.ReadonlyPaths),
		"engine.kernelSettings": sorted(Object.keys(host.Sysctls)),
		"engine.environment": sorted(Config.Env.map((it) => it.replace(/=.*/s, ""))),
		"engine.hostName": Config.Hostname,
		"engine.controlGroupParent": host.CgroupParent,
		"engine.memoryBytes": host.Memory,
		"engine.memoryAndSwapBytes": host.MemorySwap,
		"engine.processes": host.PidsLimit,
		"engine.cpuCores": host.NanoCpus / 1e9,
		"engine.ulimits": sorted(host.Ulimits.map((it) => `${it.Name} ${it.Soft}:${it.Hard}`)),
		"engine.isOutOfMemoryKillOff": host.OomKillDisable ?? false,
		"engine.logs": host.LogConfig.Type,
		"engine.restart": host.RestartPolicy.Name,
	};
}

/** The profile stands in the options as text: its default and what it lets through, with a star where only under conditions. */
function describeSecurity(options: readonly string[]): Record<string, Fact> {
	const prefix = "seccomp=";
	const text = options.find((it) => it.startsWith(prefix))?.slice(prefix.length);
	const others = sorted(options.filter((it) => !it.startsWith(prefix)));
	const profile = text === undefined ? undefined : Profile.safeParse(parseJson(text)).data;
	const allowing = (profile?.syscalls ?? []).filter((rule) => rule.action !== "SCMP_ACT_ERRNO" && rule.action !== "SCMP_ACT_TRACE");
	const names = allowing.flatMap((rule) => rule.names.map((name) => ((rule.args?.length ?? 0) > 0 ? `${name}*` : name)));
	return {
		"engine.securityOptions": others,
		"engine.seccomp.default": profile?.defaultAction ?? (text?.slice(0, 40) || "none"),
		"engine.seccomp.allows": sorted([...new Set(names)]).slice(0, 1_000),
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const sorted = (items: readonly string[]): string[] => [...items].sort().map((it) => it.slice(0, 300));

const Stats = z.object({
	memory_stats: z.object({ usage: z.number(), stats: z.record(z.string(), z.number()).optional() }),
});

/** What its control group holds, less the page cache that the kernel would give back first; null where the engine cannot tell. */
export function memoryOf(stats: unknown): number | null {
	const memory = Stats.safeParse(stats).data?.memory_stats;
	if (memory === undefined) return null;
	const cached = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
	return Math.max(0, memory.usage - cached);
}
