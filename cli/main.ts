import { appendFile, writeFile } from "node:fs/promises";
import { relative, resolve, sep } from "node:path";
import { z } from "zod";
import { type CheckContext, type CheckResult, check } from "./check.ts";
import { NoDocuments } from "./documents/reading.ts";
import { countFindings } from "./findings.ts";
import { type LocalServer, startLocalServer } from "./local-server.ts";
import { type CheckOptions, parseCheckOptions, UsageError, usage } from "./options.ts";
import { formatGithub, formatStepSummary } from "./reports/github.ts";
import { formatJunit } from "./reports/junit.ts";
import { createProgress } from "./reports/progress.ts";
import { formatText } from "./reports/text.ts";
import { ServerTrouble } from "./server-client.ts";

/** `sandglass check …`: the command line around check.ts. Its status says who is to act: 1 the author, 2 whoever wrote the command line, 3 the operator. */

const statuses = { right: 0, wrong: 1, usage: 2, server: 3, interrupted: 130 } as const;

/** What it reads of the environment. */
const Environment = z.object({
	SANDGLASS_KEY: z.string().min(1).max(1_000).optional(),
	GITHUB_WORKSPACE: z.string().optional(),
	GITHUB_STEP_SUMMARY: z.string().min(1).optional(),
	NO_COLOR: z.string().optional(),
});

/** Where the package is: beside this folder. */
const packageDir = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");

/** Gives the status to exit with. */
export async function main(words: readonly string[]): Promise<number> {
	const [command, ...rest] = words;
	if (command === "--help" || command === "-h" || rest.includes("--help")) {
		process.stdout.write(usage);
		return statuses.right;
	}
	try {
		if (command !== "check") throw new UsageError(`There is no command ${JSON.stringify(command ?? "")}; there is "check".`);
		return await runCheck(parseCheckOptions(rest, process.env));
	} catch (error) {
		if (error instanceof UsageError) return complain(`${error.message}\n\n${usage}`, statuses.usage);
		if (error instanceof NoDocuments) return complain(`${error.message}\n`, statuses.usage);
		if (error instanceof ServerTrouble)
			return complain(`The check could not be made, and that is not the documents' fault.\n${error.message}\n`, statuses.server);
		if (FileFailure.safeParse(error).success)
			return complain(`${error instanceof Error ? error.message : String(error)}\n`, statuses.usage);
		throw error;
	}
}

/** A file or folder that cannot be read or written. */
const FileFailure = z.object({ code: z.enum(["EACCES", "EPERM", "ENOENT", "ENOTDIR", "EISDIR", "EROFS", "ENOSPC"]), path: z.string() });

function complain(message: string, status: number): number {
	process.stderr.write(message);
	return status;
}

async function runCheck(options: CheckOptions): Promise<number> {
	const environment = Environment.parse(process.env);
	const progress = createProgress(process.stderr);
	const interruption = new AbortController();
	const interrupt = (): void => interruption.abort(new Interrupted());
	// A second Ctrl-C changes nothing: a server of its own is stopped first.
	process.on("SIGINT", interrupt);
	process.on("SIGTERM", interrupt);
	let local: LocalServer | null = null;
	const context: CheckContext = {
		workingDir: process.cwd(),
		key: environment.SANDGLASS_KEY,
		signal: interruption.signal,
		onProgress: progress.show,
		now: () => new Date(),
		serverUrl: async () => {
			if (options.server !== "local") return options.server.href;
			local = await startLocalServer({ packageDir, environment: process.env, signal: interruption.signal, onProgress: progress.show });
			return local.url;
		},
	};
	try {
		const result = await check(options, context);
		progress.clear();
		await report(options, result, environment);
		const { failed, notRun } = countFindings(result.findings);
		if (failed > 0) return statuses.wrong;
		if (notRun > 0) return statuses.server;
		return result.notes.length > 0 ? statuses.usage : statuses.right;
	} catch (error) {
		progress.clear();
		if (interruption.signal.aborted) return statuses.interrupted;
		throw error;
	} finally {
		await closeLocal(local);
		process.off("SIGINT", interrupt);
		process.off("SIGTERM", interrupt);
	}
}

class Interrupted extends Error {}

async function closeLocal(local: LocalServer | null): Promise<void> {
	await local?.close();
}

async function report(options: CheckOptions, { findings, notes }: CheckResult, environment: z.infer<typeof Environment>): Promise<void> {
	const hasColours = process.stdout.isTTY === true && (environment.NO_COLOR ?? "") === "";
	const text = ((): string => {
		switch (options.reporter) {
			case "text":
				return formatText(findings, { hasColours: hasColours && options.output === undefined });
			case "github":
				return formatGithub(findings, pathFromWorkspace(environment.GITHUB_WORKSPACE));
			case "junit":
				return formatJunit(findings);
		}
	})();
	if (options.output === undefined) process.stdout.write(text);
	else {
		await writeFile(options.output, text);
		process.stdout.write(formatText(findings, { hasColours }));
	}
	if (options.reporter === "github" && environment.GITHUB_STEP_SUMMARY !== undefined)
		await appendFile(environment.GITHUB_STEP_SUMMARY, formatStepSummary(findings));
	for (const note of notes) process.stderr.write(`${note}\n`);
}

function pathFromWorkspace(workspace: string | undefined): string {
	if (workspace === undefined) return "";
	const path = relative(workspace, process.cwd());
	return path.startsWith("..") ? "" : path.split(sep).join("/");
}
