import { once } from "node:events";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** An author's site on another host than the server's: the folder examples/ as it is, its script tags pointed at the server under test. */

export interface DocsSite {
	/** Of another site to a browser: "localhost" where the server is 127.0.0.1. */
	readonly url: string;
	/** Pages that a test makes up, by path. */
	readonly pages: Map<string, string>;
	close(): void;
}

const placeholder = "https://sandglass.example";
const types: Readonly<Record<string, string>> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript",
	".css": "text/css",
	".json": "application/json",
};

export async function startDocsSite(serverUrl: string): Promise<DocsSite> {
	const pages = new Map<string, string>();
	const server = createServer((request, response) => {
		const { pathname } = new URL(request.url ?? "/", "http://localhost");
		const page = pages.get(pathname);
		if (page !== undefined) {
			response.writeHead(200, { "Content-Type": types[".html"] }).end(page.replaceAll(placeholder, serverUrl));
			return;
		}
		const file = join("examples", normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
		if (!existsSync(file) || !statSync(file).isFile()) {
			response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
			return;
		}
		const type = types[extname(file)];
		response.writeHead(200, { "Content-Type": type ?? "application/octet-stream" });
		if (type === undefined) createReadStream(file).pipe(response);
		else response.end(readFileSync(file, "utf8").replaceAll(placeholder, serverUrl));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `http://localhost:${(server.address() as AddressInfo).port}`,
		pages,
		close() {
			server.closeAllConnections();
			server.close();
		},
	};
}
