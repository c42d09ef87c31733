import { z } from "zod";
import { maxFiles } from "../../../protocol/files.ts";
import { maxControlBytes } from "../../../protocol/messages.ts";

/** What the tools take and give. The descriptions are read by models: they say what is true, and what to expect. */

const Language = z
	.string()
	.min(1)
	.max(40)
	.describe("A language, an alias or a file-name extension, e.g. python, js, rs. list_languages has them all.");
const Version = z.string().min(1).max(40).optional().describe("A version as list_languages names it. Left out: the language's default.");
const Tier = z.string().min(1).max(40).optional().describe("An isolation as list_languages names it. Left out: the server's choice.");
const Code = z.string().max(maxControlBytes).optional().describe("The program, where it is a single file.");
const Stdin = z
	.string()
	.max(maxControlBytes)
	.default("")
	.describe("All of the program's input. Its end follows: nothing can be typed later.");
const Arguments = z.array(z.string().max(4_096)).max(64).default([]).describe("The program's command-line arguments.");
const Entry = z
	.string()
	.max(1_000)
	.optional()
	.describe("The file to start. Left out: the language's usual name (main.py, Main.java), else the first.");

const File = z.strictObject({
	name: z.string().min(1).max(1_000).describe("Relative, with forward slashes."),
	content: z.string().max(maxControlBytes).describe("Text."),
});
const Files = z.array(File).max(maxFiles).optional().describe("The program's files, at most 256 KiB in all.");

export const SessionId = z.string().min(1).max(100);

export const runCodeInput = {
	language: Language,
	code: Code,
	files: Files,
	entry: Entry,
	stdin: Stdin,
	arguments: Arguments,
	version: Version,
	tier: Tier,
};
export type RunCodeInput = z.infer<z.ZodObject<typeof runCodeInput>>;

export const startSessionInput = {
	language: Language,
	version: Version,
	tier: Tier,
	files: Files.describe("Files that every run of the session shall find."),
};

export const runInSessionInput = {
	session_id: SessionId.describe("As start_session gave it."),
	code: Code.describe("Kept in the session as the language's usual file (main.py), in place of what was there."),
	files: Files.describe("Kept in the session, in place of files of the same name."),
	remove: z.array(z.string().max(1_000)).max(maxFiles).default([]).describe("Names of files that the session shall forget first."),
	entry: Entry,
	stdin: Stdin,
	arguments: Arguments,
	keep_stdout_as: z
		.string()
		.min(1)
		.max(1_000)
		.optional()
		.describe("Keep what the run prints on stdout as a file of this name, which later runs of the session can read."),
};

export const endSessionInput = { session_id: SessionId };

const Printed = z.object({
	stdout: z.string(),
	stderr: z.string(),
	missing_characters: z.number().describe("Left out of both, where they were long."),
});

export const runOutput = {
	ok: z.boolean().describe("It ran and ended with exit code 0."),
	message: z.string().describe("How it ended, in words."),
	fault: z.enum(["program", "user", "operator", "us"]).nullable().describe("Whose doing an end was that is no success; us: the server's."),
	exit_code: z.number().nullable(),
	signal: z.number().nullable(),
	stdout: z.string(),
	stderr: z.string(),
	missing_characters: z.number().describe("Characters left out of stdout and stderr, because they were long."),
	compile: Printed.nullable().describe("What the compiler printed, where there is one."),
	language: z.string(),
	version: z.string(),
	tier: z.string().describe("The isolation it ran in."),
	wall_ms: z.number().nullable(),
	cpu_ms: z.number().nullable(),
	peak_memory_bytes: z.number().nullable(),
	session_files: z.array(z.string()).optional().describe("What the session's next run will find."),
};
export type RunOutput = z.infer<z.ZodObject<typeof runOutput>>;

export const languagesOutput = {
	tiers: z.array(z.object({ tier: z.string(), state: z.string(), sentence: z.string() })),
	languages: z.array(
		z.object({
			id: z.string(),
			name: z.string(),
			aliases: z.array(z.string()),
			file_name: z.string(),
			versions: z.array(z.object({ version: z.string(), tiers: z.array(z.string()), is_ready: z.boolean() })),
		}),
	),
};

export const sessionOutput = {
	session_id: z.string(),
	language: z.string(),
	version: z.string().nullable().describe("null: the language's default at each run."),
	files: z.array(z.string()),
	idle_limit_ms: z.number().describe("A session without a run for this long is forgotten."),
};

export const endedOutput = { ended: z.boolean().describe("false: there was none of that id.") };
