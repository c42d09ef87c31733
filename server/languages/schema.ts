import { z } from "zod";

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

/** What differs from the server's defaults (server/config.ts); never more than the operator's maximum. */
export const LanguageLimits = z
	.strictObject({
		memoryBytes: z.int().min(16_777_216).max(4_294_967_296),
		processes: z.int().min(8).max(4096),
		compileWallMs: z.int().min(1_000).max(120_000),
	})
	.partial();

export const LanguageVersion = z.strictObject({
	/** What the reader sees and picks, e.g. "3.11". */
	version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+-]{0,31}$/),
	/** The Debian suite whose packages hold this version: the base image is `debian:<suite>-slim`. */
	suite: Id,
	/** `--build-arg`s besides SUITE. */
	buildArgs: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(200)).default({}),
	/** Where commands differ from the language's. */
	compile: Command.optional(),
	run: Command.optional(),
	environment: Environment.optional(),
});

export const Example = z.strictObject({
	/** File in `examples/`. */
	file: FileName,
	title: z.string().min(1).max(80),
	/** Waits for input that the reader types. */
	isInteractive: z.boolean().default(false),
});

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
	/** Besides PATH, HOME, LANG, TERM, which every program gets. */
	environment: Environment.default({}),
	limits: LanguageLimits.default({}),
	/**
	 * Packages of this repository's own node_modules that the image holds: they enter the build context as `node_modules/<name>`,
	 * at the version that package-lock.json pins. `{arch}` stands for this machine's, as Node names it.
	 */
	npmPackages: z
		.array(z.string().regex(/^(@[a-z0-9-]+\/)?[a-z0-9][a-z0-9.-]*(\{arch\})?$/))
		.max(8)
		.default([]),
	/** The first is what a new visitor sees: it shows the language well; at least one is interactive. */
	examples: z.array(Example).min(2).max(12),
});

export type LanguageDefinition = z.infer<typeof LanguageDefinition>;
export type LanguageVersion = z.infer<typeof LanguageVersion>;
export type LanguageLimits = z.infer<typeof LanguageLimits>;
