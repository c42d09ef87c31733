import { z } from "zod";
import { maxControlBytes } from "./messages.ts";

/**
 * Piston's API, version 2, as its clients speak it (https://github.com/engineer-man/piston, docs/api-v2.md): `GET runtimes`,
 * `POST execute`, and the WebSocket `connect`. Unlike everything else here these objects may hold keys that nobody knows, and what
 * is optional may be null: that is how the programs are that were written for it. Times are milliseconds, memory is bytes.
 */

export const pistonPrefix = "/api/v2";
export const pistonRuntimesPath = `${pistonPrefix}/runtimes`;
export const pistonExecutePath = `${pistonPrefix}/execute`;
export const pistonConnectPath = `${pistonPrefix}/connect`;

/** The socket's own close codes. */
export const pistonClose = {
	alreadyInitialised: 4000,
	initTimeout: 4001,
	errorTold: 4002,
	notInitialised: 4003,
	onlyStdin: 4004,
	badSignal: 4005,
	done: 4999,
} as const;

const requiredString = (name: string) => z.string({ error: `${name} is required as a string` }).min(1, `${name} is required as a string`);
const limit = (name: string) => z.number({ error: `${name} must be a number, if it is given` }).nullish();

export const PistonFile = z.object({
	name: z.string({ error: "a file's name must be a string, if it is given" }).max(65_536).nullish(),
	content: z.string({ error: "content is required as a string" }).max(maxControlBytes),
	encoding: z.enum(["utf8", "utf-8", "base64", "hex"], { error: "encoding must be utf8, base64 or hex" }).nullish(),
});
export type PistonFile = z.infer<typeof PistonFile>;

const Argument = z.union([z.string().max(4_096), z.number().transform(String)], {
	error: "args must hold strings of at most 4,096 characters",
});

/** `-1`, 0 and null in a limit mean that there is none besides the operator's. */
export const PistonRequest = z.object(
	{
		language: requiredString("language").max(100, "language is too long"),
		/** A range as npm reads them, or "*". */
		version: requiredString("version").max(100, "version is too long"),
		files: z.array(PistonFile, { error: "files is required as an array" }).max(100_000, "files holds too many files"),
		stdin: z.string({ error: "stdin must be a string, if it is given" }).max(maxControlBytes).nullish(),
		args: z.array(Argument, { error: "args must be an array, if it is given" }).max(64, "args holds more than 64 arguments").nullish(),
		run_timeout: limit("run_timeout"),
		compile_timeout: limit("compile_timeout"),
		run_cpu_time: limit("run_cpu_time"),
		compile_cpu_time: limit("compile_cpu_time"),
		run_memory_limit: limit("run_memory_limit"),
		compile_memory_limit: limit("compile_memory_limit"),
	},
	{ error: "the body must be a JSON object" },
);
export type PistonRequest = z.infer<typeof PistonRequest>;

export const PistonRuntime = z.strictObject({
	language: z.string(),
	version: z.string(),
	aliases: z.array(z.string()),
	runtime: z.string().optional(),
});
export type PistonRuntime = z.infer<typeof PistonRuntime>;

/** RE: a status that is not 0; SG: a signal; TO: too long; OL, EL: too much on stdout, on stderr; XX: the server's fault. */
export const PistonStatus = z.enum(["RE", "SG", "TO", "OL", "EL", "XX"]).nullable();
export type PistonStatus = z.infer<typeof PistonStatus>;

/** How a stage ended. */
export const PistonEnding = z.strictObject({
	/** null when a signal ended it. */
	code: z.int().nullable(),
	/** "SIGKILL" */
	signal: z.string().nullable(),
	message: z.string().nullable(),
	status: PistonStatus,
	cpu_time: z.number(),
	wall_time: z.number(),
	memory: z.number(),
});
export type PistonEnding = z.infer<typeof PistonEnding>;

export const PistonStage = PistonEnding.extend({ stdout: z.string(), stderr: z.string(), output: z.string() });
export type PistonStage = z.infer<typeof PistonStage>;

export const PistonResult = z.strictObject({
	language: z.string(),
	version: z.string(),
	run: PistonStage,
	/** Only where the language has such a stage. When it failed, `run` equals it. */
	compile: PistonStage.optional(),
});
export type PistonResult = z.infer<typeof PistonResult>;

/** What a client sends through the socket. `eof` and `kill` are ours. */
export const PistonClientMessage = z.discriminatedUnion("type", [
	PistonRequest.extend({ type: z.literal("init") }),
	z.object({
		type: z.literal("data"),
		stream: z.string().max(40),
		data: z.string().max(maxControlBytes).default(""),
		/** True: the input ends after this. */
		eof: z.boolean().optional(),
	}),
	z.object({ type: z.literal("eof") }),
	z.object({ type: z.literal("signal"), signal: z.string().max(40) }),
	/** The word that Piston's own jobs listen for. Without a signal: SIGKILL. */
	z.object({ type: z.literal("kill"), signal: z.string().max(40).default("SIGKILL") }),
]);
export type PistonClientMessage = z.infer<typeof PistonClientMessage>;

export const PistonServerMessage = z.discriminatedUnion("type", [
	z.strictObject({ type: z.literal("runtime"), language: z.string(), version: z.string() }),
	z.strictObject({ type: z.literal("stage"), stage: z.enum(["compile", "run"]) }),
	z.strictObject({ type: z.literal("data"), stream: z.enum(["stdout", "stderr"]), data: z.string() }),
	PistonEnding.extend({ type: z.literal("exit"), stage: z.enum(["compile", "run"]) }),
	z.strictObject({ type: z.literal("error"), message: z.string() }),
]);
export type PistonServerMessage = z.infer<typeof PistonServerMessage>;

/** "files.0.content" is told as "files[0].content", as Piston does; the words are the schema's. */
export function describePistonIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined): string {
	if (issue === undefined) return "the body cannot be read";
	const [first, at, ...rest] = issue.path;
	if (first !== "files" || typeof at !== "number") return issue.message;
	const field = rest.length === 0 ? "" : `.${rest.map(String).join(".")}`;
	const words = issue.message.replace(/^content /, "");
	return field === ".content" ? `files[${at}].content ${words}` : `files[${at}]${field}: ${words}`;
}
