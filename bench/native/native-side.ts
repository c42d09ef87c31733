import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { EngineConnection } from "../../server/runner/drivers/engine-connection.ts";
import { openRootFileSystem, type RootFileSystem } from "./root-file-system.ts";

/**
 * Runs programs of an image without the server: same files, same interpreter, same user and environment, but no container, gateway or
 * runner. first-byte.pl keeps the clock; this file only asks it, so that nothing of Node lies within the measured time.
 */

const clock = fileURLToPath(new URL("first-byte.pl", import.meta.url));

/** Mounts what is needed, enters the root file system and then is the clock, or the program of that path. For a mount namespace of its own. */
export function enterRootCommand(role: string, root: RootFileSystem, workspaceBytes: number): string[] {
	const workspace = `size=${workspaceBytes},nosuid,nodev,mode=755,uid=1000,gid=1000`;
	return ["perl", clock, role, root.dir, root.lowerDirs.join(":"), workspace];
}

export interface NativeProgram {
	readonly fileName: string;
	readonly content: string;
	/** Compile steps, if any, then the run: argument vectors with absolute paths inside the image. */
	readonly steps: readonly (readonly string[])[];
}

export interface NativeOptions {
	readonly docker: EngineConnection;
	readonly image: string;
	readonly environment: Readonly<Record<string, string>>;
	readonly workspaceBytes: number;
}

/** Whoever opens it closes it. One call at a time. */
export class NativeSide {
	readonly #child: ChildProcessWithoutNullStreams;
	readonly #answers: AsyncIterator<string>;
	readonly #root: RootFileSystem;
	readonly #ended: Promise<void>;
	#program: NativeProgram | null = null;

	private constructor(root: RootFileSystem, options: NativeOptions) {
		this.#root = root;
		const environment = Object.entries(options.environment).map(([name, value]) => `${name}=${value}`);
		const perl = [...enterRootCommand("clock", root, options.workspaceBytes), ...environment];
		this.#child = spawn("unshare", ["--mount", "--propagation", "private", ...perl], { stdio: ["pipe", "pipe", "pipe"] });
		this.#child.stderr.pipe(process.stderr);
		this.#ended = new Promise((resolve, reject) => {
			this.#child.on("error", reject);
			this.#child.on("close", () => resolve());
		});
		this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
	}

	static async open(options: NativeOptions): Promise<NativeSide> {
		const root = await openRootFileSystem(options.docker, options.image);
		const side = new NativeSide(root, options);
		try {
			await side.#answer();
			return side;
		} catch (error) {
			await side.close();
			throw error;
		}
	}

	/** How the root file system is had: the engine's own layers, or a copy of them. */
	get kind(): "layers" | "copy" {
		return this.#root.kind;
	}

	/** Milliseconds from just before the first spawn until the first byte of the last step's output. */
	async measure(program: NativeProgram, mode: "pty" | "pipes"): Promise<number> {
		if (this.#program !== program) {
			await this.#ask(["file", program.fileName, Buffer.from(program.content).toString("hex")]);
			this.#program = program;
		}
		const answer = await this.#ask(["run", mode, ...program.steps.map((argv) => argv.join("\x1f"))]);
		return Number(answer.slice("ok ".length)) / 1e6;
	}

	async close(): Promise<void> {
		this.#child.stdin.end();
		await this.#ended;
		this.#root.dispose();
	}

	#ask(fields: readonly string[]): Promise<string> {
		this.#child.stdin.write(`${fields.join("\t")}\n`);
		return this.#answer();
	}

	async #answer(): Promise<string> {
		const next = await this.#answers.next();
		if (next.done === true) throw new Error("The native side ended before it answered.");
		if (!next.value.startsWith("ok")) throw new Error(`The native side failed: ${next.value}`);
		return next.value;
	}
}
