import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { moduleTier, moduleVersionOf } from "../../protocol/modules.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import { type Example, isBrowserOnly, LanguageDefinition, type LanguageLimits, type LanguageVersion } from "./schema.ts";

/** The catalogue: every `sandbox-images/<id>/language.json` with its examples' texts, read and checked once, at start. */

const maxExampleBytes = 65_536;

export interface LoadedExample {
	readonly file: string;
	readonly title: string;
	readonly isInteractive: boolean;
	readonly content: string;
}

export interface LoadedVersion extends Omit<LanguageVersion, "examples"> {
	/** The version's own where it has any, else the language's. */
	readonly examples: readonly LoadedExample[];
}

export interface Language extends Omit<LanguageDefinition, "examples" | "versions"> {
	readonly examples: readonly LoadedExample[];
	/** Those that only a browser runs among them. */
	readonly versions: readonly LoadedVersion[];
	readonly folder: string;
}

/** One version of one language with what a server takes to run a program: the version's own where it has any, else the language's. */
export interface Toolchain {
	readonly language: Language;
	readonly version: LoadedVersion;
	/** The isolations it runs in, none of them the browser. */
	readonly tiers: readonly ServerTierId[];
	/** The folder of sandbox-images that holds its Dockerfile. */
	readonly image: string;
	/** By which its image is told from those of other versions. */
	readonly imageVersion: string;
	/** Of Debian, whose packages it is made from. */
	readonly suite: string;
	readonly npmPackages: readonly string[];
	readonly limits: LanguageLimits;
	/** Undefined where programs run from source. `{file}` stands for the entry file. */
	readonly compile: readonly string[] | undefined;
	readonly run: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	/** It prints what it compiled for a reader's browser: asked for by that browser's page, and listed nowhere. */
	readonly isForBrowsers: boolean;
	/** `run` is started before there is a program, and waits for it. Never where there is a compile step. */
	readonly isPrespawned: boolean;
	/** `<language id>@<version>`, as in the map of images that setup/images.ts gives. */
	readonly key: string;
}

export interface LanguageCatalogue {
	/** Sorted by name. */
	readonly languages: readonly Language[];
	/** Every version of every language that a server can run, a language's default version first; then those that only print modules. */
	readonly toolchains: readonly Toolchain[];
	/**
	 * By id, alias or file-name extension, whatever the case. Without a version the language's first one that runs in `tier`, or in any.
	 * Undefined when there is none such.
	 */
	find(idOrAlias: string, version?: string, tier?: ServerTierId): Toolchain | undefined;
}

/** @throws Error that names the file at fault and what is wrong with it. */
export async function readCatalogue(folder: string): Promise<LanguageCatalogue> {
	const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name);
	const read = await Promise.all(names.map((name) => readLanguage(folder, name)));
	const languages = read.filter((language) => language !== undefined).sort((a, b) => a.name.localeCompare(b.name, "en"));
	if (languages.length === 0) throw new Error(`${folder}: no language.json in any folder of it.`);
	const byName = indexNames(languages);
	const toolchains = languages.flatMap((language) =>
		language.versions.filter((version) => !isBrowserOnly(version)).flatMap((version) => toolchainsOf(language, version)),
	);
	const absurd = toolchains.find((it) => it.isPrespawned && it.compile !== undefined);
	if (absurd !== undefined) throw new Error(`${absurd.key}: prespawn, but its programs are compiled first.`);
	return {
		languages,
		toolchains,
		find(idOrAlias, version, tier) {
			const language = byName.get(idOrAlias.toLowerCase());
			if (!language) return undefined;
			return toolchains.find(
				(it) =>
					it.language === language &&
					(version === undefined ? !it.isForBrowsers : it.version.version === version) &&
					(tier === undefined || it.tiers.includes(tier)),
			);
		},
	};
}

function toolchainsOf(language: Language, version: LoadedVersion): Toolchain[] {
	const toolchain = toolchainOf(language, version);
	if (version.printModule === undefined) return [toolchain];
	const printing = { ...version, version: moduleVersionOf(version.version), tiers: [moduleTier], run: version.printModule } as const;
	const { imageVersion } = toolchain;
	return [toolchain, { ...toolchainOf(language, { ...printing, tiers: [...printing.tiers] }), imageVersion, isForBrowsers: true }];
}

function toolchainOf(language: Language, version: LoadedVersion): Toolchain {
	return {
		language,
		version,
		tiers: version.tiers.filter((tier) => tier !== "browser"),
		image: version.image ?? language.id,
		imageVersion: version.version,
		suite: z.string().parse(version.suite),
		npmPackages: [...new Set([...language.npmPackages, ...(version.npmPackages ?? [])])],
		limits: { ...language.limits, ...version.limits },
		compile: version.compile === null ? undefined : (version.compile ?? language.compile),
		run: version.run ?? language.run,
		environment: { ...language.environment, ...version.environment },
		isForBrowsers: false,
		isPrespawned: version.prespawn ?? language.prespawn,
		key: `${language.id}@${version.version}`,
	};
}

/** Undefined for a folder that is no language (the agent, the shared build files). */
async function readLanguage(root: string, name: string): Promise<Language | undefined> {
	const folder = join(root, name);
	const path = join(folder, "language.json");
	const source = await readIfThere(path);
	if (source === undefined) return undefined;
	const definition = parseDefinition(source, path);
	if (definition.id !== name) throw new Error(`${path}: id is "${definition.id}", but the folder is called "${name}".`);
	const { compile, run } = definition;
	if (![...(compile ?? []), ...run].some((word) => /\{(file|stem|sources)\}/.test(word)))
		throw new Error(`${path}: neither compile nor run names the entry file.`);
	refuseTwice(
		definition.versions.map((it) => it.version),
		`${path}: version`,
	);
	refuseTwice(
		definition.examples.map((it) => it.file),
		`${path}: example`,
	);
	if (!definition.examples.some((it) => it.isInteractive)) throw new Error(`${path}: no example is interactive.`);
	const examples = await loadExamples(folder, definition.examples);
	const versions = await Promise.all(
		definition.versions.map(async (version) => ({
			...version,
			examples: version.examples === undefined ? examples : await loadExamples(folder, version.examples),
		})),
	);
	return { ...definition, examples, versions, folder };
}

function loadExamples(folder: string, examples: readonly Example[]): Promise<LoadedExample[]> {
	return Promise.all(examples.map(async (example) => ({ ...example, content: await readExample(join(folder, "examples", example.file)) })));
}

function parseDefinition(source: string, path: string): LanguageDefinition {
	let json: unknown;
	try {
		json = JSON.parse(source);
	} catch (cause) {
		throw new Error(`${path}: not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
	}
	const parsed = LanguageDefinition.safeParse(json);
	if (!parsed.success) throw new Error(`${path}:\n${z.prettifyError(parsed.error)}`);
	return parsed.data;
}

async function readExample(path: string): Promise<string> {
	const size = await stat(path).then(
		(it) => it.size,
		(cause) => {
			throw new Error(`${path}: the example cannot be read.`, { cause });
		},
	);
	if (size > maxExampleBytes) throw new Error(`${path}: ${size} bytes; an example has at most ${maxExampleBytes}.`);
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(path));
	} catch (cause) {
		throw new Error(`${path}: not UTF-8.`, { cause });
	}
}

/** Ids and aliases share one space of names, so that a request names at most one language. */
function indexNames(languages: readonly Language[]): Map<string, Language> {
	const byName = new Map<string, Language>();
	for (const language of languages) {
		for (const name of [language.id, ...language.aliases]) {
			const other = byName.get(name);
			if (other)
				throw new Error(
					`${join(language.folder, "language.json")}: "${name}" is already a name of ${join(other.folder, "language.json")}.`,
				);
			byName.set(name, language);
		}
	}
	return byName;
}

function refuseTwice(names: readonly string[], what: string): void {
	const twice = names.find((name, at) => names.indexOf(name) !== at);
	if (twice !== undefined) throw new Error(`${what} "${twice}" is listed twice.`);
}

async function readIfThere(path: string): Promise<string | undefined> {
	try {
		return await readFile(path, "utf8");
	} catch (error) {
		if (z.object({ code: z.literal("ENOENT") }).safeParse(error).success) return undefined;
		throw error;
	}
}
