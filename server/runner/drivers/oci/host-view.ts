import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { namesIn } from "./folder-names.ts";
import type { RuntimeProgram } from "./host-runtime.ts";
import { PipeFiles } from "./pipe-files.ts";
import { SandboxProcess } from "./sandbox-process.ts";
import { quoted, ViewShell } from "./view-shell.ts";

/**
 * The view of the machine that runtimes are started in: a mount namespace of ours, held by a shell. What is mounted there is nobody else's, and goes with it.
 *
 * Three things need it. crun refuses hybrid control groups as long as the v2 tree has a controller, and it looks at what is mounted: here that tree is not, and
 * v1 has every controller that a sandbox needs. Each sandbox needs a root of its own superblock: sandboxes that shared the
 * unpacked tree itself could signal to one another by locks on its files (ATTACKS.md 31). So each gets an overlay of it, read-only; one that is given back
 * has nothing in it that could have changed, and serves the next. And crun guards its own program file from a container's process 1, which could
 * write to it (CVE-2019-5736), by mounting it read-only and executing it anew at each start; here it is mounted read-only once, for all.
 */

export interface RootMount {
	readonly path: string;
	/** Once nothing of the sandbox is left. */
	release(): void;
}

const folderPrefix = "roots-";
/** crun's word to itself that it lies on a mount that cannot be written to; it looks whether that is so. */
const isGuarded = "_LIBCONTAINER_CLONED_BINARY=1";

export interface ViewOptions {
	/** The folder below which the places of its mounts are. */
	readonly parent: string;
	readonly runtime: RuntimeProgram;
	readonly hidesV2: boolean;
}

export class HostView {
	readonly #folder: string;
	readonly #options: ViewOptions;
	readonly #pipes: PipeFiles;
	#shell: Promise<ViewShell> | undefined;
	#free = new Map<string, string[]>();
	#mounted = 0;

	constructor(options: ViewOptions) {
		this.#options = options;
		this.#folder = join(options.parent, `${folderPrefix}${randomBytes(4).toString("hex")}`);
		this.#pipes = new PipeFiles(join(this.#folder, "pipes"));
	}

	/** What goes before a runtime's command that is not left to itself. Rejects when the view cannot be made. */
	async prefix(): Promise<readonly string[]> {
		const shell = await this.#open();
		return ["nsenter", `--mount=/proc/${shell.pid}/ns/mnt`, "--"];
	}

	/** Starts the runtime with these arguments, of which `id` is one: its pipes are all that ties it to us. */
	async start(args: readonly string[], id: string): Promise<SandboxProcess> {
		const shell = await this.#open();
		const pipes = await this.#pipes.take((command) => shell.run(command));
		try {
			const pid = await shell.start([...this.#runtimeCommand, ...args], pipes.paths);
			return new SandboxProcess(pipes, pid, id, () => void shell.forgetEnded());
		} catch (error) {
			pipes.close();
			throw error;
		}
	}

	/** A read-only overlay of that tree, in the view. */
	async mountRoot(tree: string): Promise<RootMount> {
		const shell = await this.#open();
		const path = this.#free.get(tree)?.pop() ?? (await this.#mount(shell, tree));
		return {
			path,
			release: () => {
				// Of a view that has ended since nothing is left.
				if (this.#free.has(tree) && !shell.hasEnded) this.#free.get(tree)?.push(path);
			},
		};
	}

	/** Takes away the places of mounts that views of earlier processes have left: the mounts themselves went with them. */
	static removeLeft(parent: string, own: HostView): void {
		for (const name of namesIn(parent)) {
			const folder = join(parent, name);
			if (name.startsWith(folderPrefix) && folder !== own.#folder) rmSync(folder, { recursive: true, force: true });
		}
	}

	/** Resolves once it has gone. */
	async close(): Promise<void> {
		const shell = await this.#shell?.catch(() => undefined);
		await shell?.end();
		this.#pipes.forget();
		rmSync(this.#folder, { recursive: true, force: true });
	}

	/** crun by the place where it cannot be written to. */
	get #runtimeCommand(): readonly string[] {
		const { runtime } = this.#options;
		return runtime.name === "crun" ? [isGuarded, this.#guardedRuntime] : [runtime.path];
	}
	get #guardedRuntime(): string {
		return join(this.#folder, "runtime", "crun");
	}

	async #mount(shell: ViewShell, tree: string): Promise<string> {
		const path = join(this.#folder, String(this.#mounted++));
		// Without a folder to write into an overlay needs two to read.
		const below = join(dirname(tree), "empty");
		for (const folder of [path, below]) mkdirSync(folder, { recursive: true, mode: 0o711 });
		if (!this.#free.has(tree)) this.#free.set(tree, []);
		const options = `ro,nosuid,nodev,lowerdir=${quoted(basename(tree))}:empty`;
		// By names relative to their folder: a program reads these options in /proc/self/mountinfo, and need not learn where we keep things.
		await shell.run(`cd ${quoted(dirname(tree))} && mount -t overlay overlay -o ${options} ${quoted(path)}`);
		return path;
	}

	#open(): Promise<ViewShell> {
		this.#shell ??= this.#start();
		return this.#shell;
	}

	async #start(): Promise<ViewShell> {
		this.#free = new Map();
		const { hidesV2, runtime } = this.#options;
		const shell = new ViewShell(() => {
			this.#shell = undefined;
		});
		try {
			// Mounts that go away on the machine go away in here too, so that nothing is kept busy.
			if (hidesV2) await shell.run("umount /sys/fs/cgroup/unified");
			if (runtime.name === "crun") await this.#guard(shell, runtime.path);
		} catch (error) {
			await shell.end();
			throw error;
		}
		return shell;
	}

	async #guard(shell: ViewShell, path: string): Promise<void> {
		const place = this.#guardedRuntime;
		mkdirSync(dirname(place), { recursive: true, mode: 0o711 });
		writeFileSync(place, "");
		await shell.run(`mount --bind ${quoted(path)} ${quoted(place)} && mount -o remount,bind,ro ${quoted(place)}`);
	}
}
