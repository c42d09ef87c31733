import { Descriptors, type Stream } from "./descriptors.ts";
import { GuestMemory } from "./guest-memory.ts";
import { MemoryFiles } from "./memory-files.ts";
import { preview1 } from "./preview1.ts";
import { ModuleExit } from "./process-calls.ts";
import { describeTrap } from "./trap.ts";
import type { World } from "./world.ts";

/**
 * Runs one WASI module:  deno run … main.js MODULE NAME [ARGUMENT]...
 *
 * The host reads the module and the workspace into memory, gives back the one permission by which it could, and proves that it has none left; only then
 * does the module run. Two walls stand one behind the other: the module has no call that leads out, and the host's process could not follow one.
 */

const workspace = "/workspace";
/** The one module of the host that there is to import from. */
const granted = "wasi_snapshot_preview1";
/** As a shell tells SIGABRT (POSIX shell, 2.8.2). */
const trapCode = 134;
const notStartedCode = 126;
const permissions = ["read", "write", "net", "env", "run", "ffi", "sys", "import"];

const [modulePath, name, ...rest] = Deno.args;
if (modulePath === undefined || name === undefined) fail("it takes a module and its name", notStartedCode);

const startedAtMs = performance.now();
const realTimeNs = () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1_000n;
const files = new MemoryFiles(realTimeNs);
load("");
const moduleBytes = Deno.readFileSync(modulePath);
giveBackPermission();

let memory: GuestMemory | undefined;
const sleepingCell = new Int32Array(new SharedArrayBuffer(4));
const world: World = {
	arguments: [name, ...rest],
	files,
	descriptors: new Descriptors([
		{ kind: "stream", stream: { isTerminal: Deno.stdin.isTerminal(), read: (into) => Deno.stdin.readSync(into) ?? 0 } },
		{ kind: "stream", stream: outputOf(Deno.stdout) },
		{ kind: "stream", stream: outputOf(Deno.stderr) },
		// Relative and absolute names of the workspace.
		{ kind: "folder", node: files.root, grantedAs: "." },
		{ kind: "folder", node: files.root, grantedAs: workspace },
	]),
	memory: () => memory ?? fail("the module calls before it has a memory", trapCode),
	realTimeNs,
	monotonicNs: () => BigInt(Math.round((performance.now() - startedAtMs) * 1e3)) * 1_000n,
	sleep: (ms) => void Atomics.wait(sleepingCell, 0, 0, ms),
};
Deno.exit(run(world));

function run(world: World): number {
	let start: () => unknown;
	try {
		const module = new WebAssembly.Module(moduleBytes);
		const calls = preview1(world);
		// What an object inherits would be granted, too, if the engine alone looked for the names.
		const wanted = WebAssembly.Module.imports(module).find((it) => it.module !== granted || !Object.hasOwn(calls, it.name));
		if (wanted !== undefined) fail(`the module asks for ${wanted.module}.${wanted.name}, which is not granted`, notStartedCode);
		const instance = new WebAssembly.Instance(module, { [granted]: calls });
		const { memory: exported, _start } = instance.exports;
		if (!(exported instanceof WebAssembly.Memory) || typeof _start !== "function") fail("the module is no WASI command", notStartedCode);
		memory = new GuestMemory(exported);
		start = () => _start();
	} catch (error) {
		if (error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError) fail(error.message, notStartedCode);
		throw error;
	}
	try {
		start();
		return 0;
	} catch (error) {
		if (error instanceof ModuleExit) return error.code & 0xff;
		const trap = describeTrap(error);
		if (trap === undefined) throw error;
		tell(trap);
		return trapCode;
	}
}

function load(folder: string): void {
	for (const entry of Deno.readDirSync(`${workspace}/${folder}`)) {
		const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
		if (entry.isDirectory) load(path);
		else if (entry.isFile) files.load(path, Deno.readFileSync(`${workspace}/${path}`));
	}
}

function giveBackPermission(): void {
	Deno.permissions.revokeSync({ name: "read" });
	const isGranted = (name: string, path?: string) => Deno.permissions.querySync({ name, path }).state === "granted";
	if (permissions.some((it) => isGranted(it)) || isGranted("read", workspace) || isGranted("read", modulePath))
		fail("a permission is left", notStartedCode);
}

function outputOf(output: DenoOutput): Stream {
	return {
		isTerminal: output.isTerminal(),
		write(from) {
			for (let at = 0; at < from.length; ) at += output.writeSync(from.subarray(at));
		},
	};
}

function tell(text: string): void {
	outputOf(Deno.stderr).write?.(new TextEncoder().encode(`${text}\n`));
}

function fail(reason: string, code: number): never {
	tell(`wasi: ${reason}`);
	return Deno.exit(code);
}
