import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildBrowserRuntime } from "./browser-runtime.ts";
import { compressPage } from "./compress-page.ts";
import { type Progress, SetupError } from "./debian-packages.ts";
import { buildEmbedScript } from "./embed-script.ts";
import { copyMonaco } from "./monaco.ts";

/** The page's production build: made when what it is made of has changed, else left alone. */

const sources = ["app", "components", "protocol", "public", "next.config.js", "proxy.ts", "tsconfig.json", "package-lock.json"];

/** In public/: made here, of what is counted already. */
const builtFolders = new Set(["monaco", "browser-runtime", "v1"]);

function addToDigest(digest: ReturnType<typeof createHash>, path: string): void {
	if (!existsSync(path)) return;
	if (statSync(path).isDirectory()) {
		for (const name of readdirSync(path).sort()) if (!builtFolders.has(name)) addToDigest(digest, join(path, name));
	} else if (!path.endsWith(".test.ts")) {
		digest.update(path).update("\0").update(readFileSync(path)).update("\0");
	}
}

/** Names the sources as they are now; the page and the server compare it, so that an old page knows that it is old. */
export function pageBuildId(projectDir: string): string {
	const digest = createHash("sha256");
	for (const source of sources) addToDigest(digest, join(projectDir, source));
	return digest.digest("hex").slice(0, 12);
}

function runBuild(projectDir: string, build: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [join(projectDir, "node_modules/next/dist/bin/next"), "build"], {
			cwd: projectDir,
			stdio: ["ignore", "pipe", "pipe"],
			env: { ...process.env, SANDGLASS_BUILD: build, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" },
		});
		let tail = "";
		const keep = (chunk: Buffer): void => {
			tail = (tail + chunk.toString()).slice(-6_000);
		};
		child.stdout.on("data", keep);
		child.stderr.on("data", keep);
		child.on("error", reject);
		child.on("close", (code) => (code === 0 ? resolve() : reject(new SetupError(`The page could not be built:\n${tail}`))));
	});
}

/** Returns the build id of a page that is ready to be served. */
export async function ensurePageBuild(projectDir: string, progress: Progress): Promise<string> {
	const build = pageBuildId(projectDir);
	const marker = join(projectDir, ".next/sandglass-build");
	// Quick, and not a part of the page: a docs site may ask for it before the page was ever built.
	await buildEmbedScript(projectDir);
	if (existsSync(marker) && readFileSync(marker, "utf8") === build) return build;
	progress("building the page (about half a minute, only when it has changed) …");
	copyMonaco(projectDir);
	await buildBrowserRuntime(projectDir);
	await runBuild(projectDir, build);
	await compressPage(join(projectDir, ".next/static"));
	writeFileSync(marker, build);
	return build;
}
