import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * Monaco is served from our own origin: its ready-made files go to `public/monaco/vs-<version>`, where Next serves them.
 * The version in the name lets browsers keep them for ever.
 */

const PackageVersion = z.object({ version: z.string().regex(/^[0-9A-Za-z.+-]{1,40}$/) });

/** Copies what the installed version of monaco-editor brings, when it is not there yet, and removes older copies. */
export function copyMonaco(projectDir: string): void {
	const packageDir = join(projectDir, "node_modules/monaco-editor");
	const { version } = PackageVersion.parse(JSON.parse(readFileSync(join(packageDir, "package.json"), "utf8")));
	const folder = join(projectDir, "public/monaco");
	const name = `vs-${version}`;
	mkdirSync(folder, { recursive: true });
	for (const entry of readdirSync(folder)) if (entry !== name) rmSync(join(folder, entry), { recursive: true, force: true });
	if (existsSync(join(folder, name))) return;
	// Copied beside and renamed, so that a copy broken off halfway is never taken for a whole one.
	const unfinished = join(folder, "unfinished");
	cpSync(join(packageDir, "min/vs"), unfinished, { recursive: true });
	renameSync(unfinished, join(folder, name));
}
