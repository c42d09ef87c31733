import type Docker from "dockerode";
import { z } from "zod";
import type { Progress } from "./base-images.ts";

/** Labels by which the images of an installation are known, and the removal of those that nothing needs any more. */

const label = {
	instance: "dev.sandglass.instance",
	language: "dev.sandglass.language",
	version: "dev.sandglass.version",
	/** Set in a Dockerfile's build stage: the untagged image that the engine keeps of it, as its cache. */
	stage: "dev.sandglass.stage",
} as const;

export function imageLabels(instance: string, language: string, version?: string): Record<string, string> {
	return { [label.instance]: instance, [label.language]: language, ...(version === undefined ? {} : { [label.version]: version }) };
}

/**
 * Removes this instance's images that are in the same repositories as `current` but not among them, are older than `keepMs`, and are
 * used by no container; then all but the newest cached build stage of each kind.
 */
export async function removeSuperseded(
	docker: Docker,
	instance: string,
	current: readonly string[],
	keepMs: number,
	progress: Progress,
): Promise<void> {
	const repositories = new Set(current.map((tag) => tag.split(":")[0]));
	const [images, containers] = await Promise.all([
		docker.listImages({ filters: { label: [`${label.instance}=${instance}`] } }),
		docker.listContainers({ all: true }),
	]);
	const inUse = new Set(containers.map((it) => it.ImageID));
	const isExpired = (createdS: number) => Date.now() - createdS * 1000 >= keepMs;
	for (const image of images) {
		if (inUse.has(image.Id) || !isExpired(image.Created)) continue;
		for (const tag of image.RepoTags ?? []) {
			if (current.includes(tag) || !repositories.has(tag.split(":")[0])) continue;
			progress(`removing the old image ${tag}`);
			await removeUnlessUsed(docker, tag);
		}
	}
	await removeOldStages(docker, isExpired);
}

async function removeOldStages(docker: Docker, isExpired: (createdS: number) => boolean): Promise<void> {
	const stages = await docker.listImages({ filters: { label: [label.stage], dangling: ["true"] } });
	const newestFirst = stages.sort((a, b) => b.Created - a.Created);
	const seen = new Set<string>();
	for (const stage of newestFirst) {
		const kind = stage.Labels?.[label.stage] ?? "";
		if (seen.has(kind) && isExpired(stage.Created)) await removeUnlessUsed(docker, stage.Id);
		seen.add(kind);
	}
}

/** 409: a container or another image needs it. 404: somebody else removed it. Neither is in the way of what was built. */
async function removeUnlessUsed(docker: Docker, reference: string): Promise<void> {
	try {
		await docker.getImage(reference).remove({ noprune: false });
	} catch (error) {
		const status = z.object({ statusCode: z.number() }).safeParse(error).data?.statusCode;
		if (status !== 409 && status !== 404) throw error;
	}
}
