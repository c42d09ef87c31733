import { embedSocketPath } from "../../protocol/embed.ts";
import { type OutputSink, SessionClient } from "../session/session-client.ts";

/** Fetched when the first program is to run in this browser. */
const loadLocalTier = async () => (await import("../browser-tier/browser-tier.ts")).createBrowserTier();

/**
 * A session of a frame's: at its own door, with the ticket of the frame's document and without a cookie. It is not connected before
 * it is asked to, so that a page full of frames that nobody uses costs the server nothing.
 */
export function createEmbedSession(ticket: string, output: OutputSink): SessionClient {
	const url = new URL(embedSocketPath, location.href);
	url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
	url.searchParams.set("ticket", ticket);
	// No build is named: a frame that is older than its server works on, and a reload would lose what the reader wrote.
	return new SessionClient({ url: url.href, pageBuild: "", output, loadLocalTier });
}
