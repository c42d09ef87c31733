import type { ErrorCode } from "../../protocol/errors.ts";
import { findFilesProblem, isWellFormedText, printableName } from "../../protocol/files.ts";
import type { RunMessage } from "../../protocol/messages.ts";
import type { LanguageCatalogue, Toolchain } from "../languages/catalogue.ts";
import type { LeaseRun } from "../runner/client.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";

/** What a well-formed `run` asks for, looked up and checked: the last word before anything is counted, queued or started. */

export interface PreparedRun {
	readonly run: number;
	readonly toolchain: Toolchain;
	readonly request: LeaseRun;
}

export interface RunProblem {
	readonly code: ErrorCode;
	readonly field?: string;
}

/** `status` is the runner's last, null while it is down. */
export function prepareRun(
	message: RunMessage,
	catalogue: LanguageCatalogue,
	status: RunnerStatus | null,
): { readonly prepared: PreparedRun } | { readonly problem: RunProblem } {
	const filesProblem = findFilesProblem(message.files);
	if (filesProblem !== null) return { problem: { code: filesProblem.code, field: filesProblem.file } };
	if (catalogue.find(message.language) === undefined) return { problem: { code: "unknownLanguage", field: "language" } };
	const toolchain = catalogue.find(message.language, message.version);
	if (toolchain === undefined) return { problem: { code: "unknownVersion", field: "version" } };

	const names = new Set(message.files.map((file) => file.name));
	const ownName = toolchain.language.fileName;
	const entry = message.entry ?? (names.has(ownName) ? ownName : message.files[0]?.name);
	if (entry === undefined || !names.has(entry)) return { problem: { code: "invalidRequest", field: "entry" } };
	const badArgument = message.arguments.findIndex((argument) => argument.includes("\0") || !isWellFormedText(argument));
	if (badArgument !== -1) return { problem: { code: "invalidRequest", field: `arguments.${badArgument}` } };

	const code = findOutage(toolchain, status);
	if (code !== null) return { problem: { code } };
	const { files, mode, columns, rows, limits } = message;
	return {
		prepared: { run: message.run, toolchain, request: { files, entry, arguments: message.arguments, mode, columns, rows, limits } },
	};
}

/** Why this language cannot be run right now, or null. */
function findOutage(toolchain: Toolchain, status: RunnerStatus | null): ErrorCode | null {
	if (status === null) return "runnerDown";
	if (status.engine === "down") return "engineDown";
	return isReady(toolchain, status) ? null : "imagesMissing";
}

export function isReady({ language, version }: Toolchain, status: RunnerStatus | null): boolean {
	return status?.languages.some((it) => it.language === language.id && it.version === version.version && it.isReady) ?? false;
}

/** The first thing wrong in what a schema refused, as a path such as `files.0.name`; an unknown key is named itself. */
export function fieldOf(
	issues: readonly { readonly path: readonly PropertyKey[]; readonly code?: string | undefined; readonly keys?: readonly string[] }[],
): string {
	const [issue] = issues;
	if (issue === undefined) return "";
	const unknownKey = issue.code === "unrecognized_keys" ? (issue.keys ?? []).slice(0, 1) : [];
	return printableName([...issue.path, ...unknownKey].map(String).join("."));
}
