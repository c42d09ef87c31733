import { useEffect, useState, useSyncExternalStore } from "react";
import { initialState } from "../session/session-state.ts";
import { TerminalFeed } from "../terminal/terminal-feed.ts";
import type { AuthorPort } from "./author-port.ts";
import { EmbedRuns, type EmbedRunsState } from "./embed-runs.ts";

const nothingYet: EmbedRunsState = { stage: { kind: "none" }, session: initialState };
const nothing = (): void => undefined;

interface EmbedRunsOptions {
	readonly ticket: string;
	readonly port: AuthorPort | null;
	/** A run is near: it shall not wait for the connection as well. */
	readonly isRunNear: boolean;
}

/** Owns the frame's runs, from when it shows to when it is configured anew or goes. */
export function useEmbedRuns({ ticket, port, isRunNear }: EmbedRunsOptions): {
	runs: EmbedRuns | null;
	state: EmbedRunsState;
	feed: TerminalFeed;
} {
	const [feed] = useState(() => new TerminalFeed());
	const [runs, setRuns] = useState<EmbedRuns | null>(null);
	useEffect(() => {
		const opened = new EmbedRuns(ticket, feed, (event) => port?.send(event));
		setRuns(opened);
		if (isRunNear) opened.connect();
		// The network is back, or the reader is: no need to wait for the next attempt of a connection that there was.
		const hurry = () => opened.getState().session.connection.kind === "waiting" && opened.connect();
		addEventListener("online", hurry);
		document.addEventListener("visibilitychange", hurry);
		return () => {
			removeEventListener("online", hurry);
			document.removeEventListener("visibilitychange", hurry);
			opened.close();
		};
	}, [ticket, port, feed, isRunNear]);
	const state = useSyncExternalStore(runs?.subscribe ?? (() => nothing), runs?.getState ?? (() => nothingYet), () => nothingYet);
	return { runs, state, feed };
}
