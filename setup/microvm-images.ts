import { createHash } from "node:crypto";
import { access, constants, readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { z } from "zod";
import type { Toolchain } from "../server/languages/catalogue.ts";
import { fillCommand } from "../server/languages/command.ts";
import {
	type Accelerator,
	guestRamBytes,
	type MicrovmImage,
	microvmTag,
	snapshotContainer,
} from "../server/runner/drivers/microvm-shape.ts";
import { ensureBaseImage, imageId, type Progress } from "./base-images.ts";
import { type BuildContext, digestOf, languageContext } from "./build-context.ts";
import { buildImage, thisRepository } from "./images.ts";
import { saveMachine } from "./microvm-snapshot.ts";
import { isAlive } from "./process-file.ts";
import { imageLabels, removeSuperseded } from "./superseded-images.ts";

/**
 * The images of the tier `microvm`. One a language version, made from its ordinary image: a machine with that image as its root disk is
 * booted once, in a container as hardened as later, and saved; what a sandbox starts from is the saved machine.
 *
 * machine image → with the language's disk ("unsaved") → the same with /snapshot. The tag's digest is over everything that goes in, and over
 * the processor of this machine, because a saved guest counts its time by it: another processor, another image.
 */

const suite = "trixie";
/** Some seconds on an idle machine; a busy one gets its time. */
const bootLimitMs = 300_000;
/** Where KVM can be opened but does not work, it may hang for ever. */
const kvmTrialMs = 30_000;
const kvmDevice = "/dev/kvm";
const saveName = "sandglass-save-";

export const monitorSeccompPath = new URL("../sandbox-images/microvm/seccomp-monitor.json", import.meta.url);

/** Debian's cloud kernel is made for both architectures; the machine `microvm` is of x86 only. */
export const isMicrovmPossible = (): boolean => process.arch === "x64";

export interface MicrovmLanguage {
	readonly toolchain: Toolchain;
	/** Its ordinary image, which the engine has. */
	readonly image: string;
	/** Of its sandboxes: what `sandboxLimits` gives. The guest's RAM is made for it; all other limits are given when a clone wakes. */
	readonly memoryBytes: number;
}

interface EnsureMicrovmOptions {
	readonly docker: Docker;
	/** Whose images these are, as in `ensureImages`. */
	readonly instance: string;
	readonly progress: Progress;
	readonly languages: readonly MicrovmLanguage[];
	readonly onImage?: (language: string, version: string, reference: string) => void;
	readonly keepSupersededMs?: number;
	/** Default: KVM where the device can be opened, and software emulation where that does not work. */
	readonly accelerators?: readonly Accelerator[];
}

/** One after the other: each boots a guest. @throws Error for the first that cannot be made. */
export async function ensureMicrovmImages(options: EnsureMicrovmOptions): Promise<Readonly<Record<string, string>>> {
	const { docker, instance, progress, languages } = options;
	if (!isMicrovmPossible()) throw new Error("The tier microvm needs an x86-64 machine.");
	await removeAbandonedSaves(docker);
	const machine = await ensureMachine(docker, instance, progress);
	let accelerators: readonly Accelerator[] = options.accelerators ?? ((await canOpenKvm()) ? ["kvm", "tcg"] : ["tcg"]);
	// Also what may be tried: where KVM comes to be there, what was made without it is made anew.
	const place = JSON.stringify([machine.id, await processorName(), accelerators]);
	const made: Record<string, string> = {};
	for (const language of languages) {
		const { reference, accelerator } = await ensureLanguage(options, language, machine, place, accelerators);
		// What did not work for one language is not tried again with the next.
		accelerators = [accelerator];
		made[language.toolchain.key] = reference;
		options.onImage?.(language.toolchain.language.id, language.toolchain.version.version, reference);
	}
	await removeSuperseded(docker, instance, [machine.tag, ...Object.values(made)], options.keepSupersededMs ?? 3_600_000, progress);
	return made;
}

interface MachineImage {
	readonly tag: string;
	readonly id: string;
	readonly context: BuildContext;
}

async function ensureMachine(docker: Docker, instance: string, progress: Progress): Promise<MachineImage> {
	const shared = await languageContext(thisRepository, "microvm", []);
	const context = { ...shared, files: [...shared.files, "sandbox-images/seccomp.json"].sort() };
	const tag = `sandglass/microvm:${await digestOf(context, { BASE_ID: await ensureBaseImage(docker, suite, progress) })}`;
	if (!(await imageId(docker, tag))) {
		const dockerfile = "sandbox-images/microvm/Dockerfile";
		const labels = imageLabels(instance, "microvm");
		await buildImage(docker, { name: "microvm", tag, context, dockerfile, buildArgs: { SUITE: suite }, labels }, (line) =>
			progress(`image microvm: ${line}`),
		);
	}
	return { tag, id: z.string().parse(await imageId(docker, tag)), context };
}

async function ensureLanguage(
	{ docker, instance, progress }: EnsureMicrovmOptions,
	{ toolchain, image, memoryBytes }: MicrovmLanguage,
	machine: MachineImage,
	place: string,
	accelerators: readonly Accelerator[],
): Promise<{ readonly reference: string; readonly accelerator: Accelerator }> {
	const { language, version } = toolchain;
	const name = `microvm ${language.id} ${version.version}`;
	const labels = imageLabels(instance, `microvm-${toolchain.image}`, version.version);
	const buildArgs = { SUITE: suite, MACHINE: machine.tag, LANGUAGE: image, ...warmUp(toolchain) };
	const diskDigest = await digestOf({ ...machine.context, files: [] }, { ...buildArgs, LANGUAGE_ID: (await imageId(docker, image)) ?? "" });
	const candidates = await Promise.all(
		accelerators.map(async (accelerator) => {
			const made: MicrovmImage = { accelerator, ramBytes: guestRamBytes(memoryBytes) };
			const digest = createHash("sha256")
				.update(JSON.stringify([diskDigest, place]))
				.digest("hex");
			const reference = microvmTag(toolchain.image, version.version, made, digest.slice(0, 12));
			return { accelerator, made, reference, isThere: (await imageId(docker, reference)) !== undefined };
		}),
	);
	const present = candidates.find((it) => it.isThere);
	if (present !== undefined) return present;
	const unsaved = `sandglass/microvm-${toolchain.image}:${version.version}-unsaved-${diskDigest}`;
	const dockerfile = "sandbox-images/microvm/language.Dockerfile";
	await buildImage(docker, { name, tag: unsaved, context: machine.context, dockerfile, buildArgs, labels }, (line) =>
		progress(`image ${name}: ${line}`),
	);
	let problem: unknown;
	for (const { accelerator, made, reference } of candidates) {
		try {
			await saveImage(docker, unsaved, made, reference, labels, accelerator === "kvm" ? kvmTrialMs : bootLimitMs);
			progress(`image ${name}: saved under ${accelerator === "kvm" ? "KVM" : "software emulation"}`);
			// Only the name goes: the saved image stands on it.
			await docker.getImage(unsaved).remove({ noprune: true });
			return { reference, accelerator };
		} catch (error) {
			problem = error;
			progress(`image ${name}: not under ${accelerator}: ${error instanceof Error ? error.message : String(error)}`);
		}
	}
	throw new Error(`The image of ${name} could not be made.`, { cause: problem });
}

async function saveImage(
	docker: Docker,
	unsaved: string,
	image: MicrovmImage,
	reference: string,
	labels: Readonly<Record<string, string>>,
	limitMs: number,
): Promise<void> {
	const profile = await readFile(monitorSeccompPath, "utf8");
	const [repo, tag] = reference.split(":");
	const name = `${saveName}${z.string().parse(tag).slice(-12)}-${process.pid}`;
	const container = await docker.createContainer(snapshotContainer(unsaved, image, name, labels, profile));
	try {
		await saveMachine(container, limitMs);
		await container.commit({ repo, tag, pause: false });
	} finally {
		await container.remove({ force: true, v: true });
	}
}

/** Containers in which a process that is no more was saving a machine; its number is the end of their names. */
async function removeAbandonedSaves(docker: Docker): Promise<void> {
	const found = await docker.listContainers({ all: true, filters: { name: [saveName] } });
	for (const { Id, Names } of found) {
		const pid = Number(/-(\d+)$/.exec(Names[0] ?? "")?.[1]);
		if (Number.isInteger(pid) && !isAlive(pid)) await docker.getContainer(Id).remove({ force: true, v: true });
	}
}

/** In the form that sandbox-images/microvm/src/warm-up.c reads: the language's first example that types nothing. */
function warmUp(toolchain: Toolchain): Record<string, string> {
	const example = toolchain.version.examples.find((it) => !it.isInteractive);
	if (example === undefined) return { WARM_UP_PLAN: "", WARM_UP_FILE: "" };
	const environment = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: "/workspace", LANG: "C.UTF-8", TERM: "dumb", ...toolchain.environment };
	const commands = [toolchain.compile ?? [], toolchain.run]
		.filter((it) => it.length > 0)
		.map((it) => fillCommand(it, example.file, [example.file]));
	const words = [
		example.file,
		...Object.entries(environment).map(([key, value]) => `${key}=${value}`),
		"",
		...commands.flatMap((it) => [...it, ""]),
	];
	const base64 = (text: string): string => Buffer.from(text).toString("base64");
	return { WARM_UP_PLAN: base64(words.map((word) => `${word}\0`).join("")), WARM_UP_FILE: base64(example.content) };
}

async function canOpenKvm(): Promise<boolean> {
	return await access(kvmDevice, constants.R_OK | constants.W_OK).then(
		() => true,
		() => false,
	);
}

/** The lines that the launcher compares (sandbox-images/microvm/src/snapshot-fit.c). */
async function processorName(): Promise<string> {
	const [first = ""] = (await readFile("/proc/cpuinfo", "utf8")).split("\n\n");
	return first
		.split("\n")
		.filter((line) => /^(model name|flags)/.test(line))
		.join("\n");
}
