import type { ProgramFile } from "../../../protocol/files.ts";
import type { PistonFile } from "../../../protocol/piston.ts";
import type { Toolchain } from "../../languages/catalogue.ts";

/**
 * Piston's files as ours: decoded, and each with a name. Ours are text, so what is no UTF-8 when it is decoded is refused. The first
 * that came as text is the one to start, as with Piston.
 */

export interface PistonProgram {
	readonly files: ProgramFile[];
	readonly entry: string;
}

/** The sentence for a 400. */
export interface PistonProblem {
	readonly message: string;
}

export function readFiles(files: readonly PistonFile[], toolchain: Toolchain): PistonProgram | PistonProblem {
	const entryAt = Math.max(
		0,
		files.findIndex(({ encoding }) => encoding !== "base64" && encoding !== "hex"),
	);
	const taken = new Set(files.map(({ name }) => name ?? ""));
	const named: ProgramFile[] = [];
	for (const [at, file] of files.entries()) {
		const content = decode(file);
		if (typeof content !== "string") return { message: `files[${at}].content ${content.message}` };
		const isEntry = at === entryAt;
		const name = file.name || freeName(isEntry, at, toolchain, taken);
		named.push({ name: isEntry ? withExtension(name, toolchain, taken) : name, content });
	}
	const entry = named[entryAt];
	return entry === undefined ? { message: "files must include at least one file" } : { files: named, entry: entry.name };
}

/** "main.py" for the one to start, "file1.py" for another. */
function freeName(isEntry: boolean, at: number, { language }: Toolchain, taken: ReadonlySet<string>): string {
	if (isEntry && !taken.has(language.fileName)) return language.fileName;
	const extension = language.fileName.slice(language.fileName.lastIndexOf("."));
	let name = `file${at}${extension}`;
	while (taken.has(name)) name = `_${name}`;
	return name;
}

/** Compilers go by the extension, so one that says nothing to them gets the language's own. */
function withExtension(name: string, { language, compile, version }: Toolchain, taken: ReadonlySet<string>): string {
	const own = language.fileName.slice(language.fileName.lastIndexOf(".") + 1);
	const given =
		name
			.slice(name.lastIndexOf("/") + 1)
			.match(/\.([^.]+)$/)?.[1]
			?.toLowerCase() ?? "";
	const isKnown = given === own || given === language.id || language.aliases.includes(given);
	if (isKnown || (compile === undefined && version.image === undefined)) return name;
	const longer = `${name}.${own}`;
	return taken.has(longer) ? name : longer;
}

function decode({ content, encoding }: PistonFile): string | PistonProblem {
	if (encoding !== "base64" && encoding !== "hex") return content;
	const compact = content.replace(/\s+/g, "");
	const isWellFormed =
		encoding === "hex" ? /^(?:[0-9a-f]{2})*$/i.test(compact) : /^[A-Za-z0-9+/_-]*={0,2}$/.test(compact) && compact.length % 4 !== 1;
	if (!isWellFormed) return { message: `is no ${encoding}` };
	try {
		return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, encoding));
	} catch {
		return { message: "is not UTF-8 when it is decoded; files are text here" };
	}
}
