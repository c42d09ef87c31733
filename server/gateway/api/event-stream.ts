import type { ServerResponse } from "node:http";
import { setDataHeaders } from "../security-headers.ts";

/** Proxies close what is silent; a comment says that somebody is there. */
const commentEveryMs = 15_000;

/**
 * An answer as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Its head goes out with the first event, so
 * that what is refused before can still be answered with a status.
 */
export class EventStream {
	readonly #response: ServerResponse;
	readonly #onFull: () => void;
	#timer: NodeJS.Timeout | undefined;

	/** `onFull`: the reader does not follow, so send less; `onDrained`: it has caught up. */
	constructor(response: ServerResponse, { onFull, onDrained }: { onFull: () => void; onDrained: () => void }) {
		this.#response = response;
		this.#onFull = onFull;
		response.on("drain", onDrained);
		response.on("close", () => clearInterval(this.#timer));
	}

	send({ type, ...data }: { readonly type: string }): void {
		this.#open();
		if (!this.#response.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)) this.#onFull();
	}

	end(): void {
		clearInterval(this.#timer);
		this.#response.end();
	}

	#open(): void {
		if (this.#response.headersSent) return;
		setDataHeaders(this.#response);
		this.#response.writeHead(200, {
			"Content-Type": "text/event-stream; charset=utf-8",
			"Cache-Control": "no-store",
			"X-Accel-Buffering": "no",
		});
		this.#timer = setInterval(() => {
			if (!this.#response.writableNeedDrain) this.#response.write(":\n\n");
		}, commentEveryMs);
	}
}
