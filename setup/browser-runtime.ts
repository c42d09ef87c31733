import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * What the `browser` tier runs programs with, served from our own origin: the interpreters of node_modules and the scripts around them,
 * built into `public/browser-runtime/<digest>`. The page fetches them when a reader asks for that tier, never before. The frame's one
 * script stands in its document, and its hash in `manifest.json`, from where next.config.js takes it into the frame's policy.
 */

const inside = "components/browser-tier/inside";

interface Ingredient {
	readonly name: string;
	readonly bytes: Buffer;
}

async function bundle(projectDir: string, entry: string): Promise<string> {
	const result = await build({
		absWorkingDir: projectDir,
		entryPoints: [join(inside, entry)],
		bundle: true,
		write: false,
		minify: true,
		// Classic scripts: in an opaque origin Chromium starts no module worker from a blob.
		format: "iife",
		define: { "import.meta.url": JSON.stringify("https://runtime.invalid/") },
		platform: "browser",
		target: "es2022",
		external: ["node:*", "ws"],
		logLevel: "silent",
	});
	const [file] = result.outputFiles;
	if (file === undefined) throw new Error(`${entry}: nothing was built`);
	return file.text;
}

function copyOf(projectDir: string, name: string, from: string): Ingredient {
	return { name, bytes: readFileSync(join(projectDir, "node_modules", from)) };
}

function frameDocument(script: string): string {
	return `<!doctype html><meta charset="utf-8"><title>Sandglass: a program in this browser</title><script>${script}</script>`;
}

/** Builds and copies, when that very mixture is not there yet, and removes older ones. */
export async function buildBrowserRuntime(projectDir: string): Promise<void> {
	const [frame, python, javascript, module] = await Promise.all(
		["frame.ts", "python-worker.ts", "javascript-worker.ts", "module-worker.ts"].map((entry) => bundle(projectDir, entry)),
	);
	const runtimes: Record<string, { script: Ingredient; parts: Ingredient[] }> = {
		python: {
			script: { name: "python.js", bytes: Buffer.from(python ?? "") },
			parts: ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"].map((name) => copyOf(projectDir, name, join("pyodide", name))),
		},
		javascript: {
			script: { name: "javascript.js", bytes: Buffer.from(javascript ?? "") },
			parts: [copyOf(projectDir, "quickjs.wasm", "@jitl/quickjs-wasmfile-release-asyncify/dist/emscripten-module.wasm")],
		},
		// The program itself is what is missing, and comes from where it was compiled.
		module: { script: { name: "module.js", bytes: Buffer.from(module ?? "") }, parts: [] },
	};
	const document = { name: "frame.html", bytes: Buffer.from(frameDocument(frame ?? "")) };
	const ingredients = [document, ...Object.values(runtimes).flatMap(({ script, parts }) => [script, ...parts])];
	const digest = createHash("sha256");
	for (const { name, bytes } of ingredients) digest.update(name).update("\0").update(String(bytes.length)).update("\0").update(bytes);
	const name = digest.digest("hex").slice(0, 16);

	const place = join(projectDir, "public/browser-runtime");
	mkdirSync(place, { recursive: true });
	for (const entry of readdirSync(place)) if (entry !== name && entry !== "manifest.json") rmSync(join(place, entry), { recursive: true });
	if (!existsSync(join(place, name))) {
		const unfinished = join(place, "unfinished");
		mkdirSync(unfinished);
		for (const it of ingredients) writeFileSync(join(unfinished, it.name), it.bytes);
		renameSync(unfinished, join(place, name));
	}
	const sizeOf = (it: Ingredient) => ({ name: it.name, bytes: it.bytes.length });
	const manifest = {
		path: `/browser-runtime/${name}`,
		frameScriptHash: `sha256-${createHash("sha256")
			.update(frame ?? "")
			.digest("base64")}`,
		runtimes: Object.fromEntries(
			Object.entries(runtimes).map(([kind, { script, parts }]) => [kind, { script: sizeOf(script), parts: parts.map(sizeOf) }]),
		),
	};
	writeFileSync(join(place, "manifest.json"), `${JSON.stringify(manifest, null, "\t")}\n`);
}
