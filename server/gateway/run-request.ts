import type { ErrorCode } from "../../protocol/errors.ts";
import { findFilesProblem, isWellFormedText, printableName } from "../../protocol/files.ts";
import type { RunMessage } from "../../protocol/messages.ts";
import type { ServerTierId } from "../../protocol/tiers.ts";
import type { LanguageCatalogue, Toolchain } from "../languages/catalogue.ts";
import type { LeaseRun } from "../runner/client.ts";
import type { RunnerStatus } from "../runner/door-protocol.ts";
import { chooseTier } from "./tier-choice.ts";

/** What a well-formed `run` asks for, looked up and checked: the last word before anything is counted, queued or started. */

export interface PreparedRun {
	readonly run: number;
	readonly toolchain: Toolchain;
	readonly tier: ServerTierId;
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
	const language = catalogue.find(message.language)?.language;
	if (language === undefined) return { problem: { code: "unknownLanguage", field: "language" } };
	if (message.version !== undefined && catalogue.find(message.language, message.version) === undefined)
		return { problem: { code: "unknownVersion", field: "version" } };

	const names = new Set(message.files.map((file) => file.name));
	const ownName = language.fileName;
	const entry = message.entry ?? (names.has(ownName) ? ownName : message.files[0]?.name);
	if (entry === undefined || !names.has(entry)) return { problem: { code: "invalidRequest", field: "entry" } };
	const badArgument = message.arguments.findIndex((argument) => argument.includes("\0") || !isWellFormedText(argument));
	if (badArgument !== -1) return { problem: { code: "invalidRequest", field: `arguments.${badArgument}` } };

	if (status === null) return { problem: { code: "runnerDown" } };
	if (status.engine === "down") return { problem: { code: "engineDown" } };
	const choice = chooseTier(message, catalogue, status);
	if ("code" in choice) return { problem: choice };
	const { toolchain, tier } = choice;
	const { files, mode, columns, rows, limits } = message;
	return {
		prepared: { run: message.run, toolchain, tier, request: { files, entry, arguments: message.arguments, mode, columns, rows, limits } },
	};
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
