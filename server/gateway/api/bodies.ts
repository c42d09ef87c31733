import type { IncomingMessage } from "node:http";
import { maxControlBytes } from "../../../protocol/messages.ts";
import type { Problem } from "./problem.ts";

/**
 * Reads bodies that are JSON. One body, what one address has under way, and what all have under way are bounded (ATTACKS 38): a sender that is slow
 * keeps no more than its share of memory, and the server's time limit for a whole request takes that back.
 */

interface Caps {
	readonly bodyBytes: number;
	readonly addressBytes: number;
	readonly totalBytes: number;
}

const MiB = 1_048_576;
const defaultCaps: Caps = { bodyBytes: maxControlBytes, addressBytes: 16 * MiB, totalBytes: 128 * MiB };
const fullRetryMs = 5_000;

export class Bodies {
	readonly #caps: Caps;
	readonly #heldBytes = new Map<string, number>();
	#totalBytes = 0;

	constructor(caps: Partial<Caps> = {}) {
		this.#caps = { ...defaultCaps, ...caps };
	}

	/**
	 * `address` as addressGroup gives it. null: the sender went away, and there is nobody to answer. The rest of a body that is refused is
	 * dropped as it comes, once that was answered.
	 */
	async readJson(request: IncomingMessage, address: string): Promise<{ readonly json: unknown } | { readonly problem: Problem } | null> {
		const mediaType = (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
		if (mediaType !== "application/json") return { problem: { code: "unsupportedMediaType" } };
		if (Number(request.headers["content-length"] ?? 0) > this.#caps.bodyBytes) return { problem: { code: "messageTooLarge" } };
		const chunks: Buffer[] = [];
		let bytes = 0;
		try {
			for await (const chunk of request.iterator({ destroyOnReturn: false })) {
				if (!Buffer.isBuffer(chunk)) continue;
				bytes += chunk.length;
				this.#hold(address, chunk.length);
				if (bytes > this.#caps.bodyBytes) return { problem: { code: "messageTooLarge" } };
				if (this.#isFull(address)) return { problem: { code: "queueFull", retryAfterMs: fullRetryMs } };
				chunks.push(chunk);
			}
		} catch {
			return null;
		} finally {
			this.#hold(address, -bytes);
		}
		const json = parse(Buffer.concat(chunks));
		return json === undefined ? { problem: { code: "bodyUnreadable" } } : { json };
	}

	#isFull(address: string): boolean {
		return this.#totalBytes > this.#caps.totalBytes || (this.#heldBytes.get(address) ?? 0) > this.#caps.addressBytes;
	}

	#hold(address: string, bytes: number): void {
		const held = (this.#heldBytes.get(address) ?? 0) + bytes;
		this.#totalBytes += bytes;
		if (held === 0) this.#heldBytes.delete(address);
		else this.#heldBytes.set(address, held);
	}
}

/** undefined, which no JSON text gives: it is none. */
function parse(bytes: Buffer): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return undefined;
	}
}
