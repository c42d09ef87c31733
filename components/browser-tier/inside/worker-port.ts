import type { BrowserProgram, ToWorker } from "../wire.ts";
import { WorkerInput } from "./worker-input.ts";

/** The worker's end of the wire, the same for every runtime. */

export interface Runtime {
	/** A program of this runtime can wait for input in the middle; else all its input must be there when it starts. */
	readonly canWait: boolean;
	readonly memoryBytes: () => number;
	/** Resolves with the exit code. */
	run(program: BrowserProgram): Promise<number>;
}

export interface WorkerPort {
	readonly input: WorkerInput;
	write(bytes: Uint8Array): void;
	exit(code: number): void;
}

type Boot = (parts: Readonly<Record<string, ArrayBuffer>>, port: WorkerPort) => Promise<Runtime>;

/** A write longer than this goes in pieces. */
const pieceBytes = 65_536;

export function serve(boot: Boot): void {
	// Taken before the program can replace them; what it does to its own realm afterwards is its own affair.
	const send = postMessage.bind(globalThis);
	// One thread for one run: with a second a program could count time finely enough to listen in on the processor's caches.
	Reflect.deleteProperty(globalThis, "Worker");
	let runtime: Runtime | null = null;
	const memoryBytes = (): number => runtime?.memoryBytes() ?? 0;
	const input = new WorkerInput(() => send({ type: "read", memoryBytes: memoryBytes() }));
	const exit = (code: number): void => send({ type: "exit", code: code & 255, memoryBytes: memoryBytes() });
	const write = (bytes: Uint8Array): void => {
		for (let at = 0; at < bytes.length; at += pieceBytes) send(bytes.slice(at, at + pieceBytes));
	};
	const fail = (error: unknown): void => send({ type: "failed", detail: String(error) });
	addEventListener("message", (event: MessageEvent<ToWorker>) => {
		const message = event.data;
		if (message.type === "boot") {
			boot(message.parts, { input, write, exit })
				.then((booted) => {
					runtime = booted;
					send({ type: "ready", canWait: booted.canWait });
				})
				.catch(fail);
		} else if (message.type === "start") {
			runtime
				?.run(message.program)
				.then(exit)
				.catch((error) => {
					write(new TextEncoder().encode(`\n[the interpreter broke: ${String(error)}]\n`));
					exit(134);
				});
		} else input.answer(message);
	});
}
