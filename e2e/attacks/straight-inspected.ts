import type { StraightBundle } from "../straight-sandboxes.ts";
import type { Inspected } from "./benchmark.ts";

/** A bundle in the words in which the benchmark asks an engine. What a bundle has no field for, its runtime cannot do. */
export function inspectedOf(bundle: StraightBundle, image: string): Inspected {
	const { process: main, linux, mounts } = bundle;
	const own = new Set(linux.namespaces.filter((it) => it.path === undefined).map(({ type }) => type));
	const shared = (type: string, word: string): string => (own.has(type) ? word : "host");
	const binds = mounts.filter((it) => it.options.includes("bind") && !it.source.startsWith("/sys/fs/cgroup/"));
	const capabilities = [...new Set(Object.values(main.capabilities).flat())].map((name) => name.replace("CAP_", ""));
	return {
		AppArmorProfile: main.apparmorProfile,
		ProcessLabel: "",
		ExecIDs: null,
		Image: image,
		Config: { Image: image, ExposedPorts: {} },
		Mounts: binds.map((it) => ({
			Source: it.source,
			Destination: it.destination,
			Propagation: it.options.find((word) => /shared/.test(word)) ?? "",
		})),
		NetworkSettings: { Ports: {}, Networks: {} },
		HostConfig: {
			Privileged: linux.seccomp === undefined,
			CapAdd: capabilities,
			CapDrop: ["ALL"],
			Binds: binds.map((it) => `${it.source}:${it.destination}`),
			NetworkMode: shared("network", "none"),
			PidMode: shared("pid", ""),
			IpcMode: shared("ipc", "none"),
			UTSMode: shared("uts", ""),
			UsernsMode: shared("user", ""),
			Memory: linux.resources.memory.limit,
			NanoCpus: (linux.resources.cpu.quota / linux.resources.cpu.period) * 1e9,
			CpuShares: 0,
			ReadonlyRootfs: bundle.root.readonly,
			PortBindings: {},
			PublishAllPorts: false,
			RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
			Devices: linux.devices.map((it) => ({ PathOnHost: it.path })),
			Ulimits: main.rlimits.map((it) => ({ Name: it.type.replace("RLIMIT_", "").toLowerCase() })),
			SecurityOpt: [
				...(main.noNewPrivileges ? ["no-new-privileges"] : []),
				linux.seccomp === undefined ? "seccomp=unconfined" : `seccomp=${linux.seccomp.defaultAction}`,
			],
			CgroupParent: "",
			PidsLimit: linux.resources.pids.limit,
		},
	};
}
