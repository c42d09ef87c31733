import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A network that breaks: passes each connection's handshake and then `budgetBytes` of both directions together, and resets it. */
export class CuttingProxy {
	budgetBytes = Number.POSITIVE_INFINITY;
	cuts = 0;
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(target: URL) {
		this.#server = createServer((near) => this.#join(near, connect(Number(target.port), target.hostname)));
	}

	static async open(url: string): Promise<CuttingProxy> {
		const proxy = new CuttingProxy(new URL(url));
		await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
		return proxy;
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
	}

	#join(near: Socket, far: Socket): void {
		let leftBytes = this.budgetBytes;
		let isUpgraded = false;
		const pass = (chunk: Buffer, to: Socket): void => {
			const part = chunk.subarray(0, leftBytes);
			leftBytes -= part.length;
			to.write(part);
			if (leftBytes > 0) return;
			this.cuts++;
			for (const socket of [near, far]) socket.end(() => socket.destroy());
		};
		for (const socket of [near, far]) {
			this.#sockets.add(socket);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => {
				this.#sockets.delete(socket);
				near.destroy();
				far.destroy();
			});
		}
		near.on("data", (chunk) => {
			if (isUpgraded) pass(chunk, far);
			else far.write(chunk);
		});
		far.on("data", (chunk) => {
			if (isUpgraded) return pass(chunk, near);
			const end = chunk.indexOf("\r\n\r\n") + 4;
			isUpgraded = true;
			near.write(chunk.subarray(0, end));
			if (end < chunk.length) pass(chunk.subarray(end), near);
			return undefined;
		});
	}
}
