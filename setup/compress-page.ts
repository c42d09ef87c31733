import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

/** Compresses the build's scripts and styles once, as well as can be, for server/gateway/compressed-files.ts. */

const compress = promisify(brotliCompress);
const compressed = new Set([".js", ".css"]);
/** Below that the headers weigh more than what is saved. */
const leastBytes = 1_024;

export async function compressPage(folder: string): Promise<void> {
	const work = readdirSync(folder, { withFileTypes: true }).map(async (entry) => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return compressPage(path);
		if (!compressed.has(extname(entry.name))) return;
		const content = await readFile(path);
		if (content.length < leastBytes) return;
		await writeFile(`${path}.br`, await compress(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }));
	});
	await Promise.all(work);
}
