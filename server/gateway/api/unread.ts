import type { ServerResponse } from "node:http";

/** After `response.end`: what was answered and is not fetched costs memory. */
export function closeWhenUnread(response: ServerResponse, stallMs: number): void {
	const timer = setTimeout(() => response.destroy(), stallMs);
	response.on("close", () => clearTimeout(timer));
}
