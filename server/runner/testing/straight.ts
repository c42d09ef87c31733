import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readConfig } from "../../config.ts";
import { findProgram } from "../../program-path.ts";
import { connectEngine } from "../drivers/engine-connection.ts";
import { namesIn } from "../drivers/oci/folder-names.ts";
import { groupDriverOf, groupParentOf } from "../drivers/oci/group-parent.ts";
import { OciDriver } from "../drivers/oci/oci-driver.ts";
import { runtimeFolder } from "../drivers/oci/runtime-folder.ts";
import { UnpackedImages } from "../drivers/oci/unpacked-images.ts";
import type { Shapes } from "../drivers/shapes.ts";

/** Sandboxes made by this machine's OCI runtime, as the runner makes them. */

const config = readConfig({}, process.cwd());

export const ociRunDir = (instance: string): string => runtimeFolder(config.runDir, instance);

const engine = connectEngine(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock");
export const groupDriver = await groupDriverOf(engine);
const images = new UnpackedImages(engine, join(config.stateDir, "roots"), "straight-tests", () => undefined);

/** Why there are none on this machine; false: there are. For a test's `skip`. */
export function noOciRuntime(name: "crun" | "runc"): string | false {
	if (process.getuid?.() !== 0) return "only root can call an OCI runtime straight";
	return findProgram(name) === null ? `${name} is not on this machine` : false;
}

/** Default of `groupParent`: this machine's. */
export function ociDriver(
	instance: string,
	shapes: Shapes,
	name: "crun" | "runc" = "crun",
	groupParent = groupParentOf(instance, groupDriver),
): OciDriver {
	const path = findProgram(name);
	if (path === null) throw new Error(`no ${name}`);
	return new OciDriver({ runtime: { name, path }, images, instance, shapes, runDir: ociRunDir(instance), groupParent });
}

/** Of cgroup v1 the tree that has every sandbox; of v2 the only one. */
export const groupTree = (): string => (namesIn("/sys/fs/cgroup/pids").length > 0 ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup");

/** The machine's number of a sandbox's first process: of those in its control group the one that is process 1 in there. */
export function firstProcessOf(instance: string, id: string): number {
	const pids = readFileSync(join(groupTree(), groupParentOf(instance, groupDriver), id, "cgroup.procs"), "utf8")
		.trim()
		.split("\n")
		.map(Number);
	const first = pids.find((pid) => /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8")));
	if (first === undefined) throw new Error(`${id} has no first process`);
	return first;
}

/** Ids of all that the machine knows of an instance, alive or not. */
export function straightSandboxesOf(instance: string): string[] {
	const inGroups = namesIn(join(groupTree(), groupParentOf(instance, groupDriver))).filter((name) => name.startsWith(`${instance}-`));
	const inFolders = ["state", "bundles"].flatMap((name) => namesIn(join(ociRunDir(instance), name)));
	return [...new Set([...inGroups, ...inFolders])];
}
