import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Another site on this machine: it answers everything, lets everybody read, and remembers who came. */
export class ForeignSite {
	readonly #server: Server;
	/** Paths that were asked for. */
	readonly asked: string[] = [];
	connections = 0;

	private constructor() {
		this.#server = createServer((request, response) => {
			const path = request.url ?? "";
			this.asked.push(path);
			const type = path === "/" ? "text/html" : path === "/eventsource" ? "text/event-stream" : "text/javascript";
			response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" });
			if (path === "/eventsource") response.write("data: 1\n\n");
			else response.end(path === "/" ? "<!doctype html><title>Foreign</title>" : "0");
		});
		this.#server.on("connection", () => this.connections++);
		this.#server.on("upgrade", (request, socket) => {
			this.asked.push(request.url ?? "");
			socket.destroy();
		});
	}

	static async open(): Promise<ForeignSite> {
		const site = new ForeignSite();
		site.#server.listen(0, "127.0.0.1");
		await once(site.#server, "listening");
		return site;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}
}
