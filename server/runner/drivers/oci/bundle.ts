import type Docker from "dockerode";
import { machineSeccomp, type OciSeccomp } from "./seccomp.ts";

/**
 * The container that a tier's shape describes, in the form that an OCI runtime reads. The shape stays the one place that says how a container of ours is
 * made; this translates it, word for word, and refuses what it does not know: a field that were passed over could be a wall left out.
 *
 * Two things are other than an engine would make them, both on the safe side: the sandbox has a user namespace with ids of its own, and no
 * /dev/mqueue, where nothing could be made anyway.
 */

/** What of a translation is not the shape's: it belongs to this machine and this sandbox. */
export interface BundlePlace {
	readonly rootPath: string;
	/** As the image says. */
	readonly entrypoint: readonly string[];
	readonly environment: readonly string[];
	readonly cgroupsPath: string;
	/** Of cgroup v1, those whose groups exist already and are shown inside; null: cgroup v2, which the runtime mounts as a whole. */
	readonly cgroupControllers: readonly string[] | null;
	readonly limitsSwap: boolean;
	/** null: the sandbox shares the machine's ids. */
	readonly ids: { readonly first: number; readonly size: number } | null;
	/** Of AppArmor; null where the kernel has none. */
	readonly appArmorProfile: string | null;
}

export class ShapeUnknown extends Error {}

interface Mount {
	readonly destination: string;
	readonly type: string;
	readonly source: string;
	readonly options: readonly string[];
}

/** https://github.com/opencontainers/runtime-spec: what we write of it. */
export interface Bundle {
	readonly ociVersion: string;
	/** Whose it is, for an operator who lists the runtime's containers. */
	readonly annotations: Readonly<Record<string, string>>;
	readonly hostname: string;
	readonly process: {
		readonly terminal: false;
		readonly user: { readonly uid: number; readonly gid: number };
		readonly args: readonly string[];
		readonly env: readonly string[];
		readonly cwd: string;
		readonly capabilities: Readonly<Record<"bounding" | "effective" | "permitted", readonly string[]>>;
		readonly rlimits: readonly { readonly type: string; readonly hard: number; readonly soft: number }[];
		readonly noNewPrivileges: true;
		readonly oomScoreAdj: number;
		readonly apparmorProfile?: string;
	};
	readonly root: { readonly path: string; readonly readonly: true };
	readonly mounts: readonly Mount[];
	readonly linux: {
		readonly namespaces: readonly { readonly type: string }[];
		readonly uidMappings?: readonly IdMapping[];
		readonly gidMappings?: readonly IdMapping[];
		readonly cgroupsPath: string;
		readonly resources: object;
		readonly maskedPaths: readonly string[];
		readonly readonlyPaths: readonly string[];
		readonly seccomp: OciSeccomp;
	};
}

interface IdMapping {
	readonly containerID: number;
	readonly hostID: number;
	readonly size: number;
}

/** As Docker's engine masks them. */
const maskedPaths = [
	"/proc/acpi",
	"/proc/asound",
	"/proc/interrupts",
	"/proc/kcore",
	"/proc/keys",
	"/proc/latency_stats",
	"/proc/sched_debug",
	"/proc/scsi",
	"/proc/timer_list",
	"/proc/timer_stats",
	"/sys/devices/virtual/powercap",
	"/sys/firmware",
] as const;
const readOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"] as const;

const cpuPeriodUs = 100_000;

const systemMounts: readonly Mount[] = [
	{ destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
	{ destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec", "strictatime", "mode=755", "size=65536k"] },
	{
		destination: "/dev/pts",
		type: "devpts",
		source: "devpts",
		options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"],
	},
	{ destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
];

const lockedOptions = ["nosuid", "noexec", "nodev"];

/** In v1 a runtime would lay the controllers out in a tmpfs that a program could write into (crun) and that no reset empties. */
function cgroupMounts({ cgroupsPath, cgroupControllers }: BundlePlace): Mount[] {
	const destination = "/sys/fs/cgroup";
	if (cgroupControllers === null) return [{ destination, type: "cgroup", source: "cgroup", options: [...lockedOptions, "relatime", "ro"] }];
	return [
		{ destination, type: "tmpfs", source: "tmpfs", options: [...lockedOptions, "mode=555", "size=4k", "nr_inodes=16"] },
		...cgroupControllers.map((name) => ({
			destination: `${destination}/${name}`,
			type: "bind",
			source: `${destination}/${name}${cgroupsPath}`,
			options: ["bind", "ro", ...lockedOptions],
		})),
	];
}

/** null, zero, nothing, or the engine's word for its default. */
const isUnset = (value: unknown): boolean =>
	value === undefined || value === null || value === false || value === 0 || value === "" || (Array.isArray(value) && value.length === 0);

type Check = (value: unknown) => boolean;
const is =
	(wanted: unknown): Check =>
	(value) =>
		JSON.stringify(value) === JSON.stringify(wanted);

/** Fields whose value can be only one for a container of ours, or that say nothing about walls. */
const fixedHost: Readonly<Record<string, Check>> = {
	NetworkMode: is("none"),
	ReadonlyRootfs: is(true),
	CapDrop: is(["ALL"]),
	IpcMode: is("none"),
	CgroupnsMode: is("private"),
	LogConfig: is({ Type: "none", Config: {} }),
	RestartPolicy: is({ Name: "no" }),
	MemorySwappiness: is(0),
};
const translatedHost = new Set(["CapAdd", "SecurityOpt", "Memory", "MemorySwap", "PidsLimit", "NanoCpus", "Ulimits", "Tmpfs", "Runtime"]);
/** Empty is not the default here, but none. */
const masks = new Set(["MaskedPaths", "ReadonlyPaths"]);
const knownContainer = new Set([
	...["name", "Image", "Hostname", "User", "Env", "Labels", "HostConfig"],
	...["Tty", "OpenStdin", "StdinOnce", "AttachStdin", "AttachStdout", "AttachStderr", "NetworkDisabled"],
]);

function refuseUnknown(options: Docker.ContainerCreateOptions): Docker.HostConfig {
	const host = options.HostConfig ?? {};
	for (const [field, value] of Object.entries(options)) {
		if (!knownContainer.has(field) && !isUnset(value)) throw new ShapeUnknown(`a container with ${field} cannot be made without an engine`);
	}
	for (const [field, value] of Object.entries(host)) {
		const check = fixedHost[field];
		if (masks.has(field) && value != null) throw new ShapeUnknown(`a container with ${field} of its own cannot be made without an engine`);
		const isKnown = check === undefined ? translatedHost.has(field) || isUnset(value) : check(value);
		if (!isKnown) throw new ShapeUnknown(`a container with this ${field} cannot be made without an engine`);
	}
	for (const field of Object.keys(fixedHost)) {
		if (!(field in host)) throw new ShapeUnknown(`a container without ${field} cannot be made without an engine`);
	}
	if (options.Tty === true) throw new ShapeUnknown("a container with a terminal of its own cannot be made without an engine");
	return host;
}

function requireCount(host: Docker.HostConfig, field: "Memory" | "MemorySwap" | "PidsLimit" | "NanoCpus"): number {
	const value = host[field];
	if (value === undefined || !(value > 0)) throw new ShapeUnknown(`a container without a limit (${field}) is not made`);
	return value;
}

function seccompOf(options: readonly string[], isProfile: (option: string) => boolean): string {
	const others = options.filter((option) => !isProfile(option));
	if (others.length !== 1 || others[0] !== "no-new-privileges")
		throw new ShapeUnknown(`not understood: ${others.join(", ").slice(0, 200)}`);
	const profile = options.find(isProfile);
	if (profile === undefined) throw new ShapeUnknown("a container without a system-call filter is not made");
	return profile.slice(profile.indexOf("=") + 1);
}

function limitsOf(host: Docker.HostConfig): Bundle["process"]["rlimits"] {
	return (host.Ulimits ?? []).map(({ Name, Hard, Soft }) => {
		if (Name === undefined || Hard === undefined || Soft === undefined) throw new ShapeUnknown("a limit without a name or a value");
		return { type: `RLIMIT_${Name.toUpperCase()}`, hard: Hard, soft: Soft };
	});
}

/** `rw,nosuid,size=…`, whose first word is the default and no option of mount(2). */
function tmpfsOf(destination: string, options: string): Mount {
	const words = options.split(",").filter((word) => word !== "rw" && word !== "exec");
	return { destination, type: "tmpfs", source: "tmpfs", options: words };
}

function resourcesOf(host: Docker.HostConfig, place: BundlePlace): object {
	const memoryBytes = requireCount(host, "Memory");
	if (requireCount(host, "MemorySwap") !== memoryBytes) throw new ShapeUnknown("a container with swap is not made");
	const devices = [
		{ allow: false, access: "rwm" },
		// null, zero, full, random, urandom, tty, ptmx, and the terminals of its own devpts.
		...[
			[1, 3],
			[1, 5],
			[1, 7],
			[1, 8],
			[1, 9],
			[5, 0],
			[5, 2],
		].map(([major, minor]) => ({ allow: true, type: "c", major, minor, access: "rwm" })),
		{ allow: true, type: "c", major: 136, access: "rwm" },
	];
	return {
		devices,
		memory: {
			limit: memoryBytes,
			...(place.limitsSwap ? { swap: memoryBytes } : {}),
			...(place.cgroupControllers === null ? {} : { swappiness: 0 }),
		},
		pids: { limit: requireCount(host, "PidsLimit") },
		cpu: { quota: Math.round((requireCount(host, "NanoCpus") / 1e9) * cpuPeriodUs), period: cpuPeriodUs },
	};
}

/** @throws ShapeUnknown for a shape with anything that is not translated here */
export function bundleOf(options: Docker.ContainerCreateOptions, place: BundlePlace): Bundle {
	const host = refuseUnknown(options);
	const capabilities = (host.CapAdd ?? []).map((name: string) => `CAP_${name.replace(/^CAP_/, "")}`).sort();
	const [uid = Number.NaN, gid = Number.NaN] = (options.User ?? "").split(":").map(Number);
	if (!Number.isInteger(uid) || !Number.isInteger(gid)) throw new ShapeUnknown("a container's user is given as two numbers");
	const { ids } = place;
	const mapping = ids === null ? [] : [{ containerID: 0, hostID: ids.first, size: ids.size }];
	const namespaces = ["pid", "ipc", "uts", "mount", "network", "cgroup", ...(ids === null ? [] : ["user"])];
	return {
		ociVersion: "1.0.2",
		annotations: options.Labels ?? {},
		hostname: options.Hostname ?? "sandbox",
		process: {
			terminal: false,
			user: { uid, gid },
			args: place.entrypoint,
			env: [...place.environment, ...(options.Env ?? [])],
			cwd: "/",
			capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
			rlimits: limitsOf(host),
			noNewPrivileges: true,
			oomScoreAdj: 0,
			...(place.appArmorProfile === null ? {} : { apparmorProfile: place.appArmorProfile }),
		},
		root: { path: place.rootPath, readonly: true },
		mounts: [
			...systemMounts,
			...cgroupMounts(place),
			...Object.entries(host.Tmpfs ?? {}).map(([destination, text]) => tmpfsOf(destination, String(text))),
		],
		linux: {
			namespaces: namespaces.map((type) => ({ type })),
			...(ids === null ? {} : { uidMappings: mapping, gidMappings: mapping }),
			cgroupsPath: place.cgroupsPath,
			resources: resourcesOf(host, place),
			maskedPaths,
			readonlyPaths: readOnlyPaths,
			seccomp: machineSeccomp(seccompOf(host.SecurityOpt ?? [], (option) => option.startsWith("seccomp="))),
		},
	};
}
