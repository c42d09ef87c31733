import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { namesIn } from "./folder-names.ts";
import { bareEnvironment } from "./run-command.ts";

/**
 * The view of the machine that runtimes are started in: a mount namespace of ours, held by a shell that ends when our end of its pipe does. What is mounted there
 * is nobody else's, and goes with it.
 *
 * Two things need it. crun refuses hybrid control groups as long as the v2 tree has a controller, and it looks at what is mounted: here that tree is not, and
 * v1 has every controller that a sandbox needs. And each sandbox needs a root of its own superblock: sandboxes that shared the
 * unpacked tree itself could signal to one another by locks on its files (ATTACKS.md 31). So each gets an overlay of it, read-only; one that is given back
 * has nothing in it that could have changed, and serves the next.
 */

type Shell = ChildProcessByStdio<Writable, Readable, null>;

export interface RootMount {
	readonly path: string;
	/** Once nothing of the sandbox is left. */
	release(): void;
}

const folderPrefix = "roots-";
const commandLimitMs = 10_000;
const maxAnswerLength = 4_096;

export class HostView {
	readonly #folder: string;
	readonly #hidesV2: boolean;
	#shell: Promise<ViewShell> | undefined;
	#free = new Map<string, string[]>();
	#mounted = 0;

	/** `parent`: the folder below which the places of its mounts are. */
	constructor(parent: string, hidesV2: boolean) {
		this.#folder = join(parent, `${folderPrefix}${randomBytes(4).toString("hex")}`);
		this.#hidesV2 = hidesV2;
	}

	/** What goes before a runtime's command. Rejects when the view cannot be made. */
	async prefix(): Promise<readonly string[]> {
		const shell = await this.#open();
		return ["nsenter", `--mount=/proc/${shell.pid}/ns/mnt`, "--"];
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
		rmSync(this.#folder, { recursive: true, force: true });
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
		const shell = new ViewShell(() => {
			this.#shell = undefined;
		});
		try {
			// Mounts that go away on the machine go away in here too, so that nothing is kept busy.
			await shell.run(this.#hidesV2 ? "umount /sys/fs/cgroup/unified" : "true");
		} catch (error) {
			await shell.end();
			throw error;
		}
		return shell;
	}
}

/** Paths are ours; a quote in one is none of them. */
function quoted(path: string): string {
	if (!/^[A-Za-z0-9/._-]+$/.test(path)) throw new Error(`not a path of ours: ${path}`);
	return path;
}

/** One command at a time, each answered by its status and its words. */
class ViewShell {
	readonly #shell: Shell;
	readonly #gone: Promise<void>;
	#queue: Promise<unknown> = Promise.resolve();
	#answered: ((line: string) => void) | undefined;
	hasEnded = false;

	constructor(onEnd: () => void) {
		this.#shell = spawn("unshare", ["--mount", "--propagation=slave", "sh"], {
			stdio: ["pipe", "pipe", "ignore"],
			env: bareEnvironment,
			cwd: "/",
			detached: true,
		});
		let heard = "";
		this.#shell.stdout.on("data", (chunk: Buffer) => {
			heard = `${heard}${chunk.toString()}`.slice(-maxAnswerLength);
			const end = heard.lastIndexOf("\0");
			if (end < 0) return;
			const answer = heard.slice(0, end);
			heard = "";
			this.#answered?.(answer);
		});
		this.#shell.stdin.on("error", () => undefined);
		this.#gone = new Promise((resolve) => {
			const end = (): void => {
				this.hasEnded = true;
				this.#answered?.("the view of the machine has ended");
				onEnd();
				resolve();
			};
			this.#shell.on("exit", end);
			this.#shell.on("error", end);
		});
		// Neither it nor its pipes keep a process alive that has nothing else to do.
		this.#shell.unref();
	}

	get pid(): number {
		return this.#shell.pid ?? 0;
	}

	/** Rejects with the command's words when it fails. */
	run(command: string): Promise<void> {
		const turn = this.#queue.then(() => this.#run(command));
		this.#queue = turn.catch(() => undefined);
		return turn;
	}

	#run(command: string): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.hasEnded) {
				reject(new Error("the view of the machine has ended"));
				return;
			}
			const timer = setTimeout(() => this.#shell.kill("SIGKILL"), commandLimitMs);
			this.#answered = (answer) => {
				this.#answered = undefined;
				clearTimeout(timer);
				if (answer === "0") resolve();
				else reject(new Error(`${command.slice(0, 60)}: ${answer}`));
			};
			this.#shell.stdin.write(`words=$( { ${command}; } 2>&1 </dev/null ) && printf '0\\0' || printf '%s\\0' "$words"\n`);
		});
	}

	async end(): Promise<void> {
		this.#shell.ref();
		if (!this.hasEnded) this.#shell.stdin.end();
		await this.#gone;
	}
}
