import baseVariant from "@jitl/quickjs-wasmfile-release-asyncify";
import { newQuickJSAsyncWASMModuleFromVariant, newVariant, type QuickJSAsyncContext, type QuickJSHandle } from "quickjs-emscripten-core";
import type { BrowserProgram } from "../wire.ts";
import { javascriptPrelude } from "./javascript-prelude.ts";
import { limitMemory } from "./memory-limit.ts";
import { finishModule, type Loop } from "./quickjs-loop.ts";
import { isInterrupted } from "./worker-input.ts";
import { serve, type WorkerPort } from "./worker-port.ts";

/** QuickJS in the worker, built with asyncify: a script that reads is unwound, and wound up again when the reader has typed. */

const maxStackBytes = 524_288;
const extensions = ["", ".js", ".mjs", ".cjs", ".json", "/index.js"];

/** `./words.js` as `from` sees it, among the program's own files; null: there is none. */
function findFile(files: ReadonlyMap<string, string>, from: string, name: string): string | null {
	const folder = from.includes("/") ? from.slice(0, from.lastIndexOf("/") + 1) : "";
	const path = new URL(name, `file:///${folder}`).pathname.slice(1);
	const decoded = decodeURIComponent(path);
	return extensions.map((extension) => decoded + extension).find((it) => files.has(it)) ?? null;
}

/** The functions that the prelude builds on. Only `read` waits. */
function lendHost(context: QuickJSAsyncContext, files: ReadonlyMap<string, string>, port: WorkerPort): QuickJSHandle {
	const encoder = new TextEncoder();
	const decoder = new TextDecoder();
	const host = context.newObject();
	const text = (value: string | null): QuickJSHandle => (value === null ? context.null : context.newString(value));
	const functions: Record<string, (...items: QuickJSHandle[]) => QuickJSHandle | undefined> = {
		write: (item) => {
			port.write(encoder.encode(item === undefined ? "" : context.getString(item)));
			return undefined;
		},
		exit: (code) => {
			port.exit(code === undefined ? 0 : context.getNumber(code));
			return undefined;
		},
		now: () => context.newNumber(performance.now()),
		file: (name) => text(name === undefined ? null : (files.get(context.getString(name)) ?? null)),
		resolve: (from, name) =>
			text(from === undefined || name === undefined ? null : findFile(files, context.getString(from), context.getString(name))),
		script: (code, name) => {
			const result = context.evalCode(context.getString(code ?? context.undefined), context.getString(name ?? context.undefined));
			return context.unwrapResult(result);
		},
	};
	for (const [name, action] of Object.entries(functions))
		context.newFunction(name, action).consume((it) => context.setProp(host, name, it));
	const read = context.newAsyncifiedFunction("read", async () => {
		const bytes = await port.input.read(65_536);
		return bytes === null || isInterrupted(bytes) ? context.null : context.newString(decoder.decode(bytes, { stream: true }));
	});
	read.consume((it) => context.setProp(host, "read", it));
	return host;
}

/** Names that a module of the prelude exports, so that `import { readFileSync } from "node:fs"` finds them. */
function moduleSource(name: string, exportNames: readonly string[]): string {
	const from = `globalThis[Symbol.for("sandglass")].modules[${JSON.stringify(name)}]`;
	return `const all = ${from}; export default all; export const { ${exportNames.join(", ")} } = all;`;
}

function setModules(context: QuickJSAsyncContext, files: ReadonlyMap<string, string>, kit: QuickJSHandle): void {
	const names = context.getProp(kit, "exportNames").consume((it): Record<string, string[]> => context.dump(it));
	const exportsOf = new Map(Object.entries(names));
	context.runtime.setModuleLoader(
		(name) => {
			const builtin = exportsOf.get(name.replace(/^node:/, ""));
			if (builtin !== undefined) return moduleSource(name.replace(/^node:/, ""), builtin);
			const source = files.get(name);
			if (source === undefined) return { error: new Error(`Cannot find module '${name}'`) };
			return name.endsWith(".json") ? `export default ${source};` : source;
		},
		(from, name) => (exportsOf.has(name.replace(/^node:/, "")) ? name : (findFile(files, from, name) ?? name)),
	);
}

serve(async (parts, port) => {
	const bytes = parts["quickjs.wasm"];
	if (bytes === undefined) throw new Error("quickjs.wasm is missing");
	const quickjs = await newQuickJSAsyncWASMModuleFromVariant(newVariant(baseVariant, { wasmModule: await WebAssembly.compile(bytes) }));
	const memoryBytes = (): number => quickjs.getWasmMemory().buffer.byteLength;
	const run = async (program: BrowserProgram): Promise<number> => {
		limitMemory(program.memoryLimitBytes);
		const runtime = quickjs.newRuntime({ memoryLimitBytes: program.memoryLimitBytes, maxStackSizeBytes: maxStackBytes });
		const context = runtime.newContext();
		const files = new Map(program.files.map(({ name, content }) => [name, content]));
		const { entry, columns, rows } = program;
		const facts = JSON.stringify({ entry, arguments: program.arguments, columns, rows });
		const prelude = context.unwrapResult(context.evalCode(javascriptPrelude, "<sandglass>"));
		const given = context.unwrapResult(context.evalCode(`(${facts})`, "<sandglass>"));
		const kit = context.unwrapResult(context.callFunction(prelude, context.undefined, lendHost(context, files, port), given));
		const key = context.newSymbolFor("sandglass");
		context.defineProp(context.global, key, { value: kit, configurable: false, enumerable: false });
		setModules(context, files, kit);
		const loop: Loop = { context, kit, print: (text) => port.write(new TextEncoder().encode(text)) };
		return finishModule(loop, await context.evalCodeAsync(files.get(entry) ?? "", entry, { type: "module" }));
	};
	return { canWait: true, memoryBytes, run };
});
