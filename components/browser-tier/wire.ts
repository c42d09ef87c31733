/**
 * What goes between the worker in which a program runs, the frame around it, and the page. No imports: it is built into all three.
 *
 * The worker is hostile as soon as its program has started: Python can call every function that a worker has. So the frame takes from it
 * only what `readWorkerMessage` can read, and the first message that it cannot read ends the run.
 */

export const runtimeKinds = ["python", "javascript", "module"] as const;
/** What runs a program; `module`: nothing but a WASI host, for what a server has compiled. */
export type RuntimeKind = (typeof runtimeKinds)[number];

export interface BrowserProgram {
	readonly files: readonly { readonly name: string; readonly content: string }[];
	/** The name of the file to start. */
	readonly entry: string;
	/** What a server has compiled of it; null: it runs from its source. */
	readonly module: Uint8Array | null;
	readonly arguments: readonly string[];
	readonly columns: number;
	readonly rows: number;
	/** All the input there will be, where the program cannot wait for more in this browser; null: it asks as it goes. */
	readonly givenInput: Uint8Array | null;
	readonly memoryLimitBytes: number;
}

/** To the worker. The first is `boot`, then one `start`; `input` answers a `read`. */
export type ToWorker =
	| { readonly type: "boot"; readonly parts: Readonly<Record<string, ArrayBuffer>> }
	| { readonly type: "start"; readonly program: BrowserProgram }
	/** null: end of input. */
	| { readonly type: "input"; readonly bytes: Uint8Array | null }
	/** Ctrl-C while it reads. */
	| { readonly type: "interrupt" };

/** From the page to the frame, over their own channel. */
export type ToFrame =
	| { readonly type: "boot"; readonly script: ArrayBuffer; readonly parts: Readonly<Record<string, ArrayBuffer>> }
	| { readonly type: "start"; readonly program: BrowserProgram; readonly outputLimitBytes: number }
	| Extract<ToWorker, { type: "input" | "interrupt" }>;

/** From the worker; output is a bare Uint8Array. */
export type WorkerMessage =
	| { readonly type: "output"; readonly bytes: Uint8Array }
	/** The runtime is loaded; `canWait`: its program can wait for input in the middle. */
	| { readonly type: "ready"; readonly canWait: boolean }
	/** The program waits for input. */
	| { readonly type: "read"; readonly memoryBytes: number }
	| { readonly type: "exit"; readonly code: number; readonly memoryBytes: number }
	/** The runtime could not be loaded. */
	| { readonly type: "failed"; readonly detail: string };

export const maxWriteBytes = 1_048_576;
export const maxDetailCharacters = 400;

function isCount(value: unknown): value is number {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** null: it breaks the rules. Reads each property once, so that a getter cannot answer twice. */
export function readWorkerMessage(value: unknown): WorkerMessage | null {
	if (value instanceof Uint8Array) {
		return value.byteLength > 0 && value.byteLength <= maxWriteBytes ? { type: "output", bytes: value } : null;
	}
	if (typeof value !== "object" || value === null || !("type" in value)) return null;
	const { type } = value;
	if (type === "ready") {
		const canWait = "canWait" in value ? value.canWait : undefined;
		return typeof canWait === "boolean" ? { type, canWait } : null;
	}
	if (type === "failed") {
		const detail = "detail" in value ? value.detail : undefined;
		return typeof detail === "string" ? { type, detail: detail.slice(0, maxDetailCharacters) } : null;
	}
	const memoryBytes = "memoryBytes" in value ? value.memoryBytes : undefined;
	if (!isCount(memoryBytes)) return null;
	if (type === "read") return { type, memoryBytes };
	const code = "code" in value ? value.code : undefined;
	if (type !== "exit" || !isCount(code) || code > 255) return null;
	return { type, code, memoryBytes };
}
