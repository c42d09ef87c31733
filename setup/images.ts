import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { z } from "zod";
import { readCatalogue, type Toolchain } from "../server/languages/catalogue.ts";
import { baseImageName, ensureBaseImage, imageId, type Progress } from "./base-images.ts";
import { agentContext, type BuildContext, digestOf, languageContext, packContext } from "./build-context.ts";
import { imageLabels, removeSuperseded } from "./superseded-images.ts";

/**
 * Builds what is missing of the sandbox images. An image's tag ends in a digest of everything that goes into it, so a tag that
 * exists is right and is skipped, and a change anywhere below makes a new one: base image → agent → language version.
 */

export const thisRepository = fileURLToPath(new URL("..", import.meta.url));

const maxBuildsAtOnce = 2;
const toldOutputLines = 40;

export interface EnsureImagesOptions {
	readonly docker: Docker;
	/** Whose images these are: only images with this label are ever removed. */
	readonly instance: string;
	readonly progress: Progress;
	/** Told of each image as soon as the engine has it, so that a server can offer the first while the last is built. */
	readonly onImage?: (language: string, version: string, reference: string) => void;
	/** Language ids; absent means all. */
	readonly languages?: readonly string[];
	/** The folder that holds `sandbox-images` and `node_modules`. Default: this repository. */
	readonly repository?: string;
	/** An old image of ours stays this long, because a server that is still running may start sandboxes from it. Default: one hour. */
	readonly keepSupersededMs?: number;
}

/** `<language id>@<version>` → image reference that the engine has. */
export type ImageReferences = Readonly<Record<string, string>>;

export interface ImageBuild {
	readonly name: string;
	readonly tag: string;
	readonly context: BuildContext;
	readonly dockerfile: string;
	readonly buildArgs: Readonly<Record<string, string>>;
	readonly labels: Readonly<Record<string, string>>;
}

interface Build extends ImageBuild {
	readonly toolchain: Toolchain;
}

/** @throws Error with the last lines of the build's output when an image cannot be built. */
export async function ensureImages(options: EnsureImagesOptions): Promise<ImageReferences> {
	const { docker, progress } = options;
	const repository = options.repository ?? thisRepository;
	const catalogue = await readCatalogue(join(repository, "sandbox-images"));
	const wanted = catalogue.toolchains.filter((it) => options.languages?.includes(it.language.id) ?? true);
	const agent = await ensureAgent(options, repository);
	const baseIds = new Map<string, string>();
	// One after the other: a bootstrap uses every core there is.
	for (const suite of new Set(wanted.map((it) => it.suite))) baseIds.set(suite, await ensureBaseImage(docker, suite, progress));
	const builds = await Promise.all(wanted.map((it) => describeBuild(it, options.instance, repository, agent, baseIds)));
	const missing: Build[] = [];
	const announce = ({ toolchain, tag }: Build) => options.onImage?.(toolchain.language.id, toolchain.version.version, tag);
	for (const build of builds) {
		if (await imageId(docker, build.tag)) announce(build);
		else missing.push(build);
	}
	const faults: Error[] = [];
	await inParallel(missing, maxBuildsAtOnce, async (build, at) => {
		try {
			await buildImage(docker, build, (line) => progress(`image ${at + 1}/${missing.length} ${build.name}: ${line}`));
			announce(build);
		} catch (error) {
			// The others are of use without this one.
			faults.push(error instanceof Error ? error : new Error(String(error)));
		}
	});
	if (faults.length > 0) throw new AggregateError(faults, faults.map((it) => it.message).join("\n\n"));
	await removeSuperseded(
		docker,
		options.instance,
		[agent.tag, ...builds.map((it) => it.tag)],
		options.keepSupersededMs ?? 3_600_000,
		progress,
	);
	return Object.fromEntries(wanted.map((it, at) => [it.key, z.string().parse(builds[at]?.tag)]));
}

interface AgentImage {
	readonly tag: string;
	readonly id: string;
}

async function ensureAgent({ docker, instance, progress }: EnsureImagesOptions, repository: string): Promise<AgentImage> {
	const context = await agentContext(repository);
	const dockerfile = await readFile(join(context.root, "Dockerfile"), "utf8");
	const suites = [...dockerfile.matchAll(/^(?:FROM debian:|ARG SUITE=)([a-z]+)/gm)].map(([, suite]) => z.string().parse(suite));
	const inputs: Record<string, string> = {};
	for (const suite of new Set(suites)) inputs[baseImageName(suite)] = await ensureBaseImage(docker, suite, progress);
	const tag = `sandglass/agent:${await digestOf(context, inputs)}`;
	const present = await imageId(docker, tag);
	if (present) return { tag, id: present };
	const build: ImageBuild = {
		name: "agent",
		tag,
		context,
		dockerfile: "Dockerfile",
		buildArgs: {},
		labels: imageLabels(instance, "agent"),
	};
	await buildImage(docker, build, (line) => progress(`image agent: ${line}`));
	return { tag, id: z.string().parse(await imageId(docker, tag)) };
}

async function describeBuild(
	toolchain: Toolchain,
	instance: string,
	repository: string,
	agent: AgentImage,
	baseIds: ReadonlyMap<string, string>,
): Promise<Build> {
	const { language, version } = toolchain;
	const context = await languageContext(repository, toolchain.image, toolchain.npmPackages);
	const buildArgs = { ...version.buildArgs, SUITE: toolchain.suite };
	const digest = await digestOf(context, { ...buildArgs, AGENT_ID: agent.id, BASE_ID: baseIds.get(toolchain.suite) ?? "" });
	return {
		toolchain,
		name: `${language.id} ${version.version}`,
		tag: `sandglass/${toolchain.image}:${toolchain.imageVersion}-${digest}`,
		context,
		dockerfile: `sandbox-images/${toolchain.image}/Dockerfile`,
		buildArgs: { ...buildArgs, AGENT: agent.tag },
		labels: imageLabels(instance, language.id, version.version),
	};
}

/**
 * An engine without a bridge, as the private one, reaches Debian's packages by the host's network; another by its own, which is the only one that
 * an engine with user namespaces lends.
 */
async function buildNetwork(docker: Docker): Promise<{ networkmode?: string }> {
	const networks = await docker.listNetworks();
	return networks.some(({ Driver }) => Driver === "bridge") ? {} : { networkmode: "host" };
}

const BuildEvent = z.object({ stream: z.string().optional(), error: z.string().optional() });

/** @throws Error with the last lines of the build's output. */
export async function buildImage(docker: Docker, build: ImageBuild, progress: Progress): Promise<void> {
	const startedAt = performance.now();
	// First: a context that nobody reads yet is thrown away when its packer ends.
	const network = await buildNetwork(docker);
	const stream = await docker.buildImage(packContext(build.context), {
		t: build.tag,
		dockerfile: build.dockerfile,
		buildargs: { ...build.buildArgs },
		labels: { ...build.labels },
		...network,
		rm: true,
		forcerm: true,
	});
	const output: string[] = [];
	const fault = await new Promise<string | undefined>((resolve, reject) => {
		let error: string | undefined;
		docker.modem.followProgress(
			stream,
			(failure) => (failure && error === undefined ? reject(failure) : resolve(error)),
			(raw: unknown) => {
				const event = BuildEvent.parse(raw);
				error ??= event.error;
				if (!event.stream?.trim()) return;
				output.push(event.stream.trimEnd());
				const stage = stageOf(event.stream);
				if (stage) progress(stage);
			},
		);
	});
	if (fault !== undefined) {
		const lines = output.join("\n").split("\n").slice(-toldOutputLines).join("\n");
		throw new Error(`The image of ${build.name} could not be built: ${fault}\n${lines}`);
	}
	progress(`built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** What a `Step 4/9 : RUN …` line means to somebody who waits for it; undefined for what takes no time. */
function stageOf(line: string): string | undefined {
	const step = /^Step \d+\/\d+ : (.*)/.exec(line)?.[1];
	if (!step?.startsWith("RUN")) return undefined;
	if (step.includes("install.sh")) return "installing packages";
	if (step.includes("rootfs.sh")) return "laying out the root file system";
	return step.slice(0, 80);
}

async function inParallel<T>(items: readonly T[], limit: number, work: (item: T, at: number) => Promise<void>): Promise<void> {
	let next = 0;
	const worker = async () => {
		while (next < items.length) {
			const at = next++;
			const item = items[at];
			if (item !== undefined) await work(item, at);
		}
	};
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
