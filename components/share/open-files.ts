import type { CatalogueLanguage } from "../../protocol/catalogue.ts";
import { describeError } from "../../protocol/errors.ts";
import { maxFiles, maxFilesBytes, printableName } from "../../protocol/files.ts";
import { formatBytes } from "../../protocol/outcome.ts";
import { SnippetDraft } from "../../protocol/snippets.ts";
import { type NamedText, readText } from "./text-file.ts";

/** A program that was read from outside, or the sentence that says why it was not. */
export type Read = { readonly draft: SnippetDraft } | { readonly problem: string };

/** The part of a browser's File that is used. */
export interface PickedFile {
	readonly name: string;
	readonly size: number;
	arrayBuffer(): Promise<ArrayBuffer>;
}

const isZip = ({ name }: PickedFile): boolean => /\.zip$/i.test(name);
const extensionOf = (name: string): string => /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** The language that these files are in, by their names: the open one where it fits, else the first that does; without a hint the open one. */
export function guessLanguage(names: readonly string[], languages: readonly CatalogueLanguage[], openId: string): string {
	const extensions = names.map(extensionOf).filter((extension) => extension !== "");
	const fits = ({ fileName, aliases }: CatalogueLanguage): boolean =>
		extensions.some((extension) => extensionOf(fileName) === extension || aliases.includes(extension));
	const fitting = languages.filter(fits);
	return (fitting.find(({ id }) => id === openId) ?? fitting[0])?.id ?? openId;
}

async function bytesOf(file: PickedFile): Promise<Uint8Array | { readonly problem: string }> {
	try {
		return new Uint8Array(await file.arrayBuffer());
	} catch (error) {
		console.info("A file could not be read.", error);
		return { problem: `${printableName(file.name)} could not be read. A folder cannot be opened; a zip of it can.` };
	}
}

async function readZip(file: PickedFile, languages: readonly CatalogueLanguage[], openId: string): Promise<Read> {
	const { maxZipBytes, unzipProgram } = await import("./zip-archive.ts");
	if (file.size > maxZipBytes) return { problem: `The zip is ${formatBytes(file.size)}; at most ${formatBytes(maxZipBytes)} is opened.` };
	const bytes = await bytesOf(file);
	if ("problem" in bytes) return bytes;
	const unzipped = unzipProgram(bytes);
	if ("problem" in unzipped) return unzipped;
	const { files, manifest } = unzipped;
	const language = guessLanguage(
		files.map(({ name }) => name),
		languages,
		openId,
	);
	return { draft: { ...SnippetDraft.parse({ language, files }), ...manifest } };
}

/** Reads a zip, or some text files, that the reader picked or dropped. Sizes and numbers are looked at before anything is read. */
export async function readFiles(picked: readonly PickedFile[], languages: readonly CatalogueLanguage[], openId: string): Promise<Read> {
	const [first] = picked;
	if (first === undefined) return { problem: describeError("noFile") };
	if (picked.some(isZip)) {
		return picked.length === 1 ? readZip(first, languages, openId) : { problem: "A zip is opened by itself, without other files." };
	}
	if (picked.length > maxFiles) return { problem: describeError("tooManyFiles") };
	const totalBytes = picked.reduce((sum, { size }) => sum + size, 0);
	if (totalBytes > maxFilesBytes) {
		return { problem: `The files are ${formatBytes(totalBytes)}; the server takes at most ${formatBytes(maxFilesBytes)} in all.` };
	}
	const files: NamedText[] = [];
	for (const file of picked) {
		const bytes = await bytesOf(file);
		if ("problem" in bytes) return bytes;
		const read = readText(file.name, bytes);
		if ("problem" in read) return read;
		files.push(read);
	}
	const language = guessLanguage(
		files.map(({ name }) => name),
		languages,
		openId,
	);
	return { draft: SnippetDraft.parse({ language, files }) };
}
