import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { z } from "zod";
import type { LanguageLine } from "../embed/languages.ts";

/**
 * The script that docs sites load, built into `public/embed/v1`: `embed.js`, the same under a name with its hash, which never changes, and
 * `integrity.json`, which says what an author writes into the script tag. Older ones stay, for pages that name them.
 */

/** Pages that pinned a script go on as long as it is one of the newest of these. */
const keptScripts = 20;

const LanguageFile = z.object({ id: z.string(), name: z.string(), fileName: z.string(), aliases: z.array(z.string()) });

/** What the script must know of each language before anybody is asked. */
function readLanguages(projectDir: string): LanguageLine[] {
	const folder = join(projectDir, "sandbox-images");
	return readdirSync(folder)
		.sort()
		.map((name) => join(folder, name, "language.json"))
		.filter((path) => existsSync(path))
		.map((path) => LanguageFile.parse(JSON.parse(readFileSync(path, "utf8"))))
		.map(({ id, name, fileName, aliases }) => [id, name, fileName, ...aliases]);
}

/** Names of the script's own objects, which nobody outside reads: the build shortens them. None may be a name of the protocol or of the browser. */
const ownNames = [
	...["cameIntoView", "codesAbove", "contextMoved", "controls", "fileName", "giveBack", "grow", "hasTakenOver", "isBeside", "isDark"],
	...["isEditable", "isEmpty", "isStatic", "languageName", "layers", "markStale", "methods", "offer", "offerRecording"],
	...["onAuthorProblem", "onEdit", "onEvent", "onFailure", "onMoved", "onRun", "pieces", "prepare", "readCode", "recordingsUrl"],
	...["relabel", "say", "setBusy", "styles", "takePlace", "written"],
	...["block", "close", "element", "frame", "host", "node", "pre", "root", "scan", "send", "show", "start", "watch"],
];

export async function bundleEmbedScript(projectDir: string): Promise<string> {
	const styles = await transform(readFileSync(join(projectDir, "embed/embed.css"), "utf8"), { loader: "css", minify: true });
	const result = await build({
		absWorkingDir: projectDir,
		entryPoints: ["embed/main.ts"],
		bundle: true,
		write: false,
		minify: true,
		format: "iife",
		platform: "browser",
		target: "es2022",
		define: { SANDGLASS_LANGUAGES: JSON.stringify(readLanguages(projectDir)), SANDGLASS_STYLES: JSON.stringify(styles.code) },
		mangleProps: new RegExp(`^(${ownNames.join("|")})$`),
		legalComments: "none",
		logLevel: "silent",
	});
	const [file] = result.outputFiles;
	// A twentieth less than esbuild alone makes of it, which is what its size is short of.
	const { code } = await minify(file?.text ?? "", { ecma: 2020, module: true, compress: { passes: 3, unsafe_arrows: true } });
	if (code === undefined || code === "") throw new Error("embed.js: nothing was built");
	return code;
}

function replaceFile(path: string, content: string): void {
	if (existsSync(path) && readFileSync(path, "utf8") === content) return;
	writeFileSync(`${path}.unfinished`, content);
	renameSync(`${path}.unfinished`, path);
}

export async function buildEmbedScript(projectDir: string): Promise<void> {
	const script = await bundleEmbedScript(projectDir);
	const place = join(projectDir, "public/embed/v1");
	mkdirSync(place, { recursive: true });
	const digest = createHash("sha384").update(script).digest("base64");
	const name = `embed-${createHash("sha256").update(script).digest("hex").slice(0, 16)}.js`;
	replaceFile(join(place, name), script);
	replaceFile(join(place, "embed.js"), script);
	const path = `/embed/v1/${name}`;
	replaceFile(join(place, "integrity.json"), `${JSON.stringify({ path, integrity: `sha384-${digest}` }, null, "\t")}\n`);
	const older = readdirSync(place)
		.filter((it) => /^embed-[0-9a-f]{16}\.js$/.test(it) && it !== name)
		.map((it) => join(place, it))
		.sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
	for (const path of older.slice(keptScripts - 1)) unlinkSync(path);
}
