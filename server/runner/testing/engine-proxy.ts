import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { engineAddress } from "./rig.ts";

/** A socket in front of the engine that can be cut and mended: an outage for one runner, while the engine serves everybody else. */
export class EngineProxy {
	readonly socketPath: string;
	readonly #sockets = new Set<Socket>();
	#server: Server | null = null;

	constructor(socketPath: string) {
		this.socketPath = socketPath;
	}

	mend(): Promise<void> {
		const url = new URL(engineAddress);
		const server = createServer({ allowHalfOpen: true }, (near) => {
			const target = url.protocol === "unix:" ? { path: url.pathname } : { host: url.hostname, port: Number(url.port) };
			const far = connect({ ...target, allowHalfOpen: true });
			for (const [from, to] of [
				[near, far],
				[far, near],
			] as const) {
				this.#sockets.add(from);
				from.pipe(to);
				from.on("error", () => to.destroy());
				from.on("close", () => {
					this.#sockets.delete(from);
					to.destroy();
				});
			}
		});
		this.#server = server;
		return new Promise((resolve) => server.listen(this.socketPath, resolve));
	}

	/** As when the engine is killed: nothing answers, and every connection breaks. */
	cut(): void {
		this.#server?.close();
		this.#server = null;
		rmSync(this.socketPath, { force: true });
		for (const socket of this.#sockets) socket.destroy();
	}
}
