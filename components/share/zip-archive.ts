import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import * as z from "zod/mini";
import { describeError } from "../../protocol/errors.ts";
import { maxFiles, maxFilesBytes } from "../../protocol/files.ts";
import { formatBytes } from "../../protocol/outcome.ts";
import { SnippetDraft } from "../../protocol/snippets.ts";
import { type NamedText, readText } from "./text-file.ts";

/**
 * A program as a zip: its files under their own names, and beside them one that says how it runs. A zip that is opened is a stranger's: entries are
 * counted and their sizes added up before any is inflated, and none inflates beyond the size that it gives itself.
 */

const Manifest = z.extend(z.omit(SnippetDraft, { files: true, recording: true }), { format: z.literal("sandglass-program-1") });
type Manifest = z.infer<typeof Manifest>;

const manifestName = /^sandglass(-\d+)?\.json$/;

/** A zip that is larger holds no program. */
export const maxZipBytes = 4_194_304;
const maxManifestBytes = 524_288;
/** What operating systems put into zips by themselves, and folders. */
const isNoise = (name: string): boolean => name.endsWith("/") || /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$)/.test(name);

/** When time begins for zips: the same program is the same zip. */
const epoch = new Date(1980, 0, 1);

export function zipProgram(draft: SnippetDraft): Uint8Array<ArrayBuffer> {
	const { files, recording: _, ...rest } = draft;
	const manifest: Manifest = { format: "sandglass-program-1", ...rest };
	const names = new Set(files.map(({ name }) => name.normalize("NFKC").toLowerCase()));
	let name = "sandglass.json";
	for (let copy = 1; names.has(name); copy++) name = `sandglass-${copy}.json`;
	const entries = Object.fromEntries(files.map((file) => [file.name, strToU8(file.content)]));
	return zipSync({ ...entries, [name]: strToU8(`${JSON.stringify(manifest, null, "\t")}\n`) }, { level: 6, mtime: epoch });
}

export interface UnzippedProgram {
	readonly files: readonly NamedText[];
	/** null: the zip does not say how it runs. */
	readonly manifest: Omit<Manifest, "format"> | null;
}

class Refusal extends Error {}

/** The entries that count, inflated; throws a Refusal whose message is for the reader. */
function inflateEntries(bytes: Uint8Array): Record<string, Uint8Array> {
	let count = 0;
	let totalBytes = 0;
	return unzipSync(bytes, {
		filter: ({ name, originalSize }) => {
			// Noise counts too: somebody could write a zip with millions of folders.
			if (++count > 16 * maxFiles) throw new Refusal(describeError("tooManyFiles"));
			if (isNoise(name)) return false;
			totalBytes += originalSize;
			if (totalBytes > maxFilesBytes + maxManifestBytes) {
				throw new Refusal(`The zip holds more than the server takes (at most ${formatBytes(maxFilesBytes)} in all).`);
			}
			return true;
		},
	});
}

/** The one folder that everything is in, with its slash; empty: there is none. */
function commonFolder(names: readonly string[]): string {
	const folder = /^(?!\.)[^/]+\//.exec(names[0] ?? "")?.[0] ?? "";
	return folder !== "" && names.every((name) => name.startsWith(folder) && name.length > folder.length) ? folder : "";
}

function readManifest(bytes: Uint8Array): Omit<Manifest, "format"> | null {
	try {
		const read = Manifest.safeParse(JSON.parse(strFromU8(bytes)));
		if (!read.success) return null;
		const { format: _, ...manifest } = read.data;
		return manifest;
	} catch {
		// A file of the reader's own that has this name.
		return null;
	}
}

/** The files and how they run, or the sentence that says why it cannot be opened. */
export function unzipProgram(bytes: Uint8Array): UnzippedProgram | { readonly problem: string } {
	if (bytes.length > maxZipBytes)
		return { problem: `The zip is ${formatBytes(bytes.length)}; at most ${formatBytes(maxZipBytes)} is opened.` };
	let entries: Record<string, Uint8Array>;
	try {
		entries = inflateEntries(bytes);
	} catch (error) {
		if (error instanceof Refusal) return { problem: error.message };
		console.info("The zip could not be read.", error);
		return { problem: "This is not a zip that can be read." };
	}
	const folder = commonFolder(Object.keys(entries));
	const files: NamedText[] = [];
	let manifest: UnzippedProgram["manifest"] = null;
	for (const [path, content] of Object.entries(entries)) {
		const name = path.slice(folder.length);
		if (manifest === null && manifestName.test(name)) {
			manifest = readManifest(content);
			if (manifest !== null) continue;
		}
		const read = readText(name, content);
		if ("problem" in read) return read;
		files.push(read);
	}
	return { files, manifest };
}
