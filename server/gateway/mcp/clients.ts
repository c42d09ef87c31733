import { randomBytes } from "node:crypto";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Logger } from "pino";
import type { Consumer } from "../quotas.ts";
import { createTools, type ToolWorld } from "./tools.ts";

/**
 * The connected MCP clients: one transport and one set of tools each, under an id that cannot be guessed. Whoever opened one is the
 * only one who may use it, by his key or his address. A client without a call for `idleMs` is closed; so is the longest unused of an address that has too many.
 */

interface Client {
	readonly id: string;
	readonly owner: Consumer;
	readonly transport: StreamableHTTPServerTransport;
	/** Requests that are being answered. */
	busy: number;
	usedMs: number;
	idleTimer: NodeJS.Timeout | undefined;
}

export interface ClientBounds {
	readonly idleMs: number;
	readonly maxClients: number;
	readonly maxClientsOfAddress: number;
}

export class McpClients {
	readonly #clients = new Map<string, Client>();
	readonly #bounds: ClientBounds;
	readonly #now: () => number;
	readonly #log: Logger;

	constructor(options: { bounds: ClientBounds; now: () => number; log: Logger }) {
		this.#bounds = options.bounds;
		this.#now = options.now;
		this.#log = options.log;
	}

	get size(): number {
		return this.#clients.size;
	}

	/** Another's client is answered as none at all. */
	find(id: string, owner: Consumer): Client | undefined {
		const client = this.#clients.get(id);
		return client?.owner.visitor === owner.visitor ? client : undefined;
	}

	/** null: no room, and nobody of this address to make some. It is found under its id once it has answered `initialize`. */
	async open(owner: Consumer, world: ToolWorld): Promise<StreamableHTTPServerTransport | null> {
		if (!this.#makeRoom(owner.address)) return null;
		const id = randomBytes(24).toString("base64url");
		const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
			sessionIdGenerator: () => id,
			onsessioninitialized: (): void => this.#add({ id, owner, transport, busy: 0, usedMs: this.#now(), idleTimer: undefined }),
		});
		const tools = createTools(world);
		tools.server.server.onclose = () => {
			tools.close();
			this.#remove(id);
		};
		// Its message may quote what the caller sent.
		tools.server.server.onerror = (error) => this.#log.debug({ reason: error.name }, "an MCP message was refused");
		await tools.server.connect(transport);
		return transport;
	}

	/** Keeps the client from being idle until the function that it returns is called. */
	use(client: Client): () => void {
		client.busy++;
		clearTimeout(client.idleTimer);
		return () => {
			client.busy--;
			client.usedMs = this.#now();
			if (client.busy === 0 && this.#clients.has(client.id)) this.#awaitIdle(client);
		};
	}

	async close(): Promise<void> {
		await Promise.all([...this.#clients.values()].map(({ transport }) => transport.close()));
	}

	#add(client: Client): void {
		this.#clients.set(client.id, client);
		this.#awaitIdle(client);
	}

	#awaitIdle(client: Client): void {
		clearTimeout(client.idleTimer);
		client.idleTimer = setTimeout(() => void client.transport.close(), this.#bounds.idleMs);
	}

	#remove(id: string): void {
		clearTimeout(this.#clients.get(id)?.idleTimer);
		this.#clients.delete(id);
	}

	#makeRoom(address: string): boolean {
		const { maxClients, maxClientsOfAddress } = this.#bounds;
		const ofAddress = [...this.#clients.values()].filter(({ owner }) => owner.address === address);
		if (this.#clients.size < maxClients && ofAddress.length < maxClientsOfAddress) return true;
		const [longestUnused] = ofAddress.filter(({ busy }) => busy === 0).sort((a, b) => a.usedMs - b.usedMs);
		if (longestUnused === undefined) return false;
		void longestUnused.transport.close();
		return true;
	}
}
