import { createReadStream, readdirSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { pipeline } from "node:stream/promises";

/**
 * The page's scripts and styles as they were compressed when it was built (setup/page-build.ts), for browsers that take Brotli: a seventh less to send than
 * what Next.js would compress anew for each reader. Which files there are is known from the start, and nothing else can be named.
 */

const typeOf: Readonly<Record<string, string>> = {
	".js": "application/javascript; charset=UTF-8",
	".css": "text/css; charset=UTF-8",
};

interface CompressedFile {
	readonly path: string;
	readonly type: string;
	readonly bytes: number;
}

function filesBelow(folder: string, prefix: string): [string, CompressedFile][] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry): [string, CompressedFile][] => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) return filesBelow(path, `${prefix}${entry.name}/`);
		const name = entry.name.replace(/\.br$/, "");
		const type = typeOf[extname(name)];
		if (name === entry.name || type === undefined) return [];
		return [[`${prefix}${name}`, { path, type, bytes: statSync(path).size }]];
	});
}

function takesBrotli(request: IncomingMessage): boolean {
	const offers = String(request.headers["accept-encoding"] ?? "").split(",");
	return offers.some((offer) => /^\s*br\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(offer));
}

export class CompressedFiles {
	readonly #files: ReadonlyMap<string, CompressedFile>;

	/** `folder`: the build's `static`; one that is not there holds none. */
	constructor(folder: string) {
		let files: [string, CompressedFile][] = [];
		try {
			files = filesBelow(folder, "/_next/static/");
		} catch (error) {
			if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
		}
		this.#files = new Map(files);
	}

	/** True: it is one of these, and is being answered. */
	answer(request: IncomingMessage, response: ServerResponse): boolean {
		if (request.method !== "GET" && request.method !== "HEAD") return false;
		const file = this.#files.get((request.url ?? "").split("?", 1)[0] ?? "");
		if (file === undefined || !takesBrotli(request)) return false;
		response.writeHead(200, {
			"Content-Type": file.type,
			"Content-Encoding": "br",
			"Content-Length": file.bytes,
			// A file's name changes with what is in it.
			"Cache-Control": "public, max-age=31536000, immutable",
			Vary: "Accept-Encoding",
		});
		if (request.method === "HEAD") response.end();
		// A reader who has gone, or a file that was built over, ends the connection: there is nobody else to tell.
		else pipeline(createReadStream(file.path), response).catch(() => response.destroy());
		return true;
	}
}
