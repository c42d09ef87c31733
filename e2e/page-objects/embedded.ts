import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type FrameLocator, type Locator, type Page } from "playwright/test";
import { EmbedEvent, type EmbedOptionsInput, embedMark } from "../../protocol/embed.ts";
import { serverUrl } from "./test.ts";

/** An author's page on another origin, which frames /embed by hand, without our script. */

const authorScript = `
	const frame = document.querySelector("iframe");
	window.heard = [];
	addEventListener("message", ({ data, origin, source }) => {
		if (source === frame.contentWindow) window.heard.push({ data, origin });
		if (data.type === "resize" && data.heightPx > 0) frame.style.height = data.heightPx + "px";
	});
	window.say = (message) => frame.contentWindow.postMessage({ mark: ${JSON.stringify(embedMark)}, ...message }, "*");
	frame.src = frame.dataset.src;
`;

export interface AuthorPage {
	readonly html: (frame: string) => string;
	/** The iframe's attributes besides its address. */
	readonly attributes: string;
	/** What stands behind "/embed". */
	readonly address: string;
	readonly headers: Readonly<Record<string, string>>;
}

export class AuthorSite {
	readonly #server: Server;
	#page: AuthorPage;

	private constructor(server: Server, page: AuthorPage) {
		this.#server = server;
		this.#page = page;
		server.on("request", (_, response) => {
			const { html, attributes, address, headers } = this.#page;
			const frame = `<iframe data-src="${serverUrl()}/embed${address}" ${attributes} style="width:100%;height:160px;border:0"></iframe>`;
			response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", ...headers });
			response.end(`<!doctype html><title>Docs</title><body>${html(frame)}<script>${authorScript}</script>`);
		});
	}

	static async open(page: Partial<AuthorPage> = {}): Promise<AuthorSite> {
		const server = createServer();
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return new AuthorSite(server, {
			html: (frame) => `<h1>Docs</h1>${frame}<p>After</p>`,
			attributes: "",
			address: "",
			headers: {},
			...page,
		});
	}

	/** Another host name than the server's, so that the browser takes it for another site, not only for another origin. */
	get url(): string {
		return `http://localhost:${(this.#server.address() as AddressInfo).port}/`;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}
}

/** The frame as its reader and its author meet it. */
export class Embedded {
	readonly page: Page;
	readonly frame: FrameLocator;
	readonly run: Locator;
	readonly stop: Locator;
	readonly editor: Locator;
	readonly terminal: Locator;
	readonly output: Locator;
	readonly status: Locator;

	constructor(page: Page) {
		this.page = page;
		this.frame = page.frameLocator("iframe");
		this.run = this.frame.getByRole("button", { name: "Run", exact: true });
		this.stop = this.frame.getByRole("button", { name: "Stop", exact: true });
		this.editor = this.frame.getByRole("textbox", { name: "Code editor" });
		this.terminal = this.frame.getByRole("region", { name: "Terminal" });
		this.output = this.frame.getByRole("log", { name: "Terminal output" });
		this.status = this.frame.getByRole("status", { name: "Program status" });
	}

	async open(site: AuthorSite, options?: EmbedOptionsInput): Promise<void> {
		await this.page.goto(site.url);
		await this.heard("hello");
		if (options === undefined) return;
		await this.say({ type: "configure", options });
		await this.heard("ready");
		await expect(this.run).toBeEnabled();
	}

	async say(message: object): Promise<void> {
		await this.page.evaluate(`say(${JSON.stringify(message)})`);
	}

	/** Everything that the author's page was told. */
	async events(): Promise<{ readonly event: EmbedEvent; readonly origin: string }[]> {
		const heard = await this.page.evaluate<{ data: unknown; origin: string }[]>("heard");
		return heard.map(({ data, origin }) => ({ event: EmbedEvent.parse(data), origin }));
	}

	/** The newest such message. */
	async heard<T extends EmbedEvent["type"]>(type: T): Promise<Extract<EmbedEvent, { type: T }>> {
		let found: Extract<EmbedEvent, { type: T }> | undefined;
		const isOfType = (event: EmbedEvent): event is Extract<EmbedEvent, { type: T }> => event.type === type;
		await expect
			.poll(async () => {
				found = (await this.events()).map(({ event }) => event).findLast(isOfType);
				return found?.type;
			})
			.toBe(type);
		if (found === undefined) throw new Error(`never heard ${type}`);
		return found;
	}

	/** Types a line into the terminal. */
	async answer(line: string): Promise<void> {
		await this.terminal.getByRole("textbox").focus();
		await this.page.keyboard.type(line);
		await this.page.keyboard.press("Enter");
	}

	/** Replaces the code, as one who types it. */
	async write(code: string): Promise<void> {
		await this.editor.focus();
		await this.page.keyboard.press("Control+A");
		await this.page.keyboard.insertText(code);
	}
}

export const pythonOf = (content: string, options: Partial<EmbedOptionsInput> = {}): EmbedOptionsInput => ({
	language: "python",
	files: [{ name: "", content }],
	...options,
});
