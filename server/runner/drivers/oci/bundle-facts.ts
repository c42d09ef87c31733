import { z } from "zod";
import type { Fact } from "../../../../protocol/posture.ts";
import type { GroupLimits } from "./control-groups.ts";
import { isUsualGroup } from "./group-parent.ts";

/**
 * A container as its runtime was told to make it, read back from the bundle, and as the kernel's control groups hold it: in the very facts by
 * which an engine's container is described (container-description.ts), so that the same golden file judges both.
 */

const Names = z.array(z.string()).default([]);
const Mapping = z.object({ containerID: z.number(), hostID: z.number(), size: z.number() });

const WrittenBundle = z.object({
	hostname: z.string(),
	hooks: z.record(z.string(), z.unknown()).default({}),
	process: z.object({
		user: z.object({ uid: z.number(), gid: z.number(), additionalGids: z.array(z.number()).default([]) }),
		env: Names,
		capabilities: z.record(z.string(), z.array(z.string())),
		rlimits: z.array(z.object({ type: z.string(), hard: z.number(), soft: z.number() })).default([]),
		noNewPrivileges: z.boolean().default(false),
		apparmorProfile: z.string().default(""),
	}),
	root: z.object({ readonly: z.boolean().default(false) }),
	mounts: z.array(z.object({ destination: z.string(), type: z.string(), source: z.string(), options: Names })),
	linux: z.object({
		namespaces: z.array(z.object({ type: z.string(), path: z.string().optional() })),
		uidMappings: z.array(Mapping).default([]),
		cgroupsPath: z.string(),
		devices: z.array(z.unknown()).default([]),
		sysctl: z.record(z.string(), z.string()).default({}),
		resources: z.object({ devices: z.array(z.object({ allow: z.boolean(), type: z.string().optional(), major: z.number().optional() })) }),
		maskedPaths: Names,
		readonlyPaths: Names,
		seccomp: z
			.object({
				defaultAction: z.string(),
				syscalls: z.array(z.object({ names: Names, action: z.string(), args: z.array(z.unknown()).default([]) })),
			})
			.optional(),
	}),
});
type WrittenBundle = z.infer<typeof WrittenBundle>;

const sorted = (items: readonly string[]): string[] => [...items].sort().map((it) => it.slice(0, 300));

/** What every container has mounted; what else there is, is named. */
const systemPlaces = new Set(["/proc", "/dev", "/dev/pts", "/sys", "/sys/fs/cgroup"]);
/** Capabilities of somebody who has nearly all of them. */
const privilegedFrom = 30;

function namespaceFacts({ linux }: WrittenBundle): string[] {
	const own = new Set(linux.namespaces.filter((it) => it.path === undefined).map(({ type }) => type));
	const word = (type: string, name: string): string => (own.has(type) ? name : "host");
	// A range of its own is as good as none when it begins at the machine's root.
	const hasOwnIds = own.has("user") && linux.uidMappings.every((it) => it.hostID > 0);
	return [
		`network ${word("network", "none")}`,
		`ipc ${word("ipc", "none")}`,
		`pid ${word("pid", "")}`,
		`uts ${word("uts", "")}`,
		`user ${hasOwnIds ? "own" : ""}`,
		`cgroup ${word("cgroup", "private")}`,
	];
}

function seccompFacts({ linux: { seccomp } }: WrittenBundle): Record<string, Fact> {
	const allowing = (seccomp?.syscalls ?? []).filter((rule) => rule.action !== "SCMP_ACT_ERRNO" && rule.action !== "SCMP_ACT_TRACE");
	const names = allowing.flatMap((rule) => rule.names.map((name) => (rule.args.length > 0 ? `${name}*` : name)));
	return {
		"engine.seccomp.default": seccomp?.defaultAction ?? "none",
		"engine.seccomp.allows": sorted([...new Set(names)]).slice(0, 1_000),
	};
}

/** As a shape writes a tmpfs: what mount(2) takes for granted is said. */
function tmpfsWords(options: readonly string[]): string {
	const isExecutable = !options.includes("noexec");
	return ["rw", ...options.flatMap((word) => (word === "nodev" && isExecutable ? ["nodev", "exec"] : [word]))].join(",");
}

function mountFacts({ mounts, linux }: WrittenBundle): Record<string, Fact> {
	// Its own control groups, read-only, are no more than the runtime's "cgroup" would show.
	const isOwnGroup = (it: WrittenBundle["mounts"][number]): boolean =>
		it.destination.startsWith("/sys/fs/cgroup/") && it.source === `${it.destination}${linux.cgroupsPath}` && it.options.includes("ro");
	const own = mounts.filter((it) => !systemPlaces.has(it.destination) && !isOwnGroup(it));
	const others = own.filter((it) => it.type !== "tmpfs");
	return {
		"engine.binds": sorted(others.map((it) => `${it.source}:${it.destination}`)),
		"engine.mounts": sorted(others.map((it) => `${it.destination} ${it.type} ${it.options.includes("ro") ? "ro" : "rw"}`)),
		"engine.mountSources": sorted(others.map((it) => `${it.destination} ${it.source}`)),
		"engine.tmpfs": sorted(own.filter((it) => it.type === "tmpfs").map((it) => `${it.destination} ${tmpfsWords(it.options)}`)),
		"engine.volumesOfImage": [],
	};
}

/** @throws ZodError when the bundle has not the form of one */
export function bundleFacts(written: unknown, runtime: string, limits: GroupLimits): Record<string, Fact> {
	const bundle = WrittenBundle.parse(written);
	const { process: main, linux } = bundle;
	const capabilities = [...new Set(Object.values(main.capabilities).flat())].map((name) => name.replace(/^CAP_/, ""));
	const allowed = linux.resources.devices.filter((rule) => rule.allow);
	return {
		"engine.runtime": runtime,
		"engine.user": `${main.user.uid}:${main.user.gid}`,
		"engine.groupsAdded": main.user.additionalGids.map(String),
		"engine.capabilitiesAdded": sorted(capabilities),
		// A runtime gives what is listed, and nothing else.
		"engine.capabilitiesDropped": ["ALL"],
		"engine.isPrivileged": linux.seccomp === undefined && capabilities.length >= privilegedFrom,
		"engine.appArmorProfile": main.apparmorProfile,
		"engine.securityOptions": main.noNewPrivileges ? ["no-new-privileges"] : [],
		...seccompFacts(bundle),
		"engine.namespaces": namespaceFacts(bundle),
		"engine.networks": linux.namespaces.flatMap((it) => (it.type === "network" && it.path !== undefined ? [it.path] : [])),
		"engine.links": sorted(Object.keys(bundle.hooks)),
		"engine.isEveryPortPublished": !linux.namespaces.some((it) => it.type === "network"),
		"engine.isRootReadOnly": bundle.root.readonly,
		...mountFacts(bundle),
		"engine.devices": linux.devices.map((it) => JSON.stringify(it).slice(0, 300)),
		// A rule that names no number lets every device of its kind through.
		"engine.deviceRules": allowed.filter((it) => it.major === undefined).map((it) => JSON.stringify(it)),
		"engine.maskedPaths": sorted(linux.maskedPaths),
		"engine.readOnlyPaths": sorted(linux.readonlyPaths),
		"engine.kernelSettings": sorted(Object.keys(linux.sysctl)),
		"engine.environment": sorted(main.env.map((it) => it.replace(/=.*/s, ""))),
		"engine.hostName": bundle.hostname,
		"engine.controlGroupParent": isUsualGroup(linux.cgroupsPath) ? "" : linux.cgroupsPath,
		"engine.memoryBytes": limits.memoryBytes,
		"engine.memoryAndSwapBytes": limits.memoryAndSwapBytes,
		"engine.processes": limits.processes,
		"engine.cpuCores": limits.cpuCores,
		"engine.ulimits": sorted(main.rlimits.map((it) => `${it.type.replace("RLIMIT_", "").toLowerCase()} ${it.soft}:${it.hard}`)),
		"engine.isOutOfMemoryKillOff": limits.isOutOfMemoryKillOff,
		// A runtime keeps no log of what a container prints, and starts nothing again.
		"engine.logs": "none",
		"engine.restart": "no",
	};
}
