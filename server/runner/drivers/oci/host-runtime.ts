import { existsSync, readFileSync } from "node:fs";

/** What this machine has for calling an OCI runtime straight. */

export type RuntimeName = "crun" | "runc";

export interface RuntimeProgram {
	readonly name: RuntimeName;
	readonly path: string;
}

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
