import * as z from "zod/mini";
import type { ErrorCode } from "./errors.ts";
import { text } from "./schema.ts";

/**
 * The files of a program, as a browser sends them. Names, counts and sizes are checked here and nowhere else;
 * the agent refuses again what would leave the workspace, for it trusts nobody.
 */

export const maxFiles = 64;
export const maxFilesBytes = 262_144;
export const maxPathBytes = 200;

export const ProgramFile = z.strictObject({
	name: text(1_000),
	content: text(maxFilesBytes),
});
export type ProgramFile = z.infer<typeof ProgramFile>;

export interface FilesProblem {
	readonly code: ErrorCode;
	/** The file it is about, made printable; empty when it is about all of them. */
	readonly file: string;
}

const encoder = new TextEncoder();

/** UTF-8 length in bytes. */
export function byteLength(text: string): number {
	return encoder.encode(text).length;
}

/** A name that is safe to show: control and format characters become "?", long ones are cut. */
export function printableName(name: string): string {
	const shown = name.replace(/[\p{C}\u2028\u2029]/gu, "?");
	return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
}

/** True when the text has no lone surrogate, so that UTF-8 carries it unchanged. */
export function isWellFormedText(text: string): boolean {
	return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text);
}

/** Relative, forward slashes, at most 200 bytes, no empty, "." or ".." part, no control or format character, no backslash. */
export function isValidPath(name: string): boolean {
	if (name === "" || !isWellFormedText(name) || byteLength(name) > maxPathBytes) return false;
	if (/[\p{Cc}\p{Cf}\u2028\u2029\\]/u.test(name)) return false;
	return name.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part.trim() === part);
}

/** Names that a reader or a file system could take for the same: Unicode form and case. */
function normalisedPath(name: string): string {
	return name.normalize("NFKC").toLowerCase();
}

/** The first thing that is wrong with a program's files, or null. */
export function findFilesProblem(files: readonly ProgramFile[]): FilesProblem | null {
	if (files.length === 0) return { code: "noFile", file: "" };
	if (files.length > maxFiles) return { code: "tooManyFiles", file: "" };
	const seen = new Set<string>();
	let totalBytes = 0;
	for (const file of files) {
		if (!isValidPath(file.name)) return { code: "invalidFileName", file: printableName(file.name) };
		const key = normalisedPath(file.name);
		if (seen.has(key)) return { code: "duplicateFileName", file: printableName(file.name) };
		seen.add(key);
		if (!isWellFormedText(file.content)) return { code: "invalidText", file: printableName(file.name) };
		totalBytes += byteLength(file.content);
		if (totalBytes > maxFilesBytes) return { code: "filesTooLarge", file: "" };
	}
	for (const key of seen) {
		const parts = key.split("/");
		for (let depth = 1; depth < parts.length; depth++) {
			const folder = parts.slice(0, depth).join("/");
			if (seen.has(folder)) return { code: "duplicateFileName", file: printableName(folder) };
		}
	}
	return null;
}
