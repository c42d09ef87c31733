import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../config.ts";
import { findProgram } from "../../program-path.ts";
import { OciDriver } from "../drivers/oci/oci-driver.ts";
import { UnpackedImages } from "../drivers/oci/unpacked-images.ts";
import { type Shapes, tierShapes } from "../drivers/shapes.ts";
import { engine, seccompProfile } from "./rig.ts";

/** Sandboxes made by this machine's OCI runtime, as the runner makes them. */

const config = readConfig({}, process.cwd());

export const ociRunDir = (instance: string): string => join(config.runDir, "oci", instance);

const images = new UnpackedImages(engine, join(config.stateDir, "roots"), () => undefined);

/** Why there are none on this machine; false: there are. For a test's `skip`. */
export function noOciRuntime(name: "crun" | "runc"): string | false {
	if (process.getuid?.() !== 0) return "only root can call an OCI runtime straight";
	return findProgram(name) === null ? `${name} is not on this machine` : false;
}

export function ociDriver(instance: string, shapes: Shapes = tierShapes(seccompProfile()), name: "crun" | "runc" = "crun"): OciDriver {
	const path = findProgram(name);
	if (path === null) throw new Error(`no ${name}`);
	return new OciDriver({ runtime: { name, path }, images, instance, shapes, runDir: ociRunDir(instance) });
}

/** Ids of all that the machine knows of an instance, alive or not. */
export function straightSandboxesOf(instance: string): string[] {
	const namesIn = (folder: string): string[] => {
		try {
			return readdirSync(folder);
		} catch {
			return [];
		}
	};
	const groups = namesIn("/sys/fs/cgroup/pids").length > 0 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
	const inGroups = namesIn(join(groups, "sandglass", instance)).filter((name) => name.startsWith(`${instance}-`));
	const inFolders = ["state", "bundles"].flatMap((name) => namesIn(join(ociRunDir(instance), name)));
	return [...new Set([...inGroups, ...inFolders])];
}
