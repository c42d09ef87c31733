import { errorTable } from "../../protocol/errors.ts";
import { Banner } from "../notice/banner.tsx";
import type { RunState, SessionState } from "../session/session-state.ts";
import { describeConnection } from "../status/status-line.ts";
import { useLongWait } from "./use-long-wait.ts";

interface PageBannersProps {
	readonly state: SessionState;
	readonly hasCatalogueFailed: boolean;
	readonly isKept: boolean;
	readonly onRetry: () => void;
	/** Runs the program in this browser; null: it cannot, or does already. */
	readonly onRunHere: (() => void) | null;
}

/** A place in the queue that is held longer than this is worth an offer. */
const longWaitMs = 3_000;
const reload = { label: "Reload", onClick: () => location.reload() };

/** That a server which is reached did not run it, and could not be made to by the reader; null: it did, or might. */
function describeTrouble(run: RunState): string | null {
	const code = run.kind === "refused" ? run.code : run.kind === "ended" && run.outcome.kind === "lost" ? run.outcome.code : null;
	if (run.kind === "ended" && run.at?.tier === "browser") return null;
	if (code === null || code === "browserUnloaded" || code === "browserUnable") return null;
	const { fault } = errorTable[code];
	return fault === "us" || fault === "operator" ? "The server did not run this program." : null;
}

/** What concerns the whole page, the most pressing only. */
export function PageBanners({ state, hasCatalogueFailed, isKept, onRetry, onRunHere }: PageBannersProps) {
	const isWaitLong = useLongWait(state.run.kind === "queued", longWaitMs);
	const connection = describeConnection(state.connection);
	if (state.connection.kind === "closed" && connection !== null) return <Banner sentence={connection} action={reload} />;
	if (state.isPageOld)
		return <Banner sentence="The server has been updated since this page was opened. Your work is kept." action={reload} />;
	if (hasCatalogueFailed) {
		return <Banner sentence="The list of languages could not be fetched." action={{ label: "Try again", onClick: onRetry }} />;
	}
	const here = onRunHere === null ? undefined : { label: "Run in this browser instead", onClick: onRunHere };
	if (connection !== null) return <Banner sentence={connection} {...(here && { action: here })} />;
	const trouble = isWaitLong ? "The server is busy with other readers' programs." : describeTrouble(state.run);
	if (trouble !== null && here !== undefined) return <Banner sentence={trouble} action={here} />;
	if (!isKept) return <Banner sentence="This browser keeps nothing for this page: what you write is gone when the page closes." />;
	return null;
}
