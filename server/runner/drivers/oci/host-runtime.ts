import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type { CgroupLayout } from "./control-groups.ts";
import { bareEnvironment } from "./run-command.ts";

/**
 * The OCI runtime of this machine, as a command, and the view of the machine that it is started in.
 *
 * crun refuses hybrid control groups as long as the v2 tree has a controller. It looks at what is mounted; so there it is started in a mount namespace
 * of ours in which that tree is not mounted, and finds v1, which has every controller that a sandbox needs. A small process holds the namespace; it ends
 * when our end of its pipe does, and so never outlives us.
 */

export type RuntimeName = "crun" | "runc";

export interface RuntimeProgram {
	readonly name: RuntimeName;
	readonly path: string;
}

const holderLimitMs = 5_000;
const appArmorEnabled = "/sys/module/apparmor/parameters/enabled";
const appArmorProfiles = "/sys/kernel/security/apparmor/profiles";
const engineProfile = "docker-default";

/** Whether sandboxes can have ids of their own here. */
export function hasUserNamespaces(): boolean {
	try {
		return existsSync("/proc/self/ns/user") && Number(readFileSync("/proc/sys/user/max_user_namespaces", "utf8")) > 0;
	} catch {
		return false;
	}
}

/** The engine's own AppArmor profile where the kernel has AppArmor; null where it has none; undefined: it has, and no such profile. */
export function appArmorProfile(): string | null | undefined {
	const read = (path: string): string => {
		try {
			return readFileSync(path, "utf8");
		} catch {
			return "";
		}
	};
	if (read(appArmorEnabled).trim() !== "Y") return null;
	return read(appArmorProfiles).includes(`${engineProfile} (`) ? engineProfile : undefined;
}

/** Where a runtime is started. */
export class RuntimeView {
	readonly #needsHolder: boolean;
	#holder: Promise<ChildProcessByStdio<Writable, Readable, null>> | undefined;

	constructor(runtime: RuntimeName, layout: CgroupLayout) {
		this.#needsHolder = runtime === "crun" && layout === "hybrid";
	}

	/** What goes before the runtime's command. Rejects when the namespace cannot be made. */
	async prefix(): Promise<readonly string[]> {
		if (!this.#needsHolder) return [];
		this.#holder ??= this.#hold();
		try {
			const { pid } = await this.#holder;
			return ["nsenter", `--mount=/proc/${pid}/ns/mnt`, "--"];
		} catch (error) {
			this.#holder = undefined;
			throw error;
		}
	}

	/** Resolves once the holder has gone. */
	async close(): Promise<void> {
		const holder = await this.#holder?.catch(() => undefined);
		this.#holder = undefined;
		if (holder === undefined || holder.exitCode !== null || holder.signalCode !== null) return;
		const gone = new Promise((resolve) => holder.once("exit", resolve));
		holder.stdin.end();
		await gone;
	}

	/** Mounts that go away on the machine go away in there too, so that nothing is kept busy. */
	#hold(): Promise<ChildProcessByStdio<Writable, Readable, null>> {
		const script = "umount /sys/fs/cgroup/unified && echo ready && exec cat";
		const holder = spawn("unshare", ["--mount", "--propagation=slave", "sh", "-c", script], {
			stdio: ["pipe", "pipe", "ignore"],
			env: bareEnvironment,
			cwd: "/",
			detached: true,
		});
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => holder.kill("SIGKILL"), holderLimitMs);
			holder.stdout.once("data", () => {
				clearTimeout(timer);
				// It must not keep a process alive that has nothing else to do.
				holder.unref();
				resolve(holder);
			});
			holder.on("error", reject);
			holder.on("exit", () => {
				clearTimeout(timer);
				this.#holder = undefined;
				reject(new Error("no mount namespace for the runtime could be made"));
			});
		});
	}
}
