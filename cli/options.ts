import { parseArgs } from "node:util";

/** The command line of `sandglass check`. */

export const reporters = ["text", "github", "junit"] as const;
export type ReporterName = (typeof reporters)[number];

export interface CheckOptions {
	readonly patterns: readonly string[];
	/** A server that is there already; "local": start one. */
	readonly server: URL | "local";
	/** "outputs": rewrite those that are there. "add": put one under blocks that have none, too. */
	readonly update: "never" | "outputs" | "add";
	/** Where the recordings are written; absent: nowhere. */
	readonly bake: string | undefined;
	readonly reporter: ReporterName;
	/** Where a report goes that is a file; absent: to standard output. */
	readonly output: string | undefined;
	readonly jobs: number;
	readonly timeoutMs: number;
	readonly maxWaitMs: number;
}

export class UsageError extends Error {}

export const usage = `Usage: sandglass check <documents> [options]

Runs the code blocks of documents that are marked "sandglass", and compares what they print with the output that stands under them.
<documents> are files, folders or patterns: "docs/**/*.md". Markdown, MDX and HTML are read.

  --server URL            the server that runs them (http://127.0.0.1:3000); a key for it: SANDGLASS_KEY
  --local                 start a server for this check, and stop it afterwards
  --update, --update=add  rewrite outputs that drifted; "add" also puts one under blocks that have none
  --bake FILE             write what every block printed to FILE, for embed.js to show
  --reporter NAME         text, github or junit (text; github where GITHUB_ACTIONS is set)
  --output FILE           write the report to FILE
  --jobs N                runs at a time (4)
  --timeout S             time limit of a block in seconds (30), at most the server's own
  --wait S                how long the server may put the check off, when it is full or a quota is spent (120)

Ends with 0: all as the documents say. 1: a block is wrong. 2: the command line is. 3: the server could not run them.
`;

const defaultServer = "http://127.0.0.1:3000";

/** Throws UsageError. */
export function parseCheckOptions(words: readonly string[], environment: Readonly<Record<string, string | undefined>>): CheckOptions {
	const { values, positionals } = parse(words.map((word) => (word === "--update=add" ? "--update-add" : word)));
	if (positionals.length === 0) throw new UsageError("Which documents?");
	if (values.local && values.server !== undefined) throw new UsageError("--local and --server exclude each other.");
	return {
		patterns: positionals,
		server: values.local ? "local" : readServer(values.server ?? defaultServer),
		update: values["update-add"] ? "add" : values.update ? "outputs" : "never",
		bake: values.bake,
		reporter: readReporter(values.reporter ?? (environment.GITHUB_ACTIONS === "true" ? "github" : "text")),
		output: values.output,
		jobs: readNumber("--jobs", values.jobs ?? "4", 1, 64),
		timeoutMs: readNumber("--timeout", values.timeout ?? "30", 1, 3_600) * 1_000,
		maxWaitMs: readNumber("--wait", values.wait ?? "120", 0, 86_400) * 1_000,
	};
}

function parse(args: readonly string[]) {
	try {
		return parseArgs({
			args: [...args],
			allowPositionals: true,
			strict: true,
			options: {
				server: { type: "string" },
				local: { type: "boolean" },
				update: { type: "boolean" },
				"update-add": { type: "boolean" },
				bake: { type: "string" },
				reporter: { type: "string" },
				output: { type: "string" },
				jobs: { type: "string" },
				timeout: { type: "string" },
				wait: { type: "string" },
			},
		});
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw new UsageError(error.message);
	}
}

function readServer(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !["http:", "https:"].includes(url.protocol))
		throw new UsageError(`--server ${JSON.stringify(text)} is no http:// or https:// address.`);
	return url;
}

function readReporter(text: string): ReporterName {
	const found = reporters.find((name) => name === text);
	if (found === undefined) throw new UsageError(`--reporter ${JSON.stringify(text)}: there are ${reporters.join(", ")}.`);
	return found;
}

function readNumber(name: string, text: string, least: number, most: number): number {
	const value = /^[0-9]{1,6}$/.test(text) ? Number(text) : Number.NaN;
	if (!(value >= least && value <= most))
		throw new UsageError(`${name} ${JSON.stringify(text)} must be a whole number from ${least} to ${most}.`);
	return value;
}
