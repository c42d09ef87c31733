import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { describeError, errorTable } from "../../../protocol/errors.ts";
import { maxControlBytes } from "../../../protocol/messages.ts";
import { isProblem } from "../api/callers.ts";
import type { Problem } from "../api/problem.ts";
import type { Consumer } from "../quotas.ts";
import type { GatewayWorld } from "../route-set.ts";
import { defaultTimings } from "../timings.ts";
import { refuseUpgrade, untypedOptions } from "../websocket.ts";
import { PistonConnection } from "./connection.ts";
import { type PistonWorld, prepareJob } from "./prepare.ts";

/** The handshake of `connect`, and all its sockets. That the origin may was seen before; nothing here is given for a cookie's sake. */

/** As Piston has it. */
const initTimeoutMs = 1_000;

export class PistonSockets {
	readonly #world: GatewayWorld;
	readonly #piston: PistonWorld;
	readonly #server = new WebSocketServer({
		...untypedOptions(defaultTimings.closeMs),
		noServer: true,
		clientTracking: false,
		perMessageDeflate: false,
		maxPayload: maxControlBytes,
	});
	/** And whose they are. */
	readonly #connections = new Map<PistonConnection, Consumer>();

	constructor(world: GatewayWorld, piston: PistonWorld) {
		this.#world = world;
		this.#piston = piston;
	}

	handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
		const consumer = this.#admit(request);
		if (isProblem(consumer)) {
			refuseUpgrade(socket, errorTable[consumer.code].httpStatus, describeError(consumer.code));
			return;
		}
		const { liveRuns, now, log } = this.#world;
		this.#server.handleUpgrade(request, socket, head, (client) => {
			const connection = new PistonConnection({
				socket: client,
				host: {
					prepare: (message) => prepareJob(message, this.#piston, true),
					openRun: () => liveRuns.open(consumer, { isKept: false }),
					closed: (closed) => void this.#connections.delete(closed),
				},
				initMs: initTimeoutMs,
				now,
				log,
			});
			this.#connections.set(connection, consumer);
		});
	}

	/** Tells every client. The server's own end cuts what does not answer. */
	close(): void {
		for (const connection of this.#connections.keys()) connection.fail(describeError("shuttingDown"));
		this.#server.close();
	}

	#admit(request: IncomingMessage): Consumer | Problem {
		const consumer = this.#world.callers.identify(request);
		if (isProblem(consumer)) return consumer;
		let count = 0;
		for (const { address } of this.#connections.values()) if (address === consumer.address) count++;
		return count < this.#world.config.addressConnections ? consumer : { code: "tooManyConnections" };
	}
}
