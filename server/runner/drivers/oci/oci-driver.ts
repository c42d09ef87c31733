import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { ServerTierId } from "../../../../protocol/tiers.ts";
import type { Sandbox, SandboxDescription, SandboxDriver, SandboxSpec } from "../driver.ts";
import type { Shapes } from "../shapes.ts";
import { bundleOf } from "./bundle.ts";
import { bundleFacts } from "./bundle-facts.ts";
import { ControlGroups } from "./control-groups.ts";
import { namesIn } from "./folder-names.ts";
import { appArmorProfile, hasUserNamespaces, type RuntimeProgram } from "./host-runtime.ts";
import { HostView, type RootMount } from "./host-view.ts";
import { type IdRange, IdRanges } from "./id-ranges.ts";
import { runCommand } from "./run-command.ts";
import type { SandboxProcess } from "./sandbox-process.ts";
import type { UnpackedImages } from "./unpacked-images.ts";

/**
 * Sandboxes by an OCI runtime called straight, without an engine in between: a bundle that we write, one process of the runtime for each sandbox, our
 * pipes to the agent. An engine is asked for images and for nothing else.
 *
 * `owned` holds the sandboxes that this process is making, holds or is removing; what else of the instance has a bundle, a state or a control group is
 * an earlier process's, and `reap` takes it. The runtime's process clears its container away by itself when the container ends, and the
 * agent ends when our pipe does: so a runner that was killed leaves nothing but its folders.
 */

export interface OciDriverOptions {
	readonly runtime: RuntimeProgram;
	readonly images: UnpackedImages;
	readonly instance: string;
	/** As for an engine; only those of plain containers can be made here. */
	readonly shapes: Shapes;
	/** Bundles and the runtime's state: a folder of this instance alone, on a tmpfs. */
	readonly runDir: string;
	/** Of the sandboxes' control groups (group-parent.ts). */
	readonly groupParent: string;
}

const spokenLimitMs = 30_000;
const endLimitMs = 5_000;
const deleteLimitMs = 10_000;

interface Owned {
	readonly process: SandboxProcess;
	readonly ids: IdRange | null;
	readonly root: RootMount;
	removal: Promise<void> | undefined;
}

/** What this machine cannot hold is not offered. */
export class MachineUnfit extends Error {}

export class OciDriver implements SandboxDriver {
	readonly name = "oci";
	readonly #options: OciDriverOptions;
	readonly #groups: ControlGroups;
	readonly #view: HostView;
	readonly #ids: IdRanges | null;
	readonly #appArmorProfile: string | null;
	readonly #owned = new Map<string, Owned | null>();

	/** @throws MachineUnfit where a wall would be missing. */
	constructor(options: OciDriverOptions) {
		this.#options = options;
		this.#groups = new ControlGroups(options.instance, options.groupParent);
		const { missing } = this.#groups;
		if (missing.length > 0) throw new MachineUnfit(`the kernel's control groups cannot limit ${missing.join(", ")} here`);
		const profile = appArmorProfile();
		if (profile === undefined) throw new MachineUnfit("AppArmor is on, and the profile that an engine would load is not there");
		this.#appArmorProfile = profile;
		const hidesV2 = options.runtime.name === "crun" && this.#groups.layout === "hybrid";
		this.#view = new HostView({ parent: options.runDir, runtime: options.runtime, hidesV2 });
		this.#ids = hasUserNamespaces() ? new IdRanges(randomBytes(4).readUInt32LE()) : null;
	}

	get hasOwnIds(): boolean {
		return this.#ids !== null;
	}

	async prepare(_: ServerTierId, image: string): Promise<void> {
		await this.#options.images.prepare(image);
	}

	async create(spec: SandboxSpec): Promise<Sandbox> {
		const { instance, shapes, images } = this.#options;
		const shape = shapes[spec.tier];
		if (shape === undefined) throw new MachineUnfit(`there is nothing to make the tier ${spec.tier} with`);
		const image = await images.prepare(spec.image);
		const id = `${instance}-${randomBytes(8).toString("hex")}`;
		const ids = this.#ids?.take() ?? null;
		this.#owned.set(id, null);
		let root: RootMount | undefined;
		try {
			this.#makeRunDir();
			root = await this.#view.mountRoot(image.rootPath);
			const bundle = bundleOf(shape(spec, id, instance), {
				...image,
				rootPath: root.path,
				cgroupsPath: this.#groups.pathOf(id),
				cgroupControllers: this.#groups.prepare(id),
				limitsSwap: this.#groups.limitsSwap,
				ids,
				appArmorProfile: this.#appArmorProfile,
			});
			mkdirSync(this.#bundleOf(id), { recursive: true, mode: 0o700 });
			writeFileSync(join(this.#bundleOf(id), "config.json"), JSON.stringify(bundle), { mode: 0o600 });
			const started = await this.#view.start(["--root", this.#stateDir, "run", "--bundle", this.#bundleOf(id), id], id);
			this.#owned.set(id, { process: started, ids, root, removal: undefined });
			await this.#untilSpoken(started);
			return {
				id,
				stream: started.stream,
				destroy: () => this.#destroy(id),
				hasRunOutOfMemory: () => this.#hasRunOutOfMemory(id, started),
				describe: async () => this.#describe(id),
			};
		} catch (cause) {
			if (this.#owned.get(id) === null) {
				ids?.release();
				root?.release();
				this.#owned.delete(id);
				this.#groups.remove(id);
				rmSync(this.#bundleOf(id), { recursive: true, force: true });
			} else await this.#destroy(id);
			throw cause;
		}
	}

	async reap(): Promise<number> {
		const left = new Set([...this.#groups.list(), ...namesIn(this.#stateDir), ...namesIn(this.#bundlesDir)]);
		const orphans = [...left].filter((id) => !this.#owned.has(id));
		for (const id of orphans) await this.#clear(id);
		HostView.removeLeft(this.#options.runDir, this.#view);
		this.#forgetEmpty();
		return orphans.length;
	}

	async ping(timeoutMs: number): Promise<void> {
		const timer = setTimeout(() => void this.#view.close(), timeoutMs);
		try {
			await this.#view.prefix();
		} finally {
			clearTimeout(timer);
		}
	}

	async close(): Promise<void> {
		await this.#options.images.giveUp();
		await this.#view.close();
		this.#forgetEmpty();
	}

	/** Walked through by sandboxes' own ids, on the way to their root. */
	#makeRunDir(): void {
		const { runDir } = this.#options;
		if (existsSync(runDir)) return;
		mkdirSync(runDir, { recursive: true });
		for (const folder of [dirname(runDir), runDir]) chmodSync(folder, 0o711);
	}

	get #stateDir(): string {
		return join(this.#options.runDir, "state");
	}
	get #bundlesDir(): string {
		return join(this.#options.runDir, "bundles");
	}
	#bundleOf(id: string): string {
		return join(this.#bundlesDir, id);
	}

	async #untilSpoken(started: SandboxProcess): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<never>((_, reject) => {
			timer = setTimeout(() => reject(new Error("the sandbox said nothing in time")), spokenLimitMs);
		});
		try {
			await Promise.race([started.spoken, late]);
		} finally {
			clearTimeout(timer);
		}
	}

	/**
	 * The runtime takes the kernel's counter away with the container, so the kernel's log is asked, where it names the control group. (It leaves some out when many
	 * die at once; then nobody can tell.)
	 */
	async #hasRunOutOfMemory(id: string, started: SandboxProcess): Promise<boolean> {
		await Promise.race([started.ended, wait(endLimitMs, undefined, { ref: false })]);
		const log = await runCommand(["dmesg"], { limitMs: endLimitMs }).catch(() => "");
		return log.includes(`oom_memcg=${this.#groups.pathOf(id)},`);
	}

	#describe(id: string): SandboxDescription {
		const written: unknown = JSON.parse(readFileSync(join(this.#bundleOf(id), "config.json"), "utf8"));
		return {
			facts: bundleFacts(written, this.#options.runtime.name, this.#groups.limits(id)),
			memoryBytes: this.#groups.memoryBytes(id),
		};
	}

	#destroy(id: string): Promise<void> {
		const owned = this.#owned.get(id);
		if (owned == null) return Promise.resolve();
		owned.removal ??= this.#remove(id, owned).finally(() => {
			owned.ids?.release();
			owned.root.release();
			this.#owned.delete(id);
			this.#forgetEmpty();
		});
		return owned.removal;
	}

	/** First the kernel ends its processes; the runtime then sees its container's end and clears away. What it leaves, we do. */
	async #remove(id: string, { process: started }: Owned): Promise<void> {
		started.stream.destroy();
		this.#groups.signal(id);
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<"late">((resolve) => {
			timer = setTimeout(() => resolve("late"), endLimitMs);
		});
		const isLate = (await Promise.race([started.ended, late])) === "late";
		clearTimeout(timer);
		if (isLate) started.kill();
		await this.#clear(id);
	}

	/** Rejects when something is left that cannot be removed; `reap` finds it then. */
	async #clear(id: string): Promise<void> {
		const { runtime } = this.#options;
		const left = this.#groups.kill(id);
		if (left > 0) throw new Error(`${left} processes of a sandbox cannot be ended`);
		if (existsSync(join(this.#stateDir, id))) {
			const command = [...(await this.#view.prefix()), runtime.path, "--root", this.#stateDir, "delete", "--force", id];
			// A state that the runtime cannot read is taken away with its folder.
			await runCommand(command, { limitMs: deleteLimitMs }).catch(() => rm(join(this.#stateDir, id), { recursive: true, force: true }));
		}
		if (!this.#groups.remove(id)) throw new Error("a sandbox's control group cannot be removed");
		await rm(this.#bundleOf(id), { recursive: true, force: true });
	}

	/** Nothing of the instance is left on the machine but what lives. */
	#forgetEmpty(): void {
		if (this.#owned.size > 0) return;
		this.#groups.removeInstance();
		for (const folder of [this.#stateDir, this.#bundlesDir, this.#options.runDir]) {
			try {
				rmdirSync(folder);
			} catch {
				// Not empty, or not there.
			}
		}
	}
}
