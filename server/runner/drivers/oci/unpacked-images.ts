import { randomBytes } from "node:crypto";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { z } from "zod";
import { DriverClosed } from "../driver.ts";
import { runCommand } from "./run-command.ts";

/**
 * Root file systems of images, unpacked once for each image of the engine's store and shared, read-only, by every sandbox that starts from it.
 *
 * One lies under the image's own digest, beside a record of what it held when it was unpacked: a digest over all of it (names, owners, modes, times,
 * contents). It is taken again before the first sandbox of this process starts from it; what was changed on disk meanwhile is unpacked anew.
 */

export interface UnpackedImage {
	readonly rootPath: string;
	readonly entrypoint: readonly string[];
	readonly environment: readonly string[];
}

const Inspection = z.object({
	Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
	Config: z.object({
		Entrypoint: z.array(z.string()).nullish(),
		Cmd: z.array(z.string()).nullish(),
		Env: z.array(z.string()).nullish(),
		User: z.string().nullish(),
		Volumes: z.record(z.string(), z.unknown()).nullish(),
	}),
});

const ImageRecord = z.strictObject({
	digest: z.string(),
	entrypoint: z.array(z.string()),
	environment: z.array(z.string()),
});
type ImageRecord = z.infer<typeof ImageRecord>;

const hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n";
/** What an engine would mount over, or make, at a container's start. */
const mountPoints = ["proc", "sys", "dev", "workspace", "tmp", "etc"];
/** Untouched for this long, and no image of the engine's any more: nobody's. */
const keepMs = 86_400_000;

/** Over everything that a sandbox could see of it. The archive is the same for the same tree: sorted by name, with numbers for owners. */
async function digestOf(folder: string, signal: AbortSignal): Promise<string> {
	const archive = `tar --create --sort=name --numeric-owner --format=posix --pax-option=delete=atime,delete=ctime --xattrs --file=- --directory="$0" . | sha256sum`;
	const printed = await runCommand(["nice", "sh", "-c", archive, folder], { signal });
	return z
		.string()
		.regex(/^[0-9a-f]{64}/)
		.parse(printed)
		.slice(0, 64);
}

/** On the containers that images are unpacked from: whose process made them. Not the label of sandboxes, which are swept while this goes on. */
export const unpackingLabel = "sandglass.unpacking";

export class UnpackedImages {
	readonly #docker: Docker;
	readonly #folder: string;
	readonly #instance: string;
	readonly #ready = new Map<string, Promise<UnpackedImage>>();
	readonly #onNotice: (notice: string) => void;
	/** One at a time: each keeps a disk and a core busy. */
	#queue: Promise<unknown> = Promise.resolve();
	/** Of what is asked for from now on. */
	#abandonment = new AbortController();

	/** `onNotice` is told, in a sentence for the operator, of what was found changed. `instance`: the folder is shared with other servers. */
	constructor(docker: Docker, folder: string, instance: string, onNotice: (notice: string) => void) {
		this.#docker = docker;
		this.#folder = folder;
		this.#instance = instance;
		this.#onNotice = onNotice;
	}

	/** Rejects when the engine has no such image, or the disk no room. Asked again, it answers at once. */
	prepare(reference: string): Promise<UnpackedImage> {
		const known = this.#ready.get(reference);
		if (known !== undefined) return known.then((image) => (this.#isStillThere(image) ? image : this.#anew(reference)));
		const { signal } = this.#abandonment;
		const made = this.#queue.then(() => {
			signal.throwIfAborted();
			return this.#prepare(reference, signal);
		});
		this.#queue = made.catch(() => undefined);
		this.#ready.set(reference, made);
		made.catch(() => this.#ready.delete(reference));
		return made;
	}

	/** Ends what is under way, and rejects it and what waits for it with `DriverClosed`. Resolves when nothing of it is left, neither on the disk nor in the engine. */
	async giveUp(): Promise<void> {
		this.#abandonment.abort(new DriverClosed("what was to be unpacked is not wanted any more"));
		this.#abandonment = new AbortController();
		await this.#queue;
	}

	/** Marks it as used, so that no other server's `removeUnused` takes it. */
	#isStillThere({ rootPath }: UnpackedImage): boolean {
		const place = dirname(rootPath);
		if (!existsSync(place)) return false;
		utimesSync(place, new Date(), new Date());
		return true;
	}

	#anew(reference: string): Promise<UnpackedImage> {
		this.#ready.delete(reference);
		return this.prepare(reference);
	}

	/** Takes away what an earlier process of this instance was just unpacking when it was killed. Before this one unpacks anything. */
	async removeLeft(): Promise<void> {
		const label = [`${unpackingLabel}=${this.#instance}`];
		for (const { Id } of await this.#docker.listContainers({ all: true, filters: { label } })) {
			try {
				await this.#docker.getContainer(Id).remove({ force: true });
			} catch (error) {
				// It was never started and holds nothing but its name; the next start tries again.
				this.#onNotice(
					`a container that an image was unpacked from could not be removed: ${error instanceof Error ? error.message : error}`,
				);
			}
		}
		const drafts = existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => name.endsWith(this.#draftEnding)) : [];
		for (const name of drafts) await rm(join(this.#folder, name), { recursive: true, force: true });
	}

	get #draftEnding(): string {
		return `.${this.#instance}.draft`;
	}

	/** Takes away what no image of the engine's needs any more and no server has used for a day. */
	async removeUnused(): Promise<void> {
		if (!existsSync(this.#folder)) return;
		const images = await this.#docker.listImages({ all: false });
		const ids = new Set(images.map((image) => image.Id.replace("sha256:", "")));
		for (const name of readdirSync(this.#folder)) {
			const path = join(this.#folder, name);
			const isOld = Date.now() - statSync(path).mtimeMs > keepMs;
			if (isOld && !ids.has(name)) await rm(path, { recursive: true, force: true });
		}
	}

	async #prepare(reference: string, signal: AbortSignal): Promise<UnpackedImage> {
		const image = Inspection.parse(await this.#docker.getImage(reference).inspect());
		if (image.Config.User || Object.keys(image.Config.Volumes ?? {}).length > 0)
			throw new Error("an image with a user or volumes of its own");
		const place = join(this.#folder, image.Id.replace("sha256:", ""));
		const record = this.#readRecord(place);
		if (record !== null && (await this.#isAsRecorded(join(place, "root"), record, signal))) {
			utimesSync(place, new Date(), new Date());
			return { rootPath: join(place, "root"), entrypoint: record.entrypoint, environment: record.environment };
		}
		if (existsSync(place)) {
			this.#onNotice(`the unpacked image ${reference} was changed on disk, and is unpacked anew`);
			// A sandbox of another server may still stand on it: moved away, its files stay until they are let go.
			const aside = `${place}.${randomBytes(4).toString("hex")}.changed`;
			renameSync(place, aside);
			await rm(aside, { recursive: true, force: true });
		}
		return this.#unpack(reference, image, place, signal);
	}

	async #isAsRecorded(root: string, record: ImageRecord, signal: AbortSignal): Promise<boolean> {
		// What cannot be read is not as it was.
		const digest = await digestOf(root, signal).catch(() => "");
		signal.throwIfAborted();
		return digest === record.digest;
	}

	#readRecord(place: string): ImageRecord | null {
		try {
			return ImageRecord.parse(JSON.parse(readFileSync(join(place, "record.json"), "utf8")));
		} catch {
			// None, or no record: unpacked anew either way.
			return null;
		}
	}

	/** Beside its place first, and there only when it is whole. */
	async #unpack(reference: string, image: z.infer<typeof Inspection>, place: string, signal: AbortSignal): Promise<UnpackedImage> {
		const draft = `${place}.${randomBytes(4).toString("hex")}${this.#draftEnding}`;
		const root = join(draft, "root");
		mkdirSync(this.#folder, { recursive: true, mode: 0o711 });
		mkdirSync(root, { recursive: true, mode: 0o755 });
		// Below a folder that only its owner reads, nobody else could walk to it; the sandbox's ids are nobody's here.
		chmodSync(draft, 0o755);
		try {
			await this.#export(reference, root, signal);
			for (const name of mountPoints) mkdirSync(join(root, name), { recursive: true });
			mkdirSync(join(root, "dev/shm"), { recursive: true });
			rmSync(join(root, ".dockerenv"), { force: true });
			writeFileSync(join(root, "etc/hosts"), hosts);
			const record: ImageRecord = {
				digest: await digestOf(root, signal),
				entrypoint: [...(image.Config.Entrypoint ?? []), ...(image.Config.Cmd ?? [])],
				environment: image.Config.Env ?? [],
			};
			writeFileSync(join(draft, "record.json"), JSON.stringify(record));
			// Another server may have been quicker; what it has made is the same.
			if (!existsSync(place)) renameSync(draft, place);
			return { rootPath: join(place, "root"), entrypoint: record.entrypoint, environment: record.environment };
		} finally {
			await rm(draft, { recursive: true, force: true });
		}
	}

	/** By a container that is made for its file system and never started. */
	async #export(reference: string, folder: string, signal: AbortSignal): Promise<void> {
		const container = await this.#docker.createContainer({
			Image: reference,
			Cmd: ["/"],
			NetworkDisabled: true,
			Labels: { [unpackingLabel]: this.#instance },
			HostConfig: { NetworkMode: "none" },
		});
		try {
			// The engine hands over an IncomingMessage, which its types call less.
			const archive = z
				.custom<Readable>((value) => typeof value === "object" && value !== null && "pipe" in value)
				.parse(await container.export());
			await runCommand(
				["tar", "--extract", "--numeric-owner", "--same-owner", "--preserve-permissions", "--file=-", `--directory=${folder}`],
				{ input: archive, signal },
			);
		} finally {
			await container.remove({ force: true });
		}
	}
}
