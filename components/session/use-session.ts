import { useEffect, useState, useSyncExternalStore } from "react";
import { socketPath } from "../../protocol/messages.ts";
import { type OutputSink, SessionClient } from "./session-client.ts";
import { initialState, type SessionState } from "./session-state.ts";

export interface Session {
	readonly state: SessionState;
	/** null until the page is in a browser. */
	readonly client: SessionClient | null;
}

/** Fetched when the first program is to run in this browser. */
const loadLocalTier = async () => (await import("../browser-tier/browser-tier.ts")).createBrowserTier();

const nothing = (): void => undefined;

/** Owns the page's one session: opened when the page shows, closed when it goes. */
export function useSession(pageBuild: string, output: OutputSink): Session {
	const [client, setClient] = useState<SessionClient | null>(null);
	useEffect(() => {
		const url = new URL(socketPath, location.href);
		url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
		const opened = new SessionClient({ url: url.href, pageBuild, output, loadLocalTier });
		opened.connect();
		setClient(opened);
		// The network is back, or the reader is: no need to wait for the next attempt.
		const hurry = () => opened.connect();
		addEventListener("online", hurry);
		document.addEventListener("visibilitychange", hurry);
		return () => {
			removeEventListener("online", hurry);
			document.removeEventListener("visibilitychange", hurry);
			opened.close();
		};
	}, [pageBuild, output]);
	const state = useSyncExternalStore(client?.subscribe ?? (() => nothing), client?.getState ?? (() => initialState), () => initialState);
	return { state, client };
}
