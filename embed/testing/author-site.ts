import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { chromiumLaunch } from "../../e2e/chromium-launch.ts";
import { bundleEmbedScript } from "../../setup/embed-script.ts";

/**
 * An author's pages on one origin, the script and a frame on another, and a real browser. The frame is a document of the test's own, so that
 * one that is silent, slow or lies can be had; the real one is met in e2e/embed.e2e.ts.
 */

export interface AuthorSite {
	/** Answers in the page of these elements, with the script tag behind them. */
	open(body: string, scriptAttributes?: string): Promise<Page>;
	/** What the server with the script was asked for besides the script. */
	readonly asked: string[];
	/** What the author's console says. */
	readonly said: string[];
	/** The document at /embed. */
	frame: string;
	/** The author's Content-Security-Policy. */
	policy: string;
	/** Further answers of the author's site, by path. */
	readonly files: Map<string, string>;
	close(): Promise<void>;
}

function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
	const server = createServer(answer);
	server.listen(0, "127.0.0.1");
	return once(server, "listening").then(() => server);
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const html = { "Content-Type": "text/html; charset=utf-8" };

export async function startAuthorSite(): Promise<AuthorSite> {
	const script = await bundleEmbedScript(process.cwd());
	const asked: string[] = [];
	const said: string[] = [];
	const files = new Map<string, string>();
	let page = "";
	const ours = await listen((request, response) => {
		if (request.url === "/embed/v1/embed.js") return response.writeHead(200, { "Content-Type": "text/javascript" }).end(script);
		asked.push(request.url ?? "");
		return response.writeHead(200, html).end(site.frame);
	});
	const authors = await listen((request, response) => {
		const file = files.get(request.url ?? "");
		if (request.url === "/favicon.ico") response.writeHead(204).end();
		else response.writeHead(200, { ...html, "Content-Security-Policy": site.policy }).end(file ?? page);
	});
	const browser: Browser = await chromium.launch(chromiumLaunch);
	const context: BrowserContext = await browser.newContext();
	const site: AuthorSite = {
		asked,
		said,
		files,
		frame: "",
		policy: "",
		async open(body, scriptAttributes = "") {
			asked.length = 0;
			said.length = 0;
			page = `<!doctype html><meta charset=utf-8><title>docs</title><body>${body}
				<script src="http://127.0.0.1:${portOf(ours)}/embed/v1/embed.js" ${scriptAttributes}></script>`;
			const opened = await context.newPage();
			opened.on("console", (message) => said.push(message.text()));
			opened.on("pageerror", (error) => said.push(`uncaught: ${error.message}`));
			await opened.goto(`http://localhost:${portOf(authors)}/`);
			return opened;
		},
		async close() {
			await browser.close();
			for (const server of [ours, authors]) {
				server.closeAllConnections();
				server.close();
			}
		},
	};
	return site;
}
