import { Descriptors, type Stream } from "../../../sandbox-images/wasm/host/descriptors.ts";
import { GuestMemory } from "../../../sandbox-images/wasm/host/guest-memory.ts";
import { MemoryFiles } from "../../../sandbox-images/wasm/host/memory-files.ts";
import { withMemoryLimit } from "../../../sandbox-images/wasm/host/module-sections.ts";
import { preview1 } from "../../../sandbox-images/wasm/host/preview1.ts";
import { ModuleExit } from "../../../sandbox-images/wasm/host/process-calls.ts";
import { describeTrap } from "../../../sandbox-images/wasm/host/trap.ts";
import type { BrowserProgram } from "../wire.ts";
import { isInterrupted } from "./worker-input.ts";
import { serve, type WorkerPort } from "./worker-port.ts";

/**
 * A compiled WASI module in the worker, over the same host as in the tier `wasm`. That host's calls answer at once; here the two that
 * wait, for the reader and for a clock, are suspended around it (JSPI), for no worker of this page may block. Where a browser cannot suspend, all input is
 * there before the start, and sleeping is computing.
 */

/** As a shell tells SIGABRT (POSIX shell, 2.8.2). */
const trapCode = 134;
const notStartedCode = 126;
const granted = "wasi_snapshot_preview1";
const pageBytes = 65_536;
const readBytes = 65_536;

/** https://github.com/WebAssembly/js-promise-integration; TypeScript's library does not have it yet. */
interface Suspension {
	readonly Suspending: new (call: (...values: never[]) => unknown) => WebAssembly.ImportValue;
	promising(call: unknown): () => Promise<unknown>;
}

const hasSuspension = (api: object): api is Suspension => "Suspending" in api && "promising" in api;

const api: object = WebAssembly;
const suspension = hasSuspension(api) ? api : null;

type Wait = Promise<void> | null;

/** Input that has come and was not read; `fill` waits for more. */
class Keyboard implements Stream {
	readonly isTerminal: boolean;
	readonly #port: WorkerPort;
	#rest: Uint8Array;
	#isEnded: boolean;

	constructor(port: WorkerPort, given: Uint8Array | null) {
		this.#port = port;
		this.#rest = given ?? new Uint8Array();
		this.isTerminal = given === null;
		this.#isEnded = given !== null;
	}

	/** null: a read need not wait. */
	fill(): Wait {
		if (this.#rest.length > 0 || this.#isEnded) return null;
		return this.#port.input.read(readBytes).then((answer) => {
			// An end may be followed by more, as on a terminal: it is the answer to this read only.
			if (answer !== null && !isInterrupted(answer)) this.#rest = answer;
		});
	}

	read(into: Uint8Array): number {
		const had = this.#rest.subarray(0, into.length);
		into.set(had);
		this.#rest = this.#rest.subarray(had.length);
		return had.length;
	}
}

serve(async (_, port) => {
	let memoryBytes = (): number => 0;
	const tell = (text: string): void => port.write(new TextEncoder().encode(`${text}\n`));
	const run = async (program: BrowserProgram): Promise<number> => {
		const { memory, start } = await instantiate(program, port);
		memoryBytes = () => memory.buffer.byteLength;
		try {
			await start();
			return 0;
		} catch (error) {
			if (error instanceof ModuleExit) return error.code & 0xff;
			const trap = describeTrap(error);
			if (trap === undefined) throw error;
			tell(trap);
			return trapCode;
		}
	};
	const runOrRefuse = (program: BrowserProgram): Promise<number> =>
		run(program).catch((error: unknown) => {
			if (!(error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError || error instanceof RangeError))
				throw error;
			tell(`wasi: ${error.message}`);
			return notStartedCode;
		});
	return { canWait: suspension !== null, memoryBytes: () => memoryBytes(), run: runOrRefuse };
});

/** @throws CompileError, LinkError or RangeError for what is no WASI command, or asks for more than it is granted. */
async function instantiate(program: BrowserProgram, port: WorkerPort) {
	const { files: sources, entry, arguments: words, givenInput, memoryLimitBytes } = program;
	const realTimeNs = () => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1_000n;
	const files = new MemoryFiles(realTimeNs);
	for (const { name, content } of sources) files.load(name, new TextEncoder().encode(content));
	const keyboard = new Keyboard(port, givenInput);
	const output: Stream = { isTerminal: true, write: (from) => port.write(from) };
	const descriptors = new Descriptors([
		{ kind: "stream", stream: keyboard },
		{ kind: "stream", stream: output },
		{ kind: "stream", stream: output },
		{ kind: "folder", node: files.root, grantedAs: "." },
		{ kind: "folder", node: files.root, grantedAs: "/workspace" },
	]);
	const startedAtMs = performance.now();
	let guest: GuestMemory | undefined;
	let sleepMs = 0;
	const calls = preview1({
		arguments: [entry.replace(/\.[^./]*$/, ""), ...words],
		files,
		descriptors,
		memory: () => {
			if (guest === undefined) throw new WebAssembly.LinkError("the module calls before it has a memory");
			return guest;
		},
		realTimeNs,
		monotonicNs: () => BigInt(Math.round((performance.now() - startedAtMs) * 1e3)) * 1_000n,
		sleep: (ms) => {
			if (suspension !== null) sleepMs = ms;
			else for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
		},
	});
	const isKeyboard = (fd: number): boolean => {
		if (!descriptors.has(fd)) return false;
		const descriptor = descriptors.get(fd);
		return descriptor.kind === "stream" && descriptor.stream === keyboard;
	};
	if (suspension !== null) {
		const { fd_read: read, poll_oneoff: poll } = calls;
		if (typeof read !== "function" || typeof poll !== "function") throw new Error("the host lacks a call");
		calls.fd_read = new suspension.Suspending((fd: number, ...rest: number[]) => {
			const wait = isKeyboard(fd) ? keyboard.fill() : null;
			return wait === null ? read(fd, ...rest) : wait.then(() => read(fd, ...rest));
		});
		// It has answered already when the time is waited for: the module sees the answer afterwards.
		calls.poll_oneoff = new suspension.Suspending((...values: number[]) => {
			sleepMs = 0;
			const answer: unknown = poll(...values);
			return sleepMs > 0 ? new Promise((resolve) => setTimeout(() => resolve(answer), sleepMs)) : answer;
		});
	}
	const bytes = withMemoryLimit(program.module ?? new Uint8Array(), Math.floor(memoryLimitBytes / pageBytes));
	const module = await WebAssembly.compile(bytes);
	// What an object inherits would be granted, too, if the engine alone looked for the names.
	const wanted = WebAssembly.Module.imports(module).find((it) => it.module !== granted || !Object.hasOwn(calls, it.name));
	if (wanted !== undefined) throw new WebAssembly.LinkError(`the module asks for ${wanted.module}.${wanted.name}, which is not granted`);
	const instance = await WebAssembly.instantiate(module, { [granted]: calls });
	const { memory, _start } = instance.exports;
	if (!(memory instanceof WebAssembly.Memory) || typeof _start !== "function")
		throw new WebAssembly.LinkError("the module is no WASI command");
	guest = new GuestMemory(memory);
	const start: () => unknown = suspension === null ? () => _start() : suspension.promising(_start);
	return { memory, start };
}
