import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/**
 * A cable between the page and a server that can be cut: its sockets really die, and no new one gets through until it is mended.
 * What a browser's own "offline" switch does leaves open WebSockets alone.
 */
export class CuttableProxy {
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();
	#target: URL;
	#isCut = false;

	private constructor(server: Server, target: string) {
		this.#server = server;
		this.#target = new URL(target);
		server.on("connection", (client) => this.#join(client));
	}

	static async open(target: string): Promise<CuttableProxy> {
		const server = createServer();
		server.listen(0, "127.0.0.1");
		await once(server, "listening");
		return new CuttableProxy(server, target);
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
	}

	cut(): void {
		this.#isCut = true;
		for (const socket of this.#sockets) socket.resetAndDestroy();
	}

	/** Lets connections through again, to another server when one is named. */
	mend(target?: string): void {
		if (target !== undefined) this.#target = new URL(target);
		this.#isCut = false;
	}

	async close(): Promise<void> {
		this.cut();
		this.#server.close();
		await once(this.#server, "close");
	}

	#join(client: Socket): void {
		if (this.#isCut) {
			client.resetAndDestroy();
			return;
		}
		const upstream = connect(Number(this.#target.port), this.#target.hostname);
		for (const [socket, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			this.#sockets.add(socket);
			// A reset is what this proxy is for; the other end learns of it by its own close.
			socket.on("error", () => other.destroy());
			socket.on("close", () => {
				this.#sockets.delete(socket);
				other.destroy();
			});
			socket.pipe(other);
		}
	}
}
