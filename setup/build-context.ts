import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Readable } from "node:stream";

/** What the engine is sent for one image: some files below one folder, and a digest that changes when any of them does. */
export interface BuildContext {
	/** Sorted, relative to `root`. */
	readonly files: readonly string[];
	readonly root: string;
}

/** Neither tests nor what is only read at run time may cause a rebuild. TypeScript that an image does hold lies in a folder `host`. */
const isLeftOut = (path: string): boolean =>
	/(^|\/)(build|examples|fuzz|node_modules|test)\/|(^|\/)language\.json$|\.md$|\.test\.ts$/.test(path) ||
	(path.endsWith(".ts") && !/\/host\//.test(path));

/** The agent's own folder. */
export async function agentContext(repository: string): Promise<BuildContext> {
	const root = join(repository, "sandbox-images", "agent");
	const files = await filesBelow(root, root);
	return { root, files: files.filter((file) => !isLeftOut(file)).sort() };
}

/**
 * A language's folder and the shared build files, beside the npm packages that the image holds. Paths start at the repository, so
 * a Dockerfile copies from `sandbox-images/…` and `node_modules/…`.
 */
export async function languageContext(repository: string, language: string, npmPackages: readonly string[]): Promise<BuildContext> {
	const own = await Promise.all(["shared", language].map((name) => filesBelow(repository, join(repository, "sandbox-images", name))));
	const packages = await Promise.all(
		npmPackages.map((name) => filesBelow(repository, join(repository, "node_modules", name.replace("{arch}", process.arch)))),
	);
	return { root: repository, files: [...own.flat().filter((file) => !isLeftOut(file)), ...packages.flat()].sort() };
}

/** First 12 hex digits of a SHA-256 over every file's path, mode and content, and over `inputs`. */
export async function digestOf(context: BuildContext, inputs: Readonly<Record<string, string>>): Promise<string> {
	const hash = createHash("sha256");
	hash.update(JSON.stringify(Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1))));
	// One file after the other and piece by piece: among them are runtimes of a hundred megabytes, and this runs in a server that stays.
	for (const file of context.files) {
		const path = join(context.root, file);
		const { mode } = await stat(path);
		const isExecutable = (mode & 0o100) !== 0;
		hash.update(JSON.stringify([file, isExecutable, await contentDigest(path)]));
	}
	return hash.digest("hex").slice(0, 12);
}

async function contentDigest(path: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const piece of createReadStream(path)) hash.update(piece);
	return hash.digest("hex");
}

/** The context as a tar stream. `tar` is on every Debian; owner and time are fixed, so that the engine's layer cache holds across clones. */
export function packContext(context: BuildContext): Readable {
	const child = spawn(
		"tar",
		[
			"--create",
			"--directory",
			context.root,
			"--no-recursion",
			"--owner=0",
			"--group=0",
			"--numeric-owner",
			"--mtime=@0",
			"--null",
			"--files-from=-",
		],
		{ stdio: ["pipe", "pipe", "pipe"] },
	);
	let complaints = "";
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		complaints = `${complaints}${text}`.slice(-2_000);
	});
	child.once("error", (error) => child.stdout.destroy(error));
	child.once("exit", (code) => {
		if (code !== 0) child.stdout.destroy(new Error(`tar ended with ${code}: ${complaints}`));
	});
	// A tar that died early breaks this pipe; its exit status, above, is what is told.
	child.stdin.once("error", (error) => child.stdout.destroy(error));
	child.stdin.end(context.files.map((file) => `${file}\0`).join(""));
	return child.stdout;
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
	// Node 20.9's directory entries do not say which folder they are in; paths do.
	const paths = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
	const isFile = await Promise.all(paths.map(async (path) => (await lstat(path)).isFile()));
	return paths.filter((_, at) => isFile[at]).map((path) => relative(root, path));
}
