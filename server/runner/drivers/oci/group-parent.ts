import type Docker from "dockerode";
import { z } from "zod";

/**
 * The control group below which the kernel finds our sandboxes, as a path from the top of each hierarchy.
 *
 * Processors are shared group by group, from the top down. Where the engine makes its containers' groups itself, ours stand beside them: each sandbox has
 * the same share, however it was made. In a folder of their own all of ours together would have the share of all of the engine's, and a few virtual
 * machines that compute would starve a class. Where systemd keeps the engine's groups, its tree is no place for anybody else's: there
 * ours stand at the top, under the instance's name.
 */

const Info = z.object({ CgroupDriver: z.string() });
/** The engine's own default, which the `--cgroup-parent` of another daemon may differ from; then ours have a group of that name to themselves. */
const enginesParent = "docker";
const ownParent = "sandglass";

export const ownGroupParent = (instance: string): string => `${ownParent}/${instance}`;

/** Who makes its containers' groups: "cgroupfs" (the engine itself), "systemd" or "none". Rejects when the engine does not answer. */
export async function groupDriverOf(docker: Docker): Promise<string> {
	return Info.parse(await docker.info()).CgroupDriver;
}

export const groupParentOf = (instance: string, groupDriver: string): string =>
	groupDriver === "cgroupfs" ? enginesParent : ownGroupParent(instance);

/** Whether a sandbox's group is one that `groupParentOf` could have led to. */
export const isUsualGroup = (path: string): boolean => /^\/(?:docker|sandglass\/[a-z0-9-]+)\/[a-z0-9-]+$/.test(path);
