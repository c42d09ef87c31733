import "./no-classic-scripts.ts";
import { loadPyodide } from "pyodide";
import { info } from "pyodide/pyodide-lock.json";
import type { BrowserProgram } from "../wire.ts";
import { limitMemory } from "./memory-limit.ts";
import { pythonStart } from "./python-start.ts";
import { isInterrupted } from "./worker-input.ts";
import { serve, type WorkerPort } from "./worker-port.ts";

/** CPython, by Pyodide, in the worker. Everything that it would fetch is given to it: the policy lets nothing be fetched. */

const folder = "/workspace";
const indexUrl = "https://runtime.invalid/";

type PyodideModule = NonNullable<NonNullable<Parameters<typeof loadPyodide>[0]>["createPyodideModule"]>;

/** Not among its declared parts; grows with the heap. */
interface PyodideInsides {
	readonly _module: { readonly HEAPU8: Uint8Array };
}

function part(parts: Readonly<Record<string, ArrayBuffer>>, name: string): ArrayBuffer {
	const bytes = parts[name];
	if (bytes === undefined) throw new Error(`${name} is missing`);
	return bytes;
}

/** Pyodide's own requests, answered from what was handed in; anything else goes where it always went, which is nowhere. */
function answerRequests(parts: Readonly<Record<string, ArrayBuffer>>): () => void {
	const real = globalThis.fetch;
	globalThis.fetch = async (resource, init) => {
		const url = String(resource instanceof Request ? resource.url : resource);
		const name = url.startsWith(indexUrl) ? url.slice(indexUrl.length) : "";
		if (parts[name] === undefined) return real(resource, init);
		return new Response(parts[name], { headers: { "content-type": name.endsWith(".wasm") ? "application/wasm" : "application/zip" } });
	};
	return () => {
		globalThis.fetch = real;
	};
}

serve(async (parts: Readonly<Record<string, ArrayBuffer>>, port: WorkerPort) => {
	const script = URL.createObjectURL(new Blob([part(parts, "pyodide.asm.mjs")], { type: "text/javascript" }));
	const loaded: { readonly default: PyodideModule } = await import(/* webpackIgnore: true */ script);
	URL.revokeObjectURL(script);
	const restore = answerRequests(parts);
	const pyodide = await loadPyodide({
		indexURL: indexUrl,
		lockFileContents: JSON.stringify({ info, packages: {} }),
		env: { HOME: folder, PYTHONINSPECT: "" },
		createPyodideModule: loaded.default,
	});
	restore();
	const write = (bytes: Uint8Array): number => {
		port.write(bytes);
		return bytes.length;
	};
	pyodide.setStdout({ write, isatty: true });
	pyodide.setStderr({ write, isatty: true });
	pyodide.setStdin({ stdin: () => null });
	const start = pyodide.runPython(pythonStart, { filename: "<sandglass>" });
	const canWait = "Suspending" in WebAssembly;
	const { _module: heap } = pyodide as unknown as PyodideInsides;
	const memoryBytes = (): number => heap.HEAPU8.byteLength;
	const read = async (limit: number): Promise<Uint8Array | undefined | string> => {
		const answer = await port.input.read(limit);
		// Undefined is Python's None; null is not.
		return isInterrupted(answer) ? "interrupted" : (answer ?? undefined);
	};
	const run = async (program: BrowserProgram): Promise<number> => {
		for (const { name, content } of program.files) {
			const path = `${folder}/${name}`;
			pyodide.FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
			pyodide.FS.writeFile(path, content);
		}
		limitMemory(program.memoryLimitBytes);
		const { entry, givenInput, columns, rows } = program;
		const call = canWait ? start.callPromising.bind(start) : start;
		return Number(await call(folder, entry, [...program.arguments], read, givenInput ?? undefined, columns, rows));
	};
	return { canWait, memoryBytes, run };
});
