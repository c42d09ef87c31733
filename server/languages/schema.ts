import { z } from "zod";
import { TierId } from "../../protocol/tiers.ts";

/**
 * The form of `sandbox-images/<id>/language.json`. A new language is a new folder; no line elsewhere changes.
 * Commands are argument vectors, never shell text. command.ts fills in `{file}` (the entry file), `{stem}` (the same without its
 * extension) and the whole word `{sources}` (every file with the entry's extension, the entry first).
 */

const Id = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);

const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

const Argument = z.string().min(1).max(400);

/** argv; argv[0] is an absolute path inside the image. The reader's program arguments are appended to `run` only. */
const Command = z
	.array(Argument)
	.min(1)
	.max(64)
	.refine((argv) => argv[0]?.startsWith("/"), "the first word must be an absolute path");

const Environment = z.record(z.string().regex(/^[A-Z_][A-Z0-9_]{0,63}$/), z.string().max(400));

const NpmPackage = z.string().regex(/^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9.-]*(\{arch\}[a-z0-9-]*)?$/);

/** What differs from the server's defaults (server/config.ts); never more than the operator's maximum. */
export const LanguageLimits = z
	.strictObject({
		memoryBytes: z.int().min(16_777_216).max(4_294_967_296),
		processes: z.int().min(8).max(4096),
		compileWallMs: z.int().min(1_000).max(120_000),
	})
	.partial();

export const Example = z.strictObject({
	/** File in `examples/`. */
	file: FileName,
	title: z.string().min(1).max(80),
	/** Waits for input that the reader types. */
	isInteractive: z.boolean().default(false),
});

const machineTiers: TierId[] = ["container", "gvisor", "kata"];

export const LanguageVersion = z
	.strictObject({
		/** What the reader sees and picks, e.g. "3.11". */
		version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,31}$/),
		/** What the picker shows where a bare number would not do: "Deno 2.9". Absent: the version. */
		title: z.string().min(1).max(40).optional(),
		/** The isolations it runs in. One that needs an image of its own kind (`deno`, `isolate`, `wasm`) stands in a version of its own. */
		tiers: z.array(TierId).min(1).default(machineTiers),
		/** The folder of sandbox-images whose Dockerfile makes its image. Absent: the language's own. */
		image: Id.optional(),
		/** The Debian suite whose packages hold this version: the base image is `debian:<suite>-slim`. Absent only in the browser. */
		suite: Id.optional(),
		/** `--build-arg`s besides SUITE. */
		buildArgs: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(200)).default({}),
		/** Where commands differ from the language's; null: this version has no such step. */
		compile: Command.nullable().optional(),
		run: Command.optional(),
		environment: Environment.optional(),
		/** In place of `run`: writes what was compiled to standard output, gzipped, for a reader's own browser to run (`protocol/modules.ts`). */
		printModule: Command.optional(),
		prespawn: z.boolean().optional(),
		limits: LanguageLimits.optional(),
		/** Packages besides the language's, as there. */
		npmPackages: z.array(NpmPackage).max(8).optional(),
		/** In place of the language's examples, where those do not run in this version. */
		examples: z.array(Example).min(1).max(12).optional(),
	})
	.refine((it) => isBrowserOnly(it) || it.suite !== undefined, "a version with an image needs a suite")
	.refine(
		(it) => isBrowserOnly(it) || it.tiers.includes("browser") === (it.printModule !== undefined),
		"what a server and a browser both run is compiled there and printed for here",
	);

/** A version that no server runs: it has no image. */
export const isBrowserOnly = (version: { readonly tiers: readonly TierId[] }): boolean => version.tiers.every((tier) => tier === "browser");

export const LanguageDefinition = z.strictObject({
	id: Id,
	name: z.string().min(1).max(40),
	/** Monaco's language id. */
	monacoId: z.string().regex(/^[a-z][a-z0-9-]*$/),
	/** Other names the language is asked for by; file-name extensions among them ("py"). */
	aliases: z.array(z.string().regex(/^[a-z0-9+#.-]{1,20}$/)).max(12),
	/** The name of the file that a new, single-file program is given; also the entry when several files hold none that is marked. */
	fileName: FileName,
	/** Newest or preferred first: the first is the default. */
	versions: z.array(LanguageVersion).min(1).max(8),
	compile: Command.optional(),
	run: Command,
	/** Besides PATH, HOME, LANG, TERM, which every program gets, and NO_COLOR without a terminal. */
	environment: Environment.default({}),
	/**
	 * Whether `run` is started before there is a program, and held until there is. For interpreters whose image holds /usr/lib/sandglass/hold.so: dynamically
	 * linked with glibc, one process, no compile step.
	 */
	prespawn: z.boolean().default(false),
	limits: LanguageLimits.default({}),
	/**
	 * Packages of this repository's own node_modules that the image holds: they enter the build context as `node_modules/<name>`,
	 * at the version that package-lock.json pins. `{arch}` stands for this machine's, as Node names it.
	 */
	npmPackages: z.array(NpmPackage).max(8).default([]),
	/** The first is what a new visitor sees: it shows the language well; at least one is interactive. */
	examples: z.array(Example).min(2).max(12),
});

export type Example = z.infer<typeof Example>;
export type LanguageDefinition = z.infer<typeof LanguageDefinition>;
export type LanguageVersion = z.infer<typeof LanguageVersion>;
export type LanguageLimits = z.infer<typeof LanguageLimits>;
